"""Telling a damaged repository from a healthy one, and healing it: one module for each kind of damage."""
