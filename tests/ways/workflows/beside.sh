# What an agent does besides committing, and what the user does beside the agents.

## look at the history
git log --oneline >/dev/null; git blame one.py >/dev/null; git diff main >/dev/null; git status >/dev/null
git show HEAD --stat >/dev/null; git shortlog -s HEAD >/dev/null; git describe --tags >/dev/null; git reflog >/dev/null
## look at another commit in a detached HEAD, and come back
git checkout -q --detach HEAD~1; git log -1 >/dev/null; git checkout -q feature/1
## look at the target in a detached HEAD, and come back by switch -
git switch -q --detach main; git switch -q -
## look at a branch that nobody has checked out, and come back
git -C "$MAIN" branch old "$BASE"; git checkout -q old; cat app.py >/dev/null; git checkout -q feature/1
## look at a tag, and come back
git checkout -q v2; git checkout -q feature/1
## bisect
git bisect start HEAD HEAD~2 >/dev/null; git bisect run sh -c 'test ! -e lib/b.py' >/dev/null; git bisect reset 2>&-
## gc
git gc -q
## gc --prune=now
git gc -q --prune=now
## repack and prune
git repack -adq; git prune; git prune-packed
## pack-refs
git pack-refs --all; echo x >> one.py; git commit -qam x
## pack-refs, where the branch is loose again afterwards
git pack-refs --all --no-prune; echo x >> one.py; git commit -qam x; git pack-refs --all
## fsck
git fsck --full >/dev/null 2>&1
## maintenance by hand
git maintenance run --task=commit-graph --task=loose-objects --quiet; git commit-graph write --reachable 2>&-
## reflog expire
git reflog expire --expire=now --all; echo x >> one.py; git commit -qam x
## rerere
git config rerere.enabled true; echo a > lib/a.py; git commit -qam a; t=$(tip); git reset -q --hard HEAD~1
echo b > lib/a.py; git commit -qam b; ! git merge -q "$t" 2>&- >/dev/null; echo both > lib/a.py; git add lib/a.py; git commit -qm both
git rerere gc
## a stash is refused, and what is dirty stays
echo dirty >> one.py; ! git stash -q 2>&-; grep dirty one.py; git commit -qam 'committed instead'
## stash list and stash show of what is not there
git stash list
## a tag for the commit at hand
git tag tried HEAD; git tag -a -m tried tried-2
## archive and bundle
git archive HEAD > "$TMPDIR/x.tar"; git bundle create -q "$TMPDIR/x.bundle" HEAD
## format-patch and send nothing
git format-patch -q -o "$TMPDIR" main
## a worktree of its own to try something in, taken away again
git worktree add -q --detach "$TMPDIR/try"; cat "$TMPDIR/try/one.py" >/dev/null; git worktree remove "$TMPDIR/try"
## submodule status and update
git submodule --quiet status; git submodule --quiet update; git submodule --quiet foreach true
## clean and restore
echo x > lib/untracked; git clean -qfd; echo x >> one.py; git restore one.py
## settings of its own
git config user.name Agent; git config alias.st status; git st >/dev/null; echo x >> one.py; git commit -qam x
## notes of the user in the main worktree
git -C "$MAIN" notes add -m note "$BASE"; git log --notes -1 "$BASE" >/dev/null; echo x >> one.py; git commit -qam x
## the user's stash in the main worktree
cd "$MAIN"; echo dirty >> app.py; git stash -q; git stash pop -q; git checkout -q app.py
## the user's commits in the main worktree
cd "$MAIN"; edit other.py; git commit -qam 'by the user'; git revert --no-edit HEAD; git tag mine; git branch mine
## the user's other branches in the main worktree
cd "$MAIN"; git checkout -q -b topic; edit app.py docs/guide.md; git add -A; git commit -qm topic; git rebase -q "$BASE"
git checkout -q main; git merge -q --no-edit topic; git branch -qd topic
## the user's own worktree
cd "$MAIN"; git worktree add -q -b mine ../mine; cd ../mine; edit other.py app.py; git commit -qam 'by the user'
git stash list; git reset -q --hard HEAD~1; cd "$MAIN"; git worktree remove ../mine; git branch -qD mine
## the user's push and pull
cd "$MAIN"; git push -q origin main; git pull -q origin main; git fetch -q origin
## the user's gc and pack-refs
cd "$MAIN"; git pack-refs --all; git gc -q; git repack -adq
## the user's clone of it
git clone -q "$MAIN" "$TMPDIR/clone"; cd "$TMPDIR/clone"; edit app.py; git commit -qam x; git push -q origin HEAD:refs/heads/from-a-clone
## the worktree moved by git
git -C "$MAIN" worktree move ../shop-wt1 ../elsewhere 2>&- || true
test -d ../elsewhere && cd ../elsewhere && git -C "$MAIN" worktree move ../elsewhere ../shop-wt1; cd "$WT"; echo x >> one.py; git commit -qam x
