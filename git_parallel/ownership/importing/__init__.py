"""Ownership that other documents declare, read into the patterns of agent types; pure."""
