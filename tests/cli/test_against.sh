#!/bin/sh
# cupel gate --against, in a repository made here: two commits, a dirty tree, builds that fail, that are
# kept and that are killed; what is said, and what is left behind.
. tests/tap.sh
tmp=$PWD/$CUPEL_BUILD/tests/tmp/against
cupel=$PWD/$CUPEL
case $CUPEL in /*) cupel=$CUPEL ;; esac
plugin=$PWD/$CUPEL_BUILD/tests/plugin/lcg.so
schema=$PWD/results/schema.json check_schema=$PWD/tests/result/check_schema.py
rm -rf "$tmp" && mkdir -p "$tmp/state" "$tmp/re po/sub"
export TMPDIR=$tmp/state CUPEL_CACHE="$tmp/ca che" HOME=$tmp GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
cd "$tmp/re po" || exit 1

# bench is built of bench.in: it says which commit it is of and burns the work that stands there.
cat >bench.in <<'S'
#!/bin/sh
echo "$1 $(cat words) $PWD" >>"$LOG"
i=0; while [ $i -lt 200 ]; do i=$((i + 1)); done
S
printf 'all:\n\t@echo built >>"$(BUILT)"\n\tcp bench.in bench && chmod +x bench\n' >Makefile
echo one >words && echo words >sub/words && printf 'bench\n' >.gitignore
git init -q . && git add . && git commit -qm one && git tag v1
echo two >words && git commit -qam two
printf 'all:\n\techo before; echo "bench.in:3: no"; exit 3\n' >Makefile && git commit -qam broken && git tag bad
git checkout -q HEAD~1 -- Makefile && git commit -qam three
export LOG=$tmp/log BUILT=$tmp/built
gate() {
    rm -f "$tmp/out.jsonl" "$LOG" "$BUILT"
    "$cupel" gate --margin 1000 --seed 1 --out "$tmp/out.jsonl" "$@"
}
builds() { cat "$BUILT" 2>/dev/null | wc -l; }
# What the repository looks like to its owner.
state() {
    git worktree list | wc -l
    git branch -a
    git stash list
    sha256sum .git/index .git/HEAD .git/config | cut -d' ' -f1
    ls .git/worktrees 2>&1 || :
}
touch -d '1 hour ago' words # whoever refreshes the index, writes it
state >"$tmp/before"
unchanged() { state >"$tmp/after" && cmp "$tmp/before" "$tmp/after" && [ -z "$(ls "$TMPDIR")" ]; }

expect 0 'base: v1 (' gate --against v1 --build make --cmd './bench 7' &&
    [ "$(builds)" = 2 ]
check "a commit is built, and so is the tree here"
grep -q "^7 one $tmp/ca che/revisions/.*/tree\$" "$LOG" && grep -q "^7 two $tmp/re po\$" "$LOG"
check "the command is run in both, each in its folder"
unchanged
check "the repository is as it was: no worktree, no branch, the same index"
/usr/bin/python3 "$check_schema" "$schema" "$tmp/out.jsonl" && grep -q '"label":"v1 (' "$tmp/out.jsonl" &&
    grep -q '"folder":"[^"]*/tree"' "$tmp/out.jsonl"
check "the record names the commit and the folder, and keeps to the schema"
expect 0 'built before' gate --against v1 --build make --cmd ./bench && [ "$(builds)" = 1 ]
check "the same commit is not built again"
expect 0 'base: v1' gate --against v1 --build make --cmd ./bench --no-build-new && [ "$(builds)" = 0 ]
check "--no-build-new takes the tree here as it is"
expect 0 'base: v1' gate --against v1 --build make --cmd ./bench --rebuild && [ "$(builds)" = 2 ]
check "--rebuild builds it again"
expect 0 'base: v1' gate --against v1~0 --build 'make all' --cmd ./bench && [ "$(builds)" = 2 ]
check "another way to build is another build"
unchanged
check "and nothing of it is left in the repository"

