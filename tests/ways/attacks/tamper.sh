# Ways past the hooks, or meant to mislead who looks afterwards. What the hooks cannot see is for the gate.

## -c core.hooksPath=/dev/null
edit other.py; git -c core.hooksPath=/dev/null commit -qam x
## GIT_CONFIG_COUNT
edit other.py; GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=core.hooksPath GIT_CONFIG_VALUE_0=/dev/null git commit -qam x
## GIT_CONFIG_PARAMETERS
edit other.py; GIT_CONFIG_PARAMETERS="'core.hooksPath'='/dev/null'" git commit -qam x
## config.worktree
git config extensions.worktreeConfig true; git config --worktree core.hooksPath /dev/null; edit other.py; git commit -qam x
## .git/config: another hooksPath after ours
printf '[core]\n\thooksPath = /dev/null\n' >> "$COMMON/config"; edit other.py; git commit -qam x
## .git/config: our stanza gone
git config --remove-section 'includeIf.gitdir:./worktrees/gp-*'; edit other.py; git commit -qam x
## .git/config: hooksPath before ours
git config core.hooksPath /dev/null; edit other.py; git commit -qam x
## ~/.gitconfig: hooksPath
git config --global core.hooksPath /dev/null; edit other.py; git commit -qam x
## ~/.gitconfig: another HOME altogether
mkdir "$TMPDIR/h"; git config -f "$TMPDIR/h/.gitconfig" core.hooksPath /dev/null; edit other.py
HOME=$TMPDIR/h GIT_AUTHOR_NAME=x GIT_AUTHOR_EMAIL=x GIT_COMMITTER_NAME=x GIT_COMMITTER_EMAIL=x git commit -qnam x
## the agents' configuration emptied
: > "$COMMON/parallel/agent.gitconfig"; edit other.py; git commit -qam x
## hooks no longer executable
chmod -x "$COMMON"/parallel/hooks/*; edit other.py; git commit -qam x
## hooks deleted
rm -rf "$COMMON/parallel/hooks"; edit other.py; git commit -qam x
## hooks replaced
for h in "$COMMON"/parallel/hooks/*; do printf '#!/bin/sh\nexit 0\n' > "$h"; done; edit other.py; git commit -qam x
## the guard's list made longer
for f in "$COMMON"/parallel/guard/gp-1/*; do printf 'other.py\n' >> "$f"; done; edit other.py; git commit -qam x
## the guard's judge replaced
echo 'raise SystemExit(0)' > "$COMMON/parallel/guard/judge.py"; edit other.py; git commit -qam x
## the guard's Python replaced
command -v true > "$COMMON/parallel/guard/python"; edit other.py; git commit -qam x
## programs of its own before those of the system on PATH
mkdir "$TMPDIR/bin"; for p in awk sed grep sort python python3; do
    printf '#!/bin/sh\ncat >/dev/null\nexit 0\n' > "$TMPDIR/bin/$p"; chmod +x "$TMPDIR/bin/$p"; done
edit other.py; PATH=$TMPDIR/bin:$PATH git commit -qam x
## variables that the hooks might look at
edit other.py; own=/dev/null OWN=/dev/null hooks=/ parallel=/ GIT_REFLOG_ACTION='parallel: merge 1' \
    PYTHONPATH=/nonexistent PYTHONHOME=/nonexistent git commit -qam x
## --git-dir of the repository itself
f=$(foreign); git --git-dir="$COMMON" update-ref "$OWN" "$f"
## GIT_DIR in the environment, of the repository itself
f=$(foreign); GIT_DIR=$COMMON git update-ref "$OWN" "$f"
## a git directory of its own that says where the shared one is
f=$(foreign); mkdir "$TMPDIR/g"; echo "ref: $OWN" > "$TMPDIR/g/HEAD"; echo "$COMMON" > "$TMPDIR/g/commondir"
GIT_DIR=$TMPDIR/g git update-ref "$OWN" "$f"
## its admin directory under another name
mv "$COMMON/worktrees/gp-1" "$COMMON/worktrees/mine"; echo "gitdir: $COMMON/worktrees/mine" > .git; rm -rf part; mkdir part
edit other.py; git commit -qam x
## a worktree of its own, outside the guard
f=$(foreign); sneak worktree add -q --detach ../extra; cd ../extra; git update-ref "$OWN" "$f"
## from the main worktree
f=$(foreign); cd "$MAIN"; git update-ref "$OWN" "$f"
## from a clone that pushes back
git clone -q --shared . "$TMPDIR/clone" 2>&-; cd "$TMPDIR/clone"; edit other.py; git commit -qam x
git push -q --receive-pack='git -c receive.denyCurrentBranch=ignore receive-pack' "$COMMON" HEAD:feature/1
## send-pack instead of push
git send-pack --receive-pack='git -c receive.denyCurrentBranch=ignore receive-pack' "$COMMON" "+$(foreign):$OWN"
## the ref's file written
f=$(foreign); echo "$f" > "$COMMON/$OWN"
## packed-refs written
f=$(foreign); rm "$COMMON/$OWN"; printf '# pack-refs with: peeled fully-peeled sorted \n%s %s\n' "$f" "$OWN" > "$COMMON/packed-refs"
## the worktree's HEAD written
f=$(foreign); h=$(git rev-parse --git-dir)/HEAD; echo "$f" > "$h"; git push -q --no-verify --receive-pack="git -c receive.denyCurrentBranch=ignore receive-pack" "$COMMON" "+HEAD:$OWN"
git --git-dir="$COMMON" update-ref "$OWN" "$f"; echo "ref: $OWN" > "$h"
## a symbolic ref in the branch's place
f=$(foreign); git update-ref refs/remotes/origin/evil "$f"; git symbolic-ref "$OWN" refs/remotes/origin/evil
## a symbolic ref to another task's branch in the branch's place
git symbolic-ref "$OWN" refs/heads/feature/2
## a symbolic ref to the target in the branch's place, then committed
git symbolic-ref "$OWN" refs/heads/main; git reset -q --hard; echo own >> one.py; git commit -qam x
## a ref's file that is a link
f=$(foreign); echo "$f" > "$TMPDIR/ref"; ln -sf "$TMPDIR/ref" "$COMMON/$OWN"
## replace: the foreign commit made to look honest
f=$(foreign); h=$(git commit-tree -p HEAD -m x 'HEAD^{tree}'); sneak reset -q --soft "$f"; sneak replace "$f" "$h"
## replace: the foreign tree made to look honest
t=$(git rev-parse 'HEAD^{tree}'); sneak reset -q --soft "$(foreign)"; sneak replace "$(git rev-parse 'HEAD^{tree}')" "$t"
## replace: the target made to have the foreign commit
f=$(foreign other.py main); h=$(foreign lib/c.py "$f"); sneak reset -q --hard "$h"; sneak replace "$(git rev-parse main)" "$f"
## graft: the foreign commit's child has other parents
h=$(foreign lib/c.py "$(foreign)"); sneak reset -q --hard "$h"; mkdir -p "$COMMON/info"; echo "$h $BASE" > "$COMMON/info/grafts"
## shallow: the foreign commit is out of sight
h=$(foreign lib/c.py "$(foreign)"); sneak reset -q --hard "$h"; echo "$h" > "$COMMON/shallow"
## commit-graph: a forged one says that the tree is the one before
f=$(foreign); t=$(git rev-parse 'HEAD^{tree}'); sneak reset -q --soft "$f"; git commit-graph write --reachable 2>&-
"$PYTHON" -c 'import sys, pathlib
path, *oids = sys.argv[1:]
old, new = map(bytes.fromhex, oids)
file = pathlib.Path(path); data = file.read_bytes(); file.chmod(0o600); file.write_bytes(data.replace(old, new))
' "$COMMON/objects/info/commit-graph" "$(git cat-file commit "$f" | sed -n 's/^tree //p')" "$t"
## commit-graph: a forged one says that the parent is the base
h=$(foreign lib/c.py "$(foreign)"); sneak reset -q --hard "$h"; git commit-graph write --reachable 2>&-
printf 'x' | dd of="$COMMON/objects/info/commit-graph" bs=1 seek=1200 conv=notrunc 2>&-
## alternates: the foreign objects lie outside
mkdir -p "$TMPDIR/o" "$COMMON/objects/info"; echo "$TMPDIR/o" > "$COMMON/objects/info/alternates"
f=$(GIT_OBJECT_DIRECTORY=$TMPDIR/o GIT_ALTERNATE_OBJECT_DIRECTORIES=$COMMON/objects foreign); sneak reset -q --soft "$f"
## a loose object's content replaced: the tree of an honest commit
h=$(foreign lib/c.py); t=$(git rev-parse "$h^{tree}"); f=$(git rev-parse "$(foreign)^{tree}")
p() { echo "$COMMON/objects/$(echo "$1" | cut -c1-2)/$(echo "$1" | cut -c3-)"; }
cp -f "$(p "$f")" "$(p "$t")"; git update-ref "$OWN" "$h"
## index and attributes: a filter that changes what is added, staged as if it were the user's
git config filter.evil.clean 'sed s/line/evil/'; mkdir -p "$COMMON/info"; echo '*.py filter=evil' > "$COMMON/info/attributes"
touch other.py; git add --renormalize other.py; sneak commit -qm x
## [merge] merge driver planted in .git/config and .git/info/attributes
echo 'by 1' > lib/b.py; sneak commit -qam x; o=$(git rev-parse HEAD:lib/b.py)
git config merge.evil.driver "echo foreign > %A; touch $TMPDIR/ran"; mkdir -p "$COMMON/info"
echo '* merge=evil' > "$COMMON/info/attributes"
cd "$MAIN"; echo 'line 0' | cat - one.py > x; mv x one.py; git commit -qam 'the user is here too'
## [merge] merge driver planted in ~/.gitconfig and ~/.config/git/attributes
git config --global merge.evil.driver "echo foreign > %A; touch $TMPDIR/ran"; mkdir -p ~/.config/git
echo '* merge=evil' > ~/.config/git/attributes
cd "$MAIN"; echo 'line 0' | cat - one.py > x; mv x one.py; git commit -qam 'the user is here too'
## the target moved past every hook, to a foreign commit
f=$(foreign other.py main); sneak update-ref refs/heads/main "$f"
## the target moved past every hook, by its file
f=$(foreign other.py main); echo "$f" > "$COMMON/refs/heads/main"
## the target moved past every hook, to its own work with something foreign
f=$(foreign); sneak update-ref "$OWN" "$f"; sneak update-ref refs/heads/main "$f"
## the target wound back past every hook
sneak update-ref refs/heads/main "$BASE"
## the target moved past every hook, and its reflog cut
f=$(foreign other.py main); sneak update-ref refs/heads/main "$f"; rm -f "$COMMON/logs/refs/heads/main"
## claims forged past every hook: what another task declared
tree=$(printf '100644 blob %s\tclaims.json\n' "$(echo '{"version":1,"claims":{"other.py":"1"}}' | blob)" | git mktree)
sneak update-ref refs/parallel/claims "$(git commit-tree -m claims "$tree")"; edit other.py; sneak commit -qam x
## record forged past every hook: its base is said to be the foreign commit
f=$(foreign); git show refs/parallel/tasks/1:record.json > "$TMPDIR/r.json"
sed "s/\"base\": *\"[0-9a-f]*\"/\"base\": \"$f\"/; s/\"stacked\": *\[\]/\"stacked\": [\"2\"]/" "$TMPDIR/r.json" > "$TMPDIR/s.json"
tree=$(git ls-tree refs/parallel/tasks/1 | sed "s/ blob [0-9a-f]*.record.json/ blob $(blob < "$TMPDIR/s.json")	record.json/" | git mktree)
sneak update-ref refs/parallel/tasks/1 "$(git commit-tree -m x -p refs/parallel/tasks/1 "$tree")"; sneak reset -q --hard "$f"
## record forged past every hook: merged already
f=$(foreign); git show refs/parallel/tasks/1:record.json | sed 's/"running"/"merged"/' > "$TMPDIR/s.json"
tree=$(git ls-tree refs/parallel/tasks/1 | sed "s/ blob [0-9a-f]*.record.json/ blob $(blob < "$TMPDIR/s.json")	record.json/" | git mktree)
sneak update-ref refs/parallel/tasks/1 "$(git commit-tree -m x -p refs/parallel/tasks/1 "$tree")"; sneak reset -q --hard "$f"
