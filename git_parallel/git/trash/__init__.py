"""The trash: worktrees and their branches put away so that one command brings them back.

For each there is a keep-commit at `refs/parallel/trash/<id>/<time>`: its message is JSON with what is put away and
from where (`entry`), its parents and its tree pin every object that only the worktree knew of (`objects`). The files
lie in `.git/parallel/trash/<id>.<time>/`:

    admin/       git's admin directory of the worktree
    worktree/    the worktree itself
    branch.log   the reflog of its branch
    runtime/     the locks and records of its attempts
    done         everything of it is here, and its branch is gone
    restoring    an undo was begun, and can only be gone on with
    expiring     it is being freed
    copied       the worktree was copied, since it lay on another file system

What one `prune` puts away has one time. `away` puts in, `back` brings back, `expiring` frees.
"""
