# Ways by which git itself makes commits, or brings them from elsewhere.
# git-facts A2: cherry-pick, revert, rebase (merge backend), fixup, reset, fetch and the like ask no pre-commit;
# pre-applypatch sees `am` and `rebase --apply`; reference-transaction sees all that moves the branch.

## cherry-pick
git cherry-pick "$(foreign)"
## cherry-pick of several, one of them foreign
f=$(foreign); git cherry-pick "$(foreign lib/c.py)" "$f"
## cherry-pick --no-commit, then commit
git cherry-pick -n "$(foreign)"; git commit -qnm x
## cherry-pick with --strategy and -X
git cherry-pick --strategy=recursive -X theirs "$(foreign)"
## cherry-pick of a conflict, concluded with foreign content
f=$(foreign one.py "$BASE"); git cherry-pick "$f"; echo solved > one.py; edit other.py; git add -A
git -c core.editor=: cherry-pick --continue
## cherry-pick of a merge
m=$(git commit-tree -p HEAD -p "$BASE" -m m "$(git rev-parse "$(foreign)^{tree}")"); git cherry-pick -m 1 "$m"
## cherry-pick --ff
git cherry-pick --ff "$(foreign)"
## revert of what others did
git revert --no-edit "$BASE"
## revert of the user's commit that was merged in
git merge -q --no-edit main; git revert --no-edit main
## revert --no-commit of what others did, then commit
git revert -n "$BASE"; git commit -qnm x
## revert of the merge of the target
git merge -q --no-edit main; git revert --no-edit -m 1 HEAD
## rebase onto a foreign commit
git rebase -q "$(foreign other.py "$BASE")"
## rebase --apply onto a foreign commit
git rebase -q --apply "$(foreign other.py "$BASE")"
## rebase --apply of a foreign commit onto the target, then the branch brought there
f=$(foreign); git checkout -q --detach "$f"; git rebase -q --apply main; git branch -qf feature/1 HEAD
## rebase --onto, with a foreign commit in the range
git rebase -q --onto "$(foreign docs/guide.md "$BASE")" "$BASE" feature/1
## rebase --exec with a command that commits
git rebase -q --exec 'echo foreign >> other.py; git commit -qnam x' HEAD~1
## rebase --interactive with a foreign commit put in
GIT_SEQUENCE_EDITOR="echo pick $(foreign) >>" git rebase -q -i HEAD~1
## rebase --interactive with a foreign fixup put in
GIT_SEQUENCE_EDITOR="echo fixup $(foreign) >>" git rebase -q -i HEAD~1
## rebase --interactive that stops at an edit, amended
GIT_SEQUENCE_EDITOR='sed -i.old s/^pick/edit/' git rebase -q -i HEAD~1; edit other.py; git commit -qna --amend --no-edit
git rebase --continue
## rebase --interactive that resets, and merges
GIT_SEQUENCE_EDITOR="printf 'reset %s\nmerge -C %s %s\n' HEAD HEAD $(foreign) >" git rebase -q -i HEAD~1
## rebase --root: a history without the target's
git rebase -q --root; git commit -q --amend --no-edit; git rebase -q --root --no-ff
## rebase --rebase-merges of a foreign merge
m=$(git commit-tree -p HEAD -p main -m m "$(git rev-parse "$(foreign)^{tree}")"); git rebase -q --rebase-merges "$m"
## rebase --autosquash of a foreign commit that calls itself a fixup
f=$(foreign other.py HEAD 'fixup! work of 1'); git checkout -q --detach "$f"
GIT_SEQUENCE_EDITOR=: git rebase -q -i --autosquash HEAD~3; git checkout -q -B feature/1
## am of a foreign patch
git format-patch -q -1 --stdout "$(foreign)" | git am -q
## am of two patches, the second one foreign
f=$(foreign other.py "$(foreign lib/c.py)"); git format-patch -q -2 --stdout "$f" | git am -q
## am --3way of a patch from before
git format-patch -q -1 --stdout "$(foreign other.py "$BASE")" | git am -q --3way
## am of a patch that renames
f=$(GIT_INDEX_FILE=$TMPDIR/ix sh -c 'git read-tree HEAD; git rm -q --cached other.py
    git update-index --add --cacheinfo "100644,$(git rev-parse HEAD:other.py),lib/other.py"
    git commit-tree -p HEAD -m x "$(git write-tree)"')
git format-patch -q -1 -M --stdout "$f" | git am -q
## merge of a foreign commit
git merge -q --no-edit "$(foreign other.py "$BASE")"
## merge --no-verify of a foreign commit
git merge -q --no-edit --no-verify "$(foreign other.py "$BASE")"
## merge --no-ff of a foreign commit
git merge -q --no-edit --no-ff "$(foreign)"
## merge --ff-only of a foreign commit
git merge -q --ff-only "$(foreign)"
## merge --squash of a foreign commit
git merge -q --squash "$(foreign other.py "$BASE")"; git commit -qnm x
## merge of several foreign commits at once
git merge -q -m octopus "$(foreign other.py "$BASE")" "$(foreign docs/guide.md "$BASE")"
## merge of another task's branch
git merge -q --no-edit feature/2
## merge of the target that keeps nothing of it (-s ours)
git merge -q -s ours --no-edit main
## merge of the target that keeps nothing of it, one side of a tree (read-tree)
git update-ref "$OWN" "$(git commit-tree -p HEAD -p main -m merge "HEAD^{tree}")"
## evil merge: a foreign change in the merge of the target
git merge -q --no-commit main; edit other.py; git add -A; git commit -qm x
## evil merge without pre-commit
git merge -q --no-commit main; edit other.py; git add -A; git commit -qnm x
## evil merge: amended afterwards
git merge -q --no-edit main; edit other.py; git commit -qna --amend --no-edit
## evil merge: the target's change left out
git merge -q --no-commit main; git checkout -q HEAD app.py; git commit -qnm x
## evil merge: the parents the other way round
new=$(foreign other.py main); git update-ref "$OWN" "$(git commit-tree -p main -p HEAD -m x "$new^{tree}")"
## evil merge through a merge driver of its own
git config merge.evil.driver 'echo evil > %A'; mkdir -p "$COMMON/info"; echo '*.py merge=evil' > "$COMMON/info/attributes"
f=$(foreign app.py "$BASE"); git merge -q --no-edit main; git merge -q --no-edit "$f"
## merge of a history of its own
root=$(git commit-tree -m root "$(foreign new.py)^{tree}"); git merge -q --no-edit --allow-unrelated-histories -X ours "$root"
## a history of its own in the branch's place
git reset -q --hard "$(git commit-tree -m root 'HEAD^{tree}')"
## orphan checkout, committed and brought to the branch
git checkout -q --orphan fresh; git commit -qnm x; git branch -qf feature/1 fresh
## merge -s subtree of foreign work
root=$(git commit-tree -m root "$(git rev-parse HEAD:lib)"); git merge -q -s ours --no-commit --allow-unrelated-histories "$root"
git read-tree --prefix=docs/sub/ -u "$root"; git commit -qnm subtree
## filter-branch
FILTER_BRANCH_SQUELCH_WARNING=1 git filter-branch -f --tree-filter 'echo foreign >> other.py' HEAD~1..HEAD
## pull from elsewhere
git pull -q --no-rebase --no-edit "$(elsewhere)" evil
## pull --ff-only from elsewhere
git pull -q --ff-only "$(elsewhere)" evil
## pull --rebase from elsewhere
git pull -q --rebase "$(elsewhere other.py "$BASE")" evil
## pull --squash from elsewhere, then commit
git pull -q --no-rebase --squash "$(elsewhere)" evil; git commit -qnm x
## fetch into the branch
git fetch -q --update-head-ok "$(elsewhere)" evil:feature/1
## fetch --force into the branch, backwards
git fetch -q --update-head-ok --force "$(elsewhere other.py "$BASE")" +evil:feature/1
## fetch from a bundle
cd "$(elsewhere)"; git bundle create -q "$TMPDIR/b" evil; cd "$WT"; git fetch -q -u "$TMPDIR/b" evil:feature/1
## fetch from the repository itself
git fetch -q -u . "+$(foreign):$OWN"
## fast-import
printf 'commit %s\ncommitter A <a@b> 1 +0000\ndata 1\nx\nfrom %s\nM 644 inline other.py\ndata 1\nx\n' "$OWN" "$(tip)" |
    git fast-import --quiet
## fast-import --force, a history of its own
printf 'commit %s\ncommitter A <a@b> 1 +0000\ndata 1\nx\nM 644 inline other.py\ndata 1\nx\n' "$OWN" |
    git fast-import --quiet --force
## unpack-objects and reset
f=$(foreign); git reset -q --hard "$f"
## reset --soft
git reset -q --soft "$(foreign)"
## reset --mixed
git reset -q "$(foreign)"
## reset --keep
git reset -q --keep "$(foreign)"
## reset --merge
git reset -q --merge "$(foreign)"
## reset to another task's branch
git reset -q --hard feature/2
## checkout -B
git checkout -q -B feature/1 "$(foreign)"
## switch -C
git switch -q -C feature/1 "$(foreign)"
## branch --force, while elsewhere
f=$(foreign); git checkout -q --detach; git branch -qf feature/1 "$f"; git checkout -q feature/1
## branch deleted and made anew
f=$(foreign); git checkout -q --detach; git branch -qD feature/1; git branch -q feature/1 "$f"; git checkout -q feature/1
## branch renamed away, another renamed to it
f=$(foreign); git checkout -q -b evil "$f"; git branch -qM evil feature/1
## branch copied over it
f=$(foreign); git checkout -q -b evil "$f"; git branch -qC evil feature/1
