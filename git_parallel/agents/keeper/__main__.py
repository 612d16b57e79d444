"""What `process.launch` starts, as a script: running a package would import half of importlib first."""

import sys

# -I keeps us off the path. At its end, so that nothing beside us takes the place of the standard library.
sys.path.append(__file__.rsplit("/", 4)[0])

if sys.argv[1:] == ["--nursery"]:
    from git_parallel.agents.keeper.nursery import main
elif sys.argv[1:] == ["--fence"]:
    from git_parallel.agents.keeper.fence import try_it as main
elif sys.argv[1:] == ["--hide"]:
    from git_parallel.agents.keeper.fence import hide_it as main
else:
    from git_parallel.agents.keeper.keeping import main

sys.exit(main())
