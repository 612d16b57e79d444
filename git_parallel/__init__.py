"""git-parallel: run many coding agents on one Git repository at once.

The names of the public Python API are handed on lazily, so that ``import git_parallel`` (which the
hooks and ``git parallel --version`` pay for) stays as cheap as an empty module.
"""

__version__ = "0.1.0"
