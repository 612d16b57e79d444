"""What may be put away and what must stay: reading what is there, judging it, and mending what was cut off."""