printf '#!/bin/sh\npwd >>"%s"\n' "$tmp/prepared" >"$tmp/prepare" && chmod +x "$tmp/prepare"
expect 0 'base: v1' gate --against v1 --build make --cmd ./bench --prepare "'$tmp/prepare'" &&
    [ "$(sort "$tmp/prepared" | uniq -c | awk '{print $1}' | uniq | wc -l)" = 1 ] &&
    [ "$(sort -u "$tmp/prepared" | wc -l)" = 2 ]
check "what prepares is run in the folder of the command, as often in each"
expect 2 'left no folder to run in' gate --against v1 --build 'rm -rf "$PWD"' --cmd true
check "a build that takes the folder away is told"
expect 0 'both sides are the same' gate --against HEAD --cmd 'sh bench.in'
check "the commit that is checked out is compared with itself, and it is said"
echo 'three' >words
expect 0 'changes that are not committed' gate --against HEAD --cmd 'sh bench.in'
check "a tree with changes is said"
grep -q ' two ' "$LOG" && grep -q ' three ' "$LOG"
check "and they are the new side's"
git checkout -q -- words && state >"$tmp/before"

cd sub || exit 1
expect 0 'base: v1' gate --against v1 --cmd 'sh ../bench.in' && grep -q "/tree/sub\$" "$LOG" && grep -q "re po/sub\$" "$LOG"
check "below the top both sides run below it"
mkdir -p ../other && cd ../other || exit 1
expect 2 'has no folder other' gate --against v1 --cmd 'sh ../bench.in'
check "a folder that the commit has not is named"
cd .. && rmdir other

expect 2 'bad (' gate --against bad --build make --cmd ./bench
check "a commit that does not build is exit 2"
case $tap_output in *"bench.in:3: no"*"failed with status 2; its last line: make: "*) true ;; *) false ;; esac
expect 2 'bench.in:3: no' gate --against bad --build make --cmd ./bench &&
    expect 2 'failed with status 2; its last line: make: ***' gate --against bad --build make --cmd ./bench
check "with the build's last lines"
unchanged && [ ! -e "$tmp/out.jsonl" ]
check "and nothing is left of it"
expect 2 'no program "./bench" in' gate --against HEAD --build true --cmd ./bench
check "a build that leaves no program is said"
deaf='import os, signal, sys; signal.signal(signal.SIGCHLD, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])'
expect 2 'failed with status 2' /usr/bin/python3 -c "$deaf" "$cupel" gate --against bad --build make --cmd ./bench
check "also when whoever started it ignores SIGCHLD"
expect 2 'no commit "v9" in' gate --against v9 --cmd ./bench
check "no such commit"
expect 2 'no commit "--help" in' gate --against=--help --cmd ./bench
check "a name that looks like an option is one of a commit"
(cd / && expect 2 'not a git repository' gate --against v1 --cmd true && echo "$tap_output") >/dev/null
check "no repository"
expect 2 'git rev-parse: fatal: detected dubious ownership' env GIT_TEST_ASSUME_DIFFERENT_OWNER=1 "$cupel" gate --against v1 --cmd true
check "git's reason, not the advice behind it"
expect 2 'is no commit of cupel: --cmd LINE' gate --against v1
check "another repository needs a command"
expect 2 'expected one of them' gate --against v1 --base true --cmd true
check "--against and --base do not go together"
expect 2 '--build: expected beside --against' gate --base true --new true --build make
check "nor --build and no --against"
expect 2 'expected a path from this folder on' gate --against v1 --new so:/x.so
check "a path that both sides share is refused"

# Told by a hook of another index and another folder, under a make of its own.
expect 0 'base: v1' env GIT_DIR=.git GIT_INDEX_FILE="$tmp/index" MAKEFLAGS='BUILT=/dev/null' MAKELEVEL=1 \
    "$cupel" gate --margin 1000 --out "$tmp/hook.jsonl" --against v1 --rebuild --build make --cmd ./bench &&
    [ ! -e "$tmp/index" ]
check "variables of a hook and of a make above do not lead astray"
printf '#!/bin/sh\necho hooked >>"%s"\n' "$tmp/hooked" >.git/hooks/post-checkout && chmod +x .git/hooks/post-checkout
expect 0 'base: v1' gate --against v1 --rebuild --build make --cmd ./bench && [ ! -e "$tmp/hooked" ]
check "hooks of the repository are not run"

