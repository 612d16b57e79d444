# Keeping up with the target and with the remote.

## merge of the target
git merge -q --no-edit main
## merge of the target, with more work before and after
echo x >> one.py; git commit -qam x; git merge -q --no-edit main; echo y >> one.py; git commit -qam y
## merge --no-ff of the target that is ahead of the base
git reset -q --hard "$BASE"; git merge -q --no-ff --no-edit main; echo y >> one.py; git commit -qam y
## merge --ff-only of the target from the base
git reset -q --hard "$BASE"; git merge -q --ff-only main; echo y >> one.py; git commit -qam y
## merge of the target twice, as it moves
git merge -q --no-edit main; (cd "$MAIN"; echo z >> news.txt; git commit -qam 'the user again'); git merge -q --no-edit main
## merge of the target with a conflict in an own file, concluded
(cd "$MAIN"; sed -i.old s/work/words/ one.py; echo user >> one.py; rm -f one.py.old; git commit -qam 'the user is here too')
! git merge -q main >/dev/null 2>&1; git checkout -q --ours one.py; git add one.py; git commit -qm merged
## merge of the target begun and aborted
git merge -q --no-commit --no-edit main; git merge --abort
## merge --squash of own work from a side line
git checkout -q --detach; echo x >> lib/a.py; git commit -qam side; s=$(tip); git checkout -q feature/1
git merge -q --squash "$s" >/dev/null; git commit -qm squashed
## merge -X theirs of the target
git merge -q -X theirs --no-edit main
## rebase on the moved target
git rebase -q main
## rebase --apply on the moved target
git rebase -q --apply main
## rebase --interactive on the moved target, with commits put in another order
cat > "$TMPDIR/editor" <<'E'
#!/bin/sh
sed -n 'p' "$1" | grep ^pick | sed '1!G;h;$!d' > "$1.new"; mv "$1.new" "$1"
E
chmod +x "$TMPDIR/editor"; GIT_SEQUENCE_EDITOR=$TMPDIR/editor git rebase -q -i main
## rebase --interactive that squashes and edits a message
GIT_SEQUENCE_EDITOR="sed -i.old '2s/^pick/squash/'" GIT_EDITOR=: git rebase -q -i main
## rebase --interactive that stops, is amended, and goes on
GIT_SEQUENCE_EDITOR="sed -i.old '1s/^pick/edit/'" git rebase -q -i main 2>&-; echo x >> lib/b.py; git commit -qa --amend --no-edit
GIT_EDITOR=: git rebase --continue 2>&-
## rebase --exec with a test
git rebase -q --exec 'test -f one.py' main 2>&-
## rebase --onto the target
git rebase -q --onto main "$BASE"
## rebase with a conflict, concluded
(cd "$MAIN"; echo user >> one.py; git commit -qam 'the user is here too')
! git rebase -q main 2>&-; echo both > one.py; git add one.py; GIT_EDITOR=: git rebase --continue >/dev/null 2>&1
## rebase with a conflict, aborted
(cd "$MAIN"; echo user >> one.py; git commit -qam 'the user is here too'); t=$(tip)
! git rebase -q main >/dev/null 2>&1; git rebase --abort; test "$t" = "$(tip)"; echo x >> lib/b.py; git commit -qam x
git reset -q --hard "$BASE"; echo x >> lib/b.py; git add -A; git commit -qm x
## rebase --rebase-merges after a merge of the target
git merge -q --no-edit main; echo x >> one.py; git commit -qam x; git rebase -q --rebase-merges main
## rebase --autostash with nothing in conflict
git update-index -q --refresh; echo x >> lib/b.py; git rebase -q --autostash main; git commit -qam x
## rebase of a hundred commits
n=0; while [ $n -lt 30 ]; do n=$((n+1)); echo $n >> lib/many; git add lib/many; git commit -qm $n; done; git rebase -q main
## pull --rebase from a remote
(cd "$MAIN"; git push -q origin main); git pull -q --rebase origin main
## pull --no-rebase from a remote
(cd "$MAIN"; git push -q origin main); git pull -q --no-rebase --no-edit origin main
## pull --ff-only that has nothing to do
git pull -q --ff-only origin "$(git -C "$ORIGIN" symbolic-ref --short HEAD)"
## fetch with new tags
git -C "$ORIGIN" tag v3 "$BASE"; git -C "$ORIGIN" tag -a -m x v4 "$BASE"; git fetch -q --tags origin; git rev-parse v3 v4
## fetch --all --prune of a branch that is gone
git -C "$ORIGIN" branch gone main; git fetch -q origin; git -C "$ORIGIN" branch -D gone; git fetch -q --all --prune
## fetch that brings new commits with a tag on them
(cd "$MAIN"; git tag v5; git push -q origin main v5); git -C "$MAIN" tag -d v5; git fetch -q origin; git rev-parse -q --verify v5
## cherry-pick from the target, where its change is to own files
(cd "$MAIN"; echo z > lib/z; git add lib/z; git commit -qm 'the user helps'); git cherry-pick main >/dev/null
## checkout of an own file as the target has it
git checkout -q main -- one.py; git commit -qm 'as it was'; echo again >> one.py; git commit -qam again
