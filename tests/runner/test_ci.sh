#!/bin/bash
# .ci/run with a made-up make: every stage runs whatever the others said, what failed is told at the end, and
# the last line counts the failures of all.
set -u
. tests/tap.sh
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
top=$tmp/a/b/c/d/e/f/g/h/i/j/k/l/m # CI's checkout stands deep
mkdir -p "$top/.ci" "$top/tests/cli" "$top/tests/browser" "$tmp/bin" "$tmp/says"
cp .ci/run "$top/.ci/run"
# Says what stands in the file of its stage, and ends with the number in its first line.
cat >"$tmp/bin/make" <<S
#!/bin/bash
words=\$*
case \$words in
*ci-deps*) stage=packages ;;
*static-checks*) stage=static ;;
*BUILD=*) stage=\${words#*BUILD=} stage=\${stage%% *} ;;
*) stage=release ;;
esac
echo "\$stage: \$*" >>"$tmp/ran"
[ -e "$tmp/says/\$stage" ] || exit 0
tail -n +2 "$tmp/says/\$stage"
exit "\$(head -n 1 "$tmp/says/\$stage")"
S
chmod +x "$tmp/bin/make"
says() { # STAGE STATUS LINES...
    local stage=$1
    shift
    printf '%s\n' "$@" >"$tmp/says/$stage"
}
fresh() {
    rm -f "$tmp/says"/* "$tmp/ran"
    says asan 0 '7 passed, 0 failed'
    says clang 0 '6 passed, 0 failed'
    says tsan 0 '2 passed, 0 failed'
    says release 0 '9 passed, 0 failed'
}
ci() { env -u HOME -u JOBS PATH="$tmp/bin:$PATH" "$top/.ci/run" <&-; }
last() { [ "$(tail -n 1 <<<"$tap_output")" = "$1" ] || { tap_why="the last line is no \"$1\"" && false; }; }
near_the_end() { tail -n 20 <<<"$tap_output" | grep -qE "$1" || { tap_why="no $1 near the end" && false; }; }
all_ran() { [ "$(cut -d: -f1 "$tmp/ran" | xargs)" = "packages static asan clang tsan release" ]; }

fresh
expect 0 '== stages' ci && last '9 passed, 0 failed' && all_ran
check "all is well: the last line is that of release, far below /, without a home and with standard input closed"
grep -q '^asan: .*NAMES=cli/ ' "$tmp/ran"
check "the asan tests are all but the browser's"

fresh
says asan 2 '== failed: cli-test_x' 'not ok 3 - planted' 'logs: x' '5 passed, 2 failed' 'make: *** [Makefile:1: tests] Error 1'
expect 1 '' ci && last '9 passed, 2 failed' && all_ran
check "a red asan: the other stages run, and the last line is red"
expect 1 '' ci && near_the_end '^not ok 3 - planted' && near_the_end '^asan +5 passed, 2 failed'
check "and what failed stands near the end"

fresh
says static 2 'kernels/x.c:3:1: error: planted' 'make: *** [Makefile:1: x] Error 1'
says clang 2 'kernels/y.c:4:1: error: another' 'make: *** [Makefile:1: y] Error 1'
expect 1 '' ci && last '9 passed, 2 failed' && all_ran && near_the_end '^kernels/x.c:3:1: error: planted' &&
    near_the_end '^kernels/y.c:4:1: error: another'
check "checks and builds that fail count as one each, and are told"

fresh
says release 2 'no rule'
expect 1 '' ci && last '0 passed, 1 failed'
check "a release that does not build is no pass"

fresh
says tsan 2 '== failed: pool-test_x' 'not ok 1 - one' '1 passed, 1 failed'
says release 1 '== failed: cli-test_y' 'not ok 2 - two' '8 passed, 1 failed'
expect 1 '' ci && last '8 passed, 2 failed' && near_the_end '^not ok 1 - one' && near_the_end '^not ok 2 - two'
check "failures of several stages are added up"
finish
