"""What a worktree needs beyond its checkout, so that any agent can really work in it."""
