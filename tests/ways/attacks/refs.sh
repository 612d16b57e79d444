# Ways that move refs by hand: the own branch, the target, other branches, and what git or we keep in refs.
# git-facts A2: reference-transaction sees every ref write of git, but no symbolic ref.

## update-ref
git update-ref "$OWN" "$(foreign)"
## update-ref HEAD
git update-ref HEAD "$(foreign)"
## update-ref --no-deref of the branch
git update-ref --no-deref "$OWN" "$(foreign)" "$(tip)"
## update-ref --stdin
echo "update $OWN $(foreign)" | git update-ref --stdin
## update-ref --stdin in a transaction with honest changes
printf 'start\nupdate refs/remotes/origin/main %s\nupdate %s %s\nprepare\ncommit\n' "$(tip)" "$OWN" "$(foreign)" |
    git update-ref --stdin
## update-ref -d, then created anew
f=$(foreign); git update-ref -d "$OWN"; git update-ref "$OWN" "$f"
## update-ref to the commit of another task
git update-ref "$OWN" feature/2
## update-ref to a commit that is no descendant, then back in two steps
f=$(foreign other.py "$BASE"); git update-ref "$OWN" "$BASE"; git update-ref "$OWN" "$f"
## push to . of the branch
git push -q --receive-pack='git -c receive.denyCurrentBranch=ignore receive-pack' . "+$(foreign):$OWN"
## push to . of the target
git push -q --receive-pack='git -c receive.denyCurrentBranch=ignore receive-pack' . "+$(foreign):refs/heads/main"
## push to .git by its path
git push -q --receive-pack='git -c receive.denyCurrentBranch=ignore receive-pack' "$COMMON" "+$(foreign):$OWN"
## push by file://
git push -q --receive-pack='git -c receive.denyCurrentBranch=ignore receive-pack' "file://$COMMON" "+$(foreign):$OWN"
## push to a remote made for it
git remote add here "$MAIN"
git push -q --receive-pack='git -c receive.denyCurrentBranch=ignore receive-pack' here "+$(foreign):$OWN"
## push --no-verify by a relative path
git push -q --no-verify --receive-pack='git -c receive.denyCurrentBranch=ignore receive-pack' ../shop "+$(foreign):$OWN"
## push of another branch into being
git push -q . "$(foreign):refs/heads/evil"
## the target: update-ref
git update-ref refs/heads/main "$(foreign other.py main)"
## the target: wound back
git update-ref refs/heads/main "$BASE"
## the target: branch --force, with its worktree asked to look away
cd lib; git fetch -q -u . "+$(foreign other.py main):refs/heads/main"
## the target: HEAD made to stand on it, then committed
git symbolic-ref HEAD refs/heads/main; edit other.py; git commit -qnam x
## the target: checked out here too, then committed
git checkout -q --ignore-other-worktrees main; edit other.py; git commit -qam x
## the target: switched to here too, and merged into
git switch -q --ignore-other-worktrees main; git merge -q --no-edit "$(foreign)"
## the target: fast-import
printf 'commit refs/heads/main\ncommitter A <a@b> 1 +0000\ndata 1\nx\nfrom %s\nM 644 inline other.py\ndata 1\nx\n' \
    "$(git rev-parse main)" | git fast-import --quiet
## the target: deleted
git update-ref -d refs/heads/main
## the target: renamed
git branch -m main master
## the target: renamed over
git branch -q evil "$(foreign)"; git branch -M evil main
## the target: its own work, without a merge
git fetch -q -u . "+$(tip):refs/heads/main"
## another task's branch: update-ref
git update-ref refs/heads/feature/2 "$(foreign app.py feature/2)"
## another task's branch: deleted
git update-ref -d refs/heads/feature/2
## another task's branch: committed in its worktree
cd "$WT2"; edit app.py; git commit -qam x
## another task's branch: committed in its worktree, without pre-commit
cd "$WT2"; edit one.py; git commit -qnam x
## another task's branch: HEAD made to stand on it, then committed
git symbolic-ref HEAD refs/heads/feature/2; edit app.py; git commit -qnam x
## another task's branch: --git-dir of its worktree
f=$(foreign app.py feature/2); git --git-dir="$COMMON/worktrees/gp-2" update-ref HEAD "$f"
## a branch of its own
git branch -q evil "$(foreign)"
## a branch of its own, committed to
git checkout -q -b evil; edit other.py; git commit -qnam x
## a branch that is called like another in another namespace
git update-ref refs/heads/heads/main "$(foreign)"
## a worktree of its own, with the branch reset to something else
f=$(foreign); git checkout -q --detach; git worktree add -q -B feature/1 ../extra "$f"
## a worktree of its own, with a branch of its own
git worktree add -q -b evil ../extra "$(foreign)"
## tag: called like the target
git tag main "$(foreign)"
## tag: called like its own branch
git tag feature/1 "$(foreign)"
## tag: an existing one moved
git tag -f v1 "$(foreign)"
## tag: an existing one deleted
git tag -d v2
## tag: an annotated one over it
git tag -f -a -m x v2 "$(foreign)"
## a ref called HEAD among the branches
git update-ref refs/heads/HEAD "$(foreign)"
## stash
edit other.py; git stash -q
## stash store
git stash store -m x "$(edit other.py; git stash create)"
## stash push of an own file
edit one.py; git stash push -q one.py
## notes
git notes add -m foreign "$BASE"
## replace: the target's commit
git replace "$(git rev-parse main)" "$(foreign other.py main)"
## replace: a foreign file's content
git replace -f "$(git rev-parse HEAD:other.py)" "$(echo foreign | blob)"
## replace --graft
git replace --graft HEAD "$BASE"
## records: its own task's record
git update-ref refs/parallel/tasks/1 "$(foreign)"
## records: deleted
git update-ref -d refs/parallel/tasks/1
## records: another task's
git update-ref refs/parallel/tasks/2 refs/parallel/tasks/1
## claims: a claim of its own making
tree=$(printf '100644 blob %s\tclaims.json\n' \
    "$(echo '{"version":1,"claims":{"app.py":"1"}}' | blob)" | git mktree)
git update-ref refs/parallel/claims "$(git commit-tree -m claims "$tree")"
## claims: made by fetch, with the change
tree=$(printf '100644 blob %s\tclaims.json\n' \
    "$(echo '{"version":1,"claims":{"app.py":"1"}}' | blob)" | git mktree)
git fetch -q . "+$(git commit-tree -m claims "$tree"):refs/parallel/claims"
## trash of its own
git update-ref refs/parallel/trash/2/1 "$(foreign)"
## a ref outside all that is known
git update-ref refs/evil/x "$(foreign)"
