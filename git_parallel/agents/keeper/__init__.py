"""The keeper of one agent: a detached process that starts it, ends it in time, tidies up, writes the truth.

Started by `process.launch`. One of these stays in memory for every running agent, and its start is paid by
every launch, so nothing of git_parallel outside this package is imported here, and of the standard library
only what is light: no pathlib, no contextlib, no json, and `signal` without its enums. All of it is imported
at the start: an upgrade of git-parallel must not change a keeper that is at work.

Locks, all of them `flock`:
  <id>.keeper  held by the keeper alone, looked at by keepers only: who cannot have it has lost the race;
  <id>.lock    held by the keeper *and the whole agent tree*, which inherits it. It is what "alive" means, so
               others test it by taking it shared for a moment, and a keeper has to be patient with them;
  others       that the job names, such as that of a singleton agent type: held like <id>.lock, and where one of
               them is taken by somebody else the agent is not started.
"""
