"""How prose declares: labels, lists, tables, fences and sentences, to paths, statuses and dependencies."""
