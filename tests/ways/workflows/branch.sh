# Honest work on the own branch; each has to pass every hook and to land.

## commit
echo x >> one.py; git add one.py; git commit -qm x
## commit --all
echo x >> one.py; echo x >> lib/a.py; git commit -qam x
## commit PATH
echo x >> one.py; echo x >> lib/a.py; git commit -qm x one.py; git commit -qm y lib
## commit --patch by a script
echo x >> one.py; echo x >> lib/a.py; printf 'y\nn\n' | git commit -qm x -p >/dev/null; git commit -qam y
## commit --amend
echo x >> one.py; git commit -qa --amend --no-edit; git commit -q --amend -m 'another message'
## commit --amend of author and date alone
git commit -q --amend --no-edit --reset-author --date=now
## commit --allow-empty
git commit -q --allow-empty -m 'nothing at all'; echo x >> one.py; git commit -qam x
## commit --no-verify of own work
echo x >> one.py; git commit -qnam x
## commit --signoff with a template and a message of several lines
echo template > "$TMPDIR/template"; echo x >> one.py
git -c commit.template="$TMPDIR/template" commit -qsa -m subject -m body -m 'Co-authored-by: A <a@b>'
## commit with a signature
printf '#!/bin/sh\ncat >/dev/null\necho "[GNUPG:] SIG_CREATED x" >&2\necho "-----BEGIN PGP SIGNATURE-----\nx\n-----END PGP SIGNATURE-----"\n' \
    > "$TMPDIR/gpg"; chmod +x "$TMPDIR/gpg"; echo x >> one.py; git -c gpg.program="$TMPDIR/gpg" commit -qS -am x
