"""The merge queue: finished branches judged, merged in memory, verified together, and only then on the target."""