# A build that goes on until it is ended: interrupted, then killed.
slow='echo $$ >"$TMPDIR/pid"; sleep 60; echo late >>"$BUILT"'
wait_for() { n=0; while [ ! -s "$1" ] && [ $n -lt 200 ]; do sleep 0.05; n=$((n + 1)); done; }
begin() {
    rm -f "$TMPDIR/pid"
    "$cupel" gate --quiet --against v1 --build "$slow" --cmd true --out "$tmp/i.jsonl" >"$tmp/i.log" 2>&1 &
    wait_for "$TMPDIR/pid"
    worker=$(cat "$TMPDIR/pid") && rm -f "$TMPDIR/pid"
}
ended() { n=0; while kill -0 "$1" 2>/dev/null && [ $n -lt 100 ]; do sleep 0.05; n=$((n + 1)); done; ! kill -0 "$1" 2>/dev/null; }
begin && [ "$(git worktree list | wc -l)" = 2 ] && kill -TERM $!
wait $!
[ $? -eq 130 ] && unchanged && ended "$worker" && ! ls "$CUPEL_CACHE"/revisions/*/tree/late 2>/dev/null
check "an interrupted build is ended and leaves no worktree, exit 130"
# A part of it that is a session of its own, as daemons of build tools are.
slow='setsid sh -c "echo \$\$ >\"$TMPDIR/pid\"; exec sleep 60"'
begin && kill -TERM $!
wait $!
[ $? -eq 130 ] && ended "$worker"
check "so is what it has started in another session"
slow='echo $$ >"$TMPDIR/pid"; sleep 60; echo late >>"$BUILT"'
begin && kill -KILL $!
wait $! 2>/dev/null
ended "$worker" && [ "$(git worktree list | wc -l)" = 2 ]
check "a killed one leaves its worktree"
expect 0 'base: HEAD' gate --against HEAD --cmd 'sh bench.in' && unchanged
check "which the next run removes"

# Another repository inside.
git init -q "$tmp/inner" && git -C "$tmp/inner" commit -q --allow-empty -m inner
git -c protocol.file.allow=always submodule -q add "$tmp/inner" inner && git commit -qm inner && git tag inner
expect 0 'submodules are not checked out: --build "git submodule' gate --against inner --cmd 'sh bench.in'
check "submodules are told"
git reset -q --hard HEAD~1 && rm -rf inner .git/modules/inner && git tag -d inner >/dev/null && state >"$tmp/before"

# A few builds are kept.
for line in true ': ' ': 1' ': 2' ': 3'; do
    expect 0 base gate --against v1 --build "$line" --cmd 'sh bench.in' || break
done
check "several ways to build"
[ "$(ls -d "$CUPEL_CACHE"/revisions/*/ | wc -l)" -eq 4 ] && [ "$(ls "$CUPEL_CACHE"/revisions/*/ready | wc -l)" -eq 4 ]
check "the four used last are kept"
[ "$(ls "$CUPEL_CACHE"/revisions/*.lock | wc -l)" -eq 4 ]
check "and a lock of each, no other"

# cupel's own repository, or what looks like it: the worker is the product of the build.
mkdir -p harness/cmd && : >harness/cmd/main.c
printf 'build/%%/cupel:\n\tmkdir -p $(@D)\n\tprintf "#!/bin/sh\\nexec %s \\"\\044@\\"\\n" >$@ && chmod +x $@\n' "'$cupel'" >Makefile
git add . && git commit -qm own && echo more >>words && git commit -qam more
own() { rm -f "$tmp"/own*.jsonl && "$cupel" gate --margin 1000 "$@"; }
expect 0 PASS own --against HEAD~1 --kernel "$plugin" --out "$tmp/own.jsonl"
check "cupel's own: its worker of that commit is driven by this one"
grep -q '"binary":"[^"]*/tree/build/release/cupel"' "$tmp/own.jsonl" && grep -q '"label":"this program (' "$tmp/own.jsonl"
check "the record names both programs"
finish
