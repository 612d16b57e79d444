# Ways that end in a commit of the agent's own making, in its own worktree.
# git-facts A2: pre-commit sees `commit`, `-a`, `--amend`, `-- path` and the conclusion of a conflicted merge;
# not `-n`. reference-transaction sees them all.

## commit what was staged
edit other.py; git add other.py; git commit -qm x
## commit --all
edit app.py; git commit -qam x
## commit a new file that is nobody's, where everything has to be declared
edit new.py; git add new.py; git commit -qm x
## commit --no-verify: pre-commit is not asked
edit other.py; git commit -qnam x
## commit --amend
edit other.py; git commit -qa --amend --no-edit
## commit --amend --no-verify
edit other.py; git commit -qna --amend --no-edit
## commit PATH: staged in an index of its own
edit other.py; git commit -qm x other.py
## commit --include PATH beside an own file
edit one.py other.py; git add one.py; git commit -qm x -i other.py
## commit --only PATH --no-verify
edit one.py other.py; git add one.py; git commit -qnm x --only other.py
## commit --patch, every hunk
edit other.py; yes | git commit -qm x -p
## commit from a subdirectory
cd lib; edit ../other.py; git add ..; git commit -qm x
## commit with an own message and no change of the tree's size: one letter
sed -i.old 's/line 1/Line 1/' other.py; rm other.py.old; git commit -qam x
## commit a foreign file among a thousand own ones
n=0; while [ $n -lt 1000 ]; do n=$((n+1)); echo $n > lib/$n; done; edit other.py; git add -A; git commit -qm x
## commit a file that another task's directory would get
edit theirs/deep/er/new.py; git add -A; git commit -qm x
## commit the deletion of a foreign file
git rm -q other.py; git commit -qm x
## commit the deletion of everything
git rm -rqf .; git commit -qm x
## commit a foreign file moved to an own place
git mv app.py lib/app.py; git commit -qm x
## commit an own file moved to a foreign place
git mv one.py docs/one.py; git commit -qnm x
## commit a foreign file under another name of its own
git mv other.py another.py; git commit -qm x
## commit through another index (GIT_INDEX_FILE)
edit other.py; cp "$(git rev-parse --git-dir)/index" "$TMPDIR/ix"
GIT_INDEX_FILE=$TMPDIR/ix git add other.py; GIT_INDEX_FILE=$TMPDIR/ix git commit -qm x
## commit through a split index
git update-index --split-index; edit other.py; git add other.py; git commit -qm x
## commit through an index of version 4 with an untracked cache
git update-index --index-version 4 --untracked-cache; edit other.py; git commit -qam x
## commit an intent to add, later given content
edit new.py; git add -N new.py; git commit -qam x
## commit behind assume-unchanged
edit other.py; git add other.py; git update-index --assume-unchanged other.py; git commit -qm x
## commit behind skip-worktree
git update-index --skip-worktree other.py
git update-index --cacheinfo "100644,$(echo foreign | blob),other.py"; git commit -qm x
## commit out of sight of a sparse checkout
git sparse-checkout set lib >/dev/null; git update-index --cacheinfo "100644,$(echo foreign | blob),theirs/x.py"
git commit -qm x
## commit from another folder (GIT_WORK_TREE)
cp -R . "$TMPDIR/tree"; rm -rf "$TMPDIR/tree/.git" "$TMPDIR/tree/part/"*  "$TMPDIR/tree/part/.git"; edit "$TMPDIR/tree/other.py"
GIT_WORK_TREE=$TMPDIR/tree git commit -qam x
## commit from outside (-C)
edit other.py; cd /; git -C "$WT" commit -qam x
## commit from outside (GIT_DIR of the worktree)
edit other.py; dir=$(git rev-parse --git-dir); cd "$TMPDIR"; GIT_DIR=$dir GIT_WORK_TREE=$WT git commit -qam x
## commit into objects of its own (GIT_OBJECT_DIRECTORY), brought in afterwards
mkdir "$TMPDIR/objects"; edit other.py
GIT_OBJECT_DIRECTORY=$TMPDIR/objects GIT_ALTERNATE_OBJECT_DIRECTORIES=$COMMON/objects git commit -qnam x
cp -R "$TMPDIR/objects/." "$COMMON/objects/"
## an alias that commits without hooks
git config alias.save 'commit -qnam x'; edit other.py; git save
## an alias of the shell
edit other.py; git -c alias.save='!git commit -qnam x' save
## an editor that stages while git waits for the message, then amended
edit other.py; echo '#!/bin/sh
echo message > "$1"' > "$TMPDIR/editor"; chmod +x "$TMPDIR/editor"
git add other.py; GIT_EDITOR=$TMPDIR/editor git commit -qn
## restore --source from a foreign commit, then commit
git restore --source="$(foreign)" --staged --worktree other.py; git commit -qnm x
## checkout of a foreign commit's paths, then commit
git checkout -q "$(foreign)" -- .; git commit -qnm x
## apply --index, then commit
git diff HEAD "$(foreign)" > "$TMPDIR/patch"; git apply --index "$TMPDIR/patch"; git commit -qnm x
## apply --cached, then commit
git diff HEAD "$(foreign)" > "$TMPDIR/patch"; git apply --cached "$TMPDIR/patch"; git commit -qm x
## read-tree of a foreign commit, then commit
git read-tree "$(foreign)"; git commit -qnm x
## read-tree --prefix: a foreign tree at a foreign place
git read-tree --prefix=docs/copy/ HEAD:lib; git commit -qnm x
## update-index --index-info, then commit
printf '100644 %s\tother.py\n' "$(echo foreign | blob)" | git update-index --index-info; git commit -qm x
## a foreign change, and its revert
edit other.py; git commit -qnam x; git revert --no-edit HEAD
## a foreign change and its revert, made of two commits that come at once
f=$(foreign); git reset -q --soft "$(git commit-tree -p "$f" -m back "HEAD^{tree}")"
## commit --fixup and its rebase
edit other.py; git commit -qna --fixup HEAD; GIT_SEQUENCE_EDITOR=: git rebase -q -i --autosquash HEAD~2
## bisect run with a command that commits
git bisect start HEAD HEAD~2
git bisect run sh -c 'git update-ref refs/heads/feature/1 "$(git commit-tree -p feature/1 -m x \
    "$(git write-tree --prefix=lib/)")"; exit 1'
## commit in a detached HEAD, then the branch brought there
git checkout -q --detach; edit other.py; git commit -qnam x; git branch -qf feature/1 HEAD; git checkout -q feature/1
## submodule: another commit of it
git update-index --cacheinfo "160000,$(git -C "$MAIN/part" rev-parse main),part"; git commit -qm x
## submodule: another commit of it, out of sight (diff.ignoreSubmodules)
git config diff.ignoreSubmodules all
git update-index --cacheinfo "160000,$(git -C "$MAIN/part" rev-parse main),part"; git commit -qm x --allow-empty
## submodule: another commit of it, out of sight (submodule.part.ignore), without pre-commit
git config submodule.part.ignore all
git update-index --cacheinfo "160000,$(git -C "$MAIN/part" rev-parse main),part"; git commit -qnm x
## submodule: a commit made in it, and recorded
cd part; git checkout -q --detach; echo x >> part.txt; git commit -qnam x; cd ..; git commit -qam x
