#!/bin/sh
# Kernels out of shared objects: listed, run, gated; what is none, and one that crashes.
. tests/tap.sh
. tests/cli/records.sh
scratch plugin && mkdir -p "$tmp/a b"
# A sanitiser's own handler would turn the signal into an exit status.
export ASAN_OPTIONS="$ASAN_OPTIONS:handle_segv=0" TSAN_OPTIONS="$TSAN_OPTIONS:handle_segv=0"
so=$CUPEL_BUILD/tests/plugin
cp "$so/lcg.so" "$tmp/a b/new one.so"
gate() {
    rm -f "$tmp/out.jsonl"
    "$CUPEL" gate --seed 1 --quiet --out "$tmp/out.jsonl" "$@"
}

expect 0 'lcg: makes random numbers' "$CUPEL" list --kernel "$so/lcg.so"
check "a plugin is listed"
expect 0 'how many (1..1000000000; default 10000)' "$CUPEL" list --kernel "$so/lcg.so"
check "with its settings"
expect 0 'spin:' "$CUPEL" list
check "the built-in ones are listed without it"

refused() {
    expect 2 "$2" "$CUPEL" list --kernel "$1" && [ "$(printf '%s\n' "$tap_output" | wc -l)" -eq 1 ]
    check "refused in one line: $2"
}
mkfifo "$tmp/pipe.so"
refused "$so/broken-abi.so" 'broken-abi.so: abi: expected 4, found 3'
refused "$so/broken-symbol.so" 'broken-symbol.so: exports no cupel_kernel'
refused "$so/broken-null.so" 'broken-null.so: cupel_kernel gave no record'
refused "$so/broken-step.so" 'broken-step.so: step: expected a function, found NULL'
refused "$so/broken-size.so" 'broken-size.so: settings_size: expected at most 1048576'
refused "$tmp/none.so" 'none.so: no such file'
refused "$tmp/pipe.so" 'pipe.so: no such file'
refused ./README.md 'README.md: invalid ELF header'
refused lcg 'expected one of backtest'

# A slowdown of 200 % under a margin of 20 %: no noise hides it.
expect 0 PASS gate --base "so:$so/lcg.so" --new "so:'$tmp/a b/new one.so'" --margin 1000
check "the old file against the new one, without a scenario"
schema_holds && grep -q '"library":"[^"]*/a b/new one.so"' "$tmp/out.jsonl" && grep -q '"kernel":"lcg"' "$tmp/out.jsonl"
check "the record names the files and keeps to the schema"
expect 1 FAIL gate --base "so:$so/lcg.so" --new "so:$so/slow200.so" --margin 20
check "one that does three times the work fails"
expect 1 FAIL gate --kernel "$so/lcg.so" --base set:n=1000 --new 'layers:all; set:n=9000' --margin 20
check "a setting of one side is a difference"
expect 2 'expected one of backtest, null, spin' gate --kernel lcg --base layers:none --new layers:all
check "a kernel that is neither is named"
expect 2 'so: on one side' gate --base "so:$so/lcg.so" --new layers:all
check "a plugin against nothing known is refused"
expect 2 '--new: set: n: expected a whole number from 1 to 1000000000' gate --kernel "$so/lcg.so" --base layers:none --new set:n=0
check "a setting that the plugin refuses is named with its side"
expect 2 'cut differently, KERNEL_ONCE and KERNEL_REPEAT' gate --kernel "$so/lcg.so" --base "so:$so/broken-once.so" --new layers:all
check "a kernel that is cut otherwise is no match"
expect 4 'results differ' gate --base "so:$so/lcg.so" --new "so:$so/broken-results.so"
check "other results are exit 4"
expect 2 'broken-refuse.so: it is Monday' gate --base "so:$so/lcg.so" --new "so:$so/broken-refuse.so"
check "its own words are passed on"

expect 2 'broken-crash.so: ended by signal 11 (SIGSEGV, Segmentation fault) in step' gate \
    --base "so:$so/lcg.so" --new "so:$so/broken-crash.so"
check "a crash is the failure of its side, with the signal"
expect 2 'broken-release.so: ended by signal 11 (SIGSEGV, Segmentation fault) in release' gate \
    --base "so:$so/lcg.so" --new "so:$so/broken-release.so"
check "so is one at the very end"
# Told where somebody works on cupel; a release goes on without.
case $CUPEL_BUILD in
*release | *clang) expect 0 '' gate --base "so:$so/broken-leak.so" --new "so:$so/broken-leak.so" --margin 1000 ;;
*) expect 2 'broken-leak.so: leak: 3 blocks, 12,288 bytes of history cache' \
    gate --base "so:$so/lcg.so" --new "so:$so/broken-leak.so" ;;
esac
check "memory that is kept after release is told by a build with assertions"
expect 2 'a kernel ended the program' gate --base "so:$so/lcg.so" --new "so:$so/broken-exit.so"
check "a library that calls exit(0) when it is loaded passes nothing"
expect 2 'broken-crash.so' gate --base "so:$so/lcg.so" --new "so:$so/broken-crash.so"
schema_holds && grep -q '"record":"failed"' "$tmp/out.jsonl" && grep -q '"record":"end"' "$tmp/out.jsonl"
check "and the harness lives to write the record"

cat >"$tmp/plugin.json" <<J
{"name": "plugin", "kernel": "./$so/lcg.so", "settings": {"n": 500}, "scales": [{"name": "small"}],
 "compare": [{"name": "more", "new": {"settings": {"n": 5000}}}]}
J
expect 0 'small/more' "$CUPEL" run "$tmp/plugin.json" --quiet --out "$tmp/run.jsonl"
check "a scenario names a plugin"
/usr/bin/python3 tests/result/check_schema.py results/schema.json "$tmp/run.jsonl"
check "its results keep to the schema"
expect 0 'small/more' "$CUPEL" run "$tmp/plugin.json" --quiet --kernel "$so/slow200.so" --set n=700 --out "$tmp/run2.jsonl" &&
    grep -q '"library":"[^"]*slow200.so"' "$tmp/run2.jsonl"
check "--kernel takes its place"

# A worker of another build, which is told the path.
printf '#!/bin/sh\nexec "%s" "$@"\n' "$PWD/$CUPEL" >"$tmp/other" && chmod +x "$tmp/other"
expect 0 PASS gate --base "bin:$tmp/other so:$so/lcg.so" --new "so:$so/lcg.so" --margin 1000
check "another cupel program loads it, too"
[ -z "$(ls "$TMPDIR")" ]
check "no state folder is left"
finish
