"""`python -m git_parallel` is `git parallel`."""

from .ui.launch import main

main()