## commit from a subdirectory
cd lib; echo x >> ../one.py; echo x >> a.py; git add -A ..; git commit -qm x
## commit through another index
echo x >> one.py; cp "$(git rev-parse --git-dir)/index" "$TMPDIR/ix"; GIT_INDEX_FILE=$TMPDIR/ix git add one.py
GIT_INDEX_FILE=$TMPDIR/ix git commit -qm x; git reset -q
## commit by plumbing
git read-tree HEAD; git update-index --add --cacheinfo "100644,$(echo x | blob),lib/plumbed"
git update-ref "$OWN" "$(git commit-tree -p HEAD -m x "$(git write-tree)")"; git reset -q --hard
## commit a thousand files
n=0; while [ $n -lt 1000 ]; do n=$((n+1)); echo $n > lib/$n; done; git add -A; git commit -qm x
## commit a binary file, and one that is empty
head -c 100000 /dev/urandom > lib/blob.bin; : > lib/empty; git add -A; git commit -qm x
## commit names that are unusual, below the own directory
touch 'lib/a b' 'lib/-x' 'lib/ünï' 'lib/q"u' 'lib/[x]*' "$(printf 'lib/new\nline')" "$(printf 'lib/tab\there')" 'lib/$(id)' 'lib/back\slash'
mkdir -p 'lib/:(top)'; touch 'lib/:(top)/x' 'lib/ trailing '; git add -A; git commit -qm x
## commit deep directories
mkdir -p lib/1/2/3/4/5/6/7/8/9/10; echo x > lib/1/2/3/4/5/6/7/8/9/10/x; git add -A; git commit -qm x
## delete an own file
git rm -q lib/a.py; git commit -qm x
## delete an own directory, and make it anew
git rm -rq lib; git commit -qm x; mkdir -p lib; echo x > lib/x; git add -A; git commit -qm y
## rename an own file
git mv lib/a.py lib/c.py; git commit -qm x
## rename an own directory
mkdir lib/d; echo x > lib/d/x; git add -A; git commit -qm x; git mv lib/d lib/e; git commit -qm y
## rename an own file in case only
git mv lib/a.py lib/A.py; git commit -qm x
## mode of an own file
chmod +x one.py; chmod -x lib/run.sh; git commit -qam x
## symlink of its own, within what it owns
ln -s a.py lib/link; mkdir lib/d; ln -s ../../one.py lib/d/one; ln -s lib/a.py "$TMPDIR/x"; git add -A; git commit -qm x
## an own file becomes a directory, and an own directory a file
git rm -q lib/a.py; mkdir lib/a.py; echo x > lib/a.py/x; git add -A; git commit -qm x
git rm -rqf lib/a.py; echo x > lib/a.py; git add -A; git commit -qm y
## a file that nobody reads, called .gitkeep
mkdir lib/empty; touch lib/empty/.gitkeep; git add -A; git commit -qm x
## intent to add
echo x > lib/x; git add -N lib/x; git commit -qam x
## fixup and autosquash
echo x >> one.py; git commit -qa --fixup HEAD~1; GIT_SEQUENCE_EDITOR=: git rebase -q -i --autosquash HEAD~3
## squash by reset --soft
git reset -q --soft HEAD~2; git commit -qm 'all in one'
## reset --hard to an own earlier commit
git reset -q --hard HEAD~1; echo x >> one.py; git commit -qam x
## reset to the base, and work anew
git reset -q --hard "$BASE"; echo x >> one.py; git commit -qam x
## reset --keep and back
t=$(tip); git reset -q --keep HEAD~1; git reset -q --keep "$t"
## revert of own work
git revert --no-edit HEAD; echo x >> one.py; git commit -qam x
## revert of several own commits
git revert --no-edit HEAD~2..HEAD >/dev/null; echo x >> one.py; git commit -qam x
## revert begun and aborted
echo a > lib/a.py; git commit -qam a; ! git revert --no-edit HEAD~1 2>&-; git revert --abort
## cherry-pick of an own earlier commit
t=$(tip); git reset -q --hard HEAD~1; git cherry-pick "$t" >/dev/null
## cherry-pick concluded after a conflict
echo a > lib/a.py; git commit -qam a; t=$(tip); git reset -q --hard HEAD~1; echo b > lib/a.py; git commit -qam b
! git cherry-pick "$t" 2>&-; echo both > lib/a.py; git add lib/a.py; git -c core.editor=: cherry-pick --continue >/dev/null
## cherry-pick begun, skipped and quit
echo a > lib/a.py; git commit -qam a; t=$(tip); git reset -q --hard HEAD~1; echo b > lib/a.py; git commit -qam b
! git cherry-pick "$t" 2>&-; git cherry-pick --skip; ! git cherry-pick "$t" 2>&-; git cherry-pick --abort
## am of an own patch
git format-patch -q -1 --stdout > "$TMPDIR/p"; git reset -q --hard HEAD~1; git am -q "$TMPDIR/p"
## am begun and aborted
git format-patch -q -1 --stdout > "$TMPDIR/p"; git reset -q --hard HEAD~1; echo other > lib/a.py; git commit -qam x
! git am -q "$TMPDIR/p" 2>&-; git am --abort
## apply of an own patch
git diff HEAD~1 > "$TMPDIR/p"; git reset -q --hard HEAD~1; git apply --index "$TMPDIR/p"; git commit -qm x
## update-ref to own work, and back
t=$(tip); git update-ref "$OWN" HEAD~1; git update-ref HEAD "$t"
## switch -C, checkout -B and branch -f of the branch to own work
t=$(tip); git switch -q -C feature/1 HEAD~1; git checkout -q -B feature/1 "$t"
git checkout -q --detach; git branch -q -f feature/1 HEAD~1; git branch -q -f feature/1 "$t"; git checkout -q feature/1
## sparse checkout of what is its own
git sparse-checkout set lib >/dev/null; echo x > lib/x; git add -A; git commit -qm x; git sparse-checkout disable
## line ends by core.autocrlf
git config --worktree core.autocrlf input 2>&- || true; printf 'a\r\nb\r\n' > lib/crlf; git -c core.autocrlf=input add -A 2>&-
git -c core.autocrlf=input commit -qm x
## filters of git-lfs in the attributes of the user
mkdir -p "$COMMON/info"; echo '*.big filter=lfs diff=lfs merge=lfs -text' > "$COMMON/info/attributes"
echo pointer > lib/x.big; git add -A; git commit -qm x
## an alias of the user
git config --global alias.save '!git add -A && git commit -qm saved'; echo x >> one.py; git save
## filter-branch of own commits
FILTER_BRANCH_SQUELCH_WARNING=1 git filter-branch -f --msg-filter 'sed s/work/labour/' HEAD~2..HEAD >/dev/null
