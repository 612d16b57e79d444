"""What agents print: one module for each form of it, pure functions of events, and `reading`, which picks one.

Such a module has `show` (an event as lines for people), `complaint` (what it says went wrong, or nothing) and
`usage` (what all of them together cost), which need only be given lines with `TELLS` in them. Nothing here raises,
whatever a log holds.
"""
