"""The only place git is started."""
