"""Where tasks are declared: one module per format, text in, values out; no path, no git, no clock."""
