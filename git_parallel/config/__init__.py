"""What the user and the team have set."""
