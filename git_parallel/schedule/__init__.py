"""States, plans and what may launch now; pure."""
