"""The only place agent processes are started, watched and stopped."""
