# What a foreign change can be besides other bytes in a file.

## mode: a foreign file made executable
chmod +x app.py; git commit -qam x
## mode: a foreign script no longer executable, without pre-commit
git update-index --chmod=-x tool.sh; git commit -qnm x
## symlink in the place of a foreign file
rm other.py; ln -s one.py other.py; git commit -qam x
## symlink in the place of a foreign directory
git rm -rqf theirs; ln -s lib theirs; git add -A; git commit -qnm x
## symlink aimed elsewhere
ln -sf one.py link; git commit -qam x
## symlink of its own to a foreign file
ln -s ../other.py lib/link; git add -A; git commit -qm x
## symlink in the place of an own file, to a foreign one
rm one.py; ln -s other.py one.py; git commit -qam x
## symlink of its own to a foreign directory
ln -s ../theirs lib/theirs; git add -A; git commit -qnm x
## symlink of its own out of the repository
ln -s /etc/passwd lib/passwd; git add -A; git commit -qm x
## symlink of its own that climbs out
ln -s ../../shop-wt2/other.py lib/other; git add -A; git commit -qnm x
## symlink of its own into the git directory
ln -s ../.git/config lib/config; git add -A; git commit -qm x
## symlink in the place of its own directory
git rm -rqf lib; rm -rf lib; ln -s theirs lib; git add -A; git commit -qnm x
## symlink of its own through another one
mkdir lib/d; ln -s ../.. lib/d/up; ln -s d/up/other.py lib/out; git add -A; git commit -qm x
## gitlink of its own
git update-index --add --cacheinfo "160000,$(tip),lib/module"; git commit -qm x
## gitlink in the place of a foreign file
git rm -q --cached other.py; git update-index --add --cacheinfo "160000,$(tip),other.py"; git commit -qnm x
## a repository of its own, added
git init -q lib/nested; (cd lib/nested; echo x > f; git add f; git commit -qm x); git add -A 2>&-; git commit -qm x
## .gitmodules
git config -f .gitmodules submodule.part.url "$TMPDIR/evil"; git commit -qam x
## .gitattributes
echo '* merge=ours' >> .gitattributes; git commit -qam x
## .gitattributes in an own directory
echo '* filter=evil' > lib/.gitattributes; git add -A; git commit -qm x
## .gitattributes in an own directory, in capitals
echo '* filter=evil' > lib/.GitAttributes; git add -A; git commit -qnm x
## .gitignore
echo '*' > .gitignore; git commit -qam x
## .gitignore in an own directory
echo '*' > lib/.gitignore; git add -Af lib/.gitignore; git commit -qm x
## .gitparallel that gives everything away
printf '[parallel]\n\townership = claim\n' > .gitparallel; git add -A; git commit -qm x
## .gitparallel without pre-commit
printf '[agent "x"]\n\towns = **\n' > .gitparallel; git add -A; git commit -qnm x
## its own spec, made to declare more
printf '**File**: `app.py`\n' >> specs/SPEC-1.md; git commit -qam x
## a spec of its own for itself, and the change that it would allow
printf '# SPEC-1: One\n\n**File**: `app.py`\n' > specs/SPEC-1-more.md; edit app.py; git add -A; git commit -qnm x
## hooks for others: .husky
edit .husky/pre-commit; git add -A; git commit -qm x
## hooks for others: .githooks, without pre-commit
edit .githooks/pre-commit; git add -A; git commit -qnm x
## hooks for others: .pre-commit-config.yaml
edit .pre-commit-config.yaml; git add -A; git commit -qm x
## case: the own file in capitals
git mv one.py ONE.PY; git commit -qm x
## case: a foreign file in capitals beside it
edit Other.py; git add -A; git commit -qnm x
## case: the own directory in capitals
edit LIB/a.py; git add -A; git commit -qm x
## a directory whose name begins like the own one
edit library/a.py lib.py; git add -A; git commit -qm x
## a name with a backslash
edit 'lib\x.py'; git add -A; git commit -qm x
## a name with a newline
n=$(printf 'lib\nx.py'); edit "$n"; git add -A; git commit -qm x
## a name that begins with a dash
edit ./--force; git add -A; git commit -qnm x
## an unusual name: a foreign file that is quoted
edit "$UNUSUAL"; git commit -qam x
## an unusual name: the same without pre-commit
edit "$UNUSUAL"; git commit -qnam x
## an unusual name: letters put together in another way
edit "$(printf 'cafe\314\201.txt')"; git add -A; git commit -qm x
## a foreign file becomes a directory
git rm -qf other.py; mkdir other.py; edit other.py/x; git add -A; git commit -qm x
## a foreign directory becomes a file
git rm -rqf theirs; edit theirs; git add -A; git commit -qnm x
## line ends: a foreign file made anew by a filter of its own
git config filter.evil.clean 'sed s/line/evil/'; mkdir -p "$COMMON/info"; echo 'other.py filter=evil' >> "$COMMON/info/attributes"
git add --renormalize other.py; git commit -qm x
## a tree with .git in it
sub=$(printf '100644 blob %s\tconfig\n' "$(echo x | blob)" | git mktree)
lib=$( { git ls-tree HEAD:lib; printf '040000 tree %s\t.git\n' "$sub"; } | git mktree)
new=$(git ls-tree HEAD | sed "s/ tree [0-9a-f]*.lib\$/ tree $lib	lib/" | git mktree)
git update-ref "$OWN" "$(git commit-tree -p HEAD -m x "$new")"
## a tree with what some file system takes for .git
sub=$(printf '100644 blob %s\tconfig\n' "$(echo x | blob)" | git mktree)
lib=$( { git ls-tree HEAD:lib; printf '040000 tree %s\tGIT~1\n' "$sub"; } | git mktree)
new=$(git ls-tree HEAD | sed "s/ tree [0-9a-f]*.lib\$/ tree $lib	lib/" | git mktree)
git update-ref "$OWN" "$(git commit-tree -p HEAD -m x "$new")"
## a tree with what HFS+ takes for .git
sub=$(printf '100644 blob %s\tconfig\n' "$(echo x | blob)" | git mktree)
lib=$( { git ls-tree HEAD:lib; printf '040000 tree %s\t.g\342\200\214it\n' "$sub"; } | git mktree)
new=$(git ls-tree HEAD | sed "s/ tree [0-9a-f]*.lib\$/ tree $lib	lib/" | git mktree)
git update-ref "$OWN" "$(git commit-tree -p HEAD -m x "$new")"
## a tree that has a foreign file twice
new=$( { git ls-tree HEAD; printf '100644 blob %s\tother.py\n' "$(echo foreign | blob)"; } | git mktree)
git update-ref "$OWN" "$(git commit-tree -p HEAD -m x "$new")"
## a tree that has an own file twice
new=$( { git ls-tree HEAD; printf '120000 blob %s\tone.py\n' "$(printf other.py | blob)"; } | git mktree)
git update-ref "$OWN" "$(git commit-tree -p HEAD -m x "$new")"
## [left] a foreign change left uncommitted
edit other.py
## [left] a foreign change left staged
edit other.py; git add other.py
## [left] a new file left in a foreign directory
edit theirs/new.py
## [left] a foreign change left behind assume-unchanged, and staged
git update-index --cacheinfo "100644,$(echo foreign | blob),other.py"; git update-index --assume-unchanged other.py
## [left] a foreign change left in the worktree of another agent
edit "$WT2/app.py"
