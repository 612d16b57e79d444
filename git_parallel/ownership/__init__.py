"""Who may change what; pure."""
