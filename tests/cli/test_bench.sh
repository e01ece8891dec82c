#!/bin/sh
# cupel bench from outside: what it measures, counts, refuses, and how it ends.
. tests/tap.sh
. tests/cli/records.sh
tmp=$PWD/$CUPEL_BUILD/tests/tmp/bench
rm -rf "$tmp" && mkdir -p "$tmp/state"
export TMPDIR=$tmp/state
out=$tmp/out.jsonl

bench() {
    rm -f "$out"
    "$CUPEL" bench --quiet --out "$out" "$@"
}
figures_hold() { tests/cli/check_bench.py "$out"; }
lines() { wc -l <"$1" | tr -d ' '; }

# ---- one command, several ----
expect 0 'median wall time' bench --runs 12 -- true
check "one command"
expect 0 '' schema_holds && expect 0 '' figures_hold
check "its record keeps to the schema, its figures are those of the runs"
expect 0 'spawn overhead' bench --runs 5 -- sh -c 'exit 0' && grep -q '"overhead":{"cpu":[1-9]' "$out"
check "what starting a program costs is told and recorded"
expect 0 '98.33 % interval' bench --runs 11 'sleep 0.001' --vs true --vs 'sh -c :' --vs 'sleep 0.001'
check "several commands, with bounds that hold together"
expect 0 '' schema_holds && expect 0 '' figures_hold
check "their records too; each round runs each command once"
grep -q '"id":"sleep 0.001 (4)"' "$out"
check "the same command twice has two names"
bench --runs 3 true --vs 'sleep 0.03' >"$tmp/few" 2>&1 && expect 0 '' tests/cli/check_bench.py "$out" "$tmp/few"
check "too few runs for an interval are told"
bench --runs 10 'sleep 0.03' --vs true --vs 'sleep 0.03' --vs 'sleep 0.1' >"$tmp/said" 2>&1 &&
    expect 0 '' tests/cli/check_bench.py "$out" "$tmp/said"
check "a sentence for each says who is faster, as the bounds have it"
expect 0 '' bench --runs 10 --metric cpu 'sleep 0.002' --vs true && grep -q '"simultaneous":{"metric":"cpu"' "$out" && figures_hold
check "by CPU time, when asked"
orders() { sed 's/.*"runs"//' "$out" | grep -o '"position":[0-9]*' | tr -d '\n'; }
expect 0 '' bench --runs 20 --seed 5 true --vs 'sh -c :' && first=$(orders) &&
    expect 0 '' bench --runs 20 --seed 5 true --vs 'sh -c :' && [ "$first" = "$(orders)" ] &&
    expect 0 '' bench --runs 20 --seed 6 true --vs 'sh -c :' && [ "$first" != "$(orders)" ]
check "the seed decides the orders"
expect 0 'slow and' bench --runs 2 --name 'slow and' --name quick 'sleep 0.01' --vs true &&
    grep -q '"id":"quick vs slow and"' "$out"
check "names of one's own"

rm -f "$tmp/h.json"
expect 0 '' bench --runs 4 --export "hyperfine=$tmp/h.json" true --vs 'sleep 0.001' &&
    grep -q '"command":.*sleep 0.001' "$tmp/h.json" && expect 2 '--export' bench --export nonsense true
check "an export at the end"

# ---- what is run how often ----
count() { printf '#!/bin/sh\necho x >>"%s/%s.count"\n' "$tmp" "$1" >"$tmp/$1" && chmod +x "$tmp/$1"; }
for name in a b prepare setup cleanup; do count $name; done
expect 0 '' bench --runs 7 --warmup 3 --prepare "$tmp/prepare" --setup "$tmp/setup" --cleanup "$tmp/cleanup" \
    "$tmp/a" --vs "$tmp/b"
[ "$(lines "$tmp/a.count") $(lines "$tmp/b.count") $(lines "$tmp/prepare.count")" = "10 10 20" ] &&
    [ "$(lines "$tmp/setup.count") $(lines "$tmp/cleanup.count")" = "1 1" ]
check "runs, warm-up, preparation before each, set-up and clean-up once"
rm -f "$tmp"/*.count
expect 2 '--prepare: expected one for all' bench --runs 2 --prepare "$tmp/a" --prepare "$tmp/b" true --vs true --vs true &&
    expect 0 '' bench --runs 2 --prepare "$tmp/a" --prepare "$tmp/b" true --vs true &&
    [ "$(lines "$tmp/a.count") $(lines "$tmp/b.count")" = "2 2" ]
check "a preparation for each command, or one for all"
rm -f "$tmp"/*.count
expect 0 '' bench --runs 10..1000 --budget 0.000001 "$tmp/a" && [ "$(lines "$tmp/a.count")" = 10 ]
check "time that is up leaves the fewest runs"
expect 0 '' bench --runs 10..500 --precision 1000 --budget 300 "$tmp/a" && [ "$(lines "$tmp/a.count")" = 20 ]
check "a wide precision is reached at once"
expect 0 'the precision was not reached' bench --runs 10..12 --precision 0.0000001 "$tmp/a" --vs "$tmp/b"
check "one that is not reached is told"

# ---- parameters ----
expect 0 '' bench --runs 2 --shell 'echo {n}-{w} >>"'"$tmp"'/seen"' --parameter n=1:7:3 --parameter 'w=a b,c' --vs true &&
    [ "$(sort "$tmp/seen" | uniq -c | tr -s ' \n' ' ,')" = ' 2 1-a b, 2 1-c, 2 4-a b, 2 4-c, 2 7-a b, 2 7-c,' ] && figures_hold
check "every combination of parameters, over lists and ranges"
expect 0 '' bench --runs 2 --parameter "w=a b,c'd,\$(touch $tmp/pwned)" 'sh -c "echo \"\$1\" >>'"$tmp"'/words" x {w}' &&
    [ "$(sort -u "$tmp/words" | tr '\n' ,)" = "\$(touch $tmp/pwned),a b,c'd," ] && ! [ -e "$tmp/pwned" ]
check "a value is one word, whatever it holds: nothing of it is run"
expect 0 '' figures_hold && expect 0 '' schema_holds && [ "$(grep -c '"record":"benchmark"' "$out")" = 3 ] &&
    grep -q '"parameters":{"w":"a b"}' "$out"
check "a record for each combination, with its parameters"
expect 2 '{m}: no --parameter m' bench 'echo {m}' --parameter n=1
check "an unknown parameter is named"
expect 2 '{m}: no --parameter m' bench 'echo {n}' --parameter n=1 --prepare 'echo {m}'
check "also in what prepares"
expect 0 '' bench --runs 2 'echo {{n}}' --parameter n=1 --show-output && expect 0 '{n}' bench --runs 2 'echo {{n}}' --parameter n=1 --show-output
check "doubled braces are plain ones"
expect 0 '{m}' bench --runs 2 'echo {m}' --show-output
check "without parameters braces are left alone"
expect 2 'LO <= HI' bench true --parameter n=4:1
check "a range that is none is refused"

# ---- what goes wrong ----
expect 2 'exit status 3; its last lines: one | two' bench --shell 'echo one; echo two >&2; exit 3'
check "a failing command: exit status and last lines"
grep -q '"record":"failed"' "$out" && grep -q '"complete":false' "$out" && schema_holds
check "is on record, and the file says that it is not complete"
expect 0 '4 of 4 runs failed' bench --runs 4 --ignore-failure --shell 'exit 3' && grep -q '"failures":4' "$out" && figures_hold
check "is measured with --ignore-failure, and told"
expect 2 'ended by signal 11 (SIGSEGV' bench --shell 'kill -SEGV $$'
check "signals have names"
expect 2 'exit status 1' bench --shell 'printf "\377\376 rubbish"; exit 1' && schema_holds
check "output that is no UTF-8 does not spoil the file"
expect 2 'no program "no-such-program"' bench 'no-such-program x'
check "a missing program is named"
[ ! -e "$out" ]
check "before a results file is made"
expect 2 'another command is given by --vs' bench 'sleep 1' 'sleep 2'
check "two lines without --vs are explained"
expect 2 'quote is left open' bench "echo 'a" && expect 2 'found nothing' bench '  '
check "open quotes and empty lines are refused"
half=$(head -c 100000 /dev/zero | tr '\0' x)
expect 2 'echo: cannot be run: Argument list too long' bench --parameter "n=$half" 'echo {n}{n}'
check "words that no program can be given are told as that"
expect 2 '--shell: expected the command as one text' bench --shell -- echo a
check "--shell takes one text"
for runs in 0 1 5..3 x 2000 3..; do expect 2 '--runs: expected' bench --runs $runs true || break; done
check "--runs that are none are refused"
expect 2 'prepare: ' bench --prepare false true
check "a preparation that fails ends it"
expect 2 '--setup: ' bench --setup 'sh -c "exit 9"' "$tmp/a" && expect 2 'exit status 9' bench --setup 'sh -c "exit 9"' true
check "so does a set-up"
rm -f "$tmp/cleanup.count"
expect 2 'exit status 1' bench --cleanup "$tmp/cleanup" false && [ "$(lines "$tmp/cleanup.count")" = 1 ]
check "a clean-up also runs after a failure"
expect 2 '--input: input /no/such' bench --input /no/such cat
check "a missing input is named"

# ---- output ----
expect 0 '' bench --runs 3 --check-output 'echo a' --vs 'printf a\\n' --vs 'sh -c "echo a; echo b >&2"'
check "the same output of all, whatever goes to standard error"
expect 4 'outputs differ: of "echo b"' bench --seed 1 --check-output --runs 3 'echo a' --vs 'echo b' ||
    expect 4 'outputs differ: of "echo a"' bench --seed 1 --check-output --runs 3 'echo a' --vs 'echo b'
check "another one is exit 4 and named"
expect 4 'outputs differ' bench --runs 3 --check-output --shell "echo x >>'$tmp/grows'; cat '$tmp/grows'"
check "one that changes from run to run too"
rm -f "$out"
expect 0 '' tests/cli/bench_process.py memory 150000 "$CUPEL" bench --quiet --out "$out" --runs 2 --check-output \
    -- head -c 300000000 /dev/zero
check "300 MB of output take no memory"
expect 0 '1 of 2 runs left processes' bench --runs 2 --shell "[ -e '$tmp/once' ] || { touch '$tmp/once'; sleep 3 & }"
check "processes that live on are told"

# ---- time-out, Ctrl-C ----
mark=6$$
gone() {
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        pgrep -f "sleep $mark" >/dev/null || return 0
        sleep 0.1
    done
    tap_why="sleep $mark is still there"
    return 1
}
expect 2 '(--timeout 0.4)' bench --timeout 0.4 --shell "trap '' TERM; (setsid sleep $mark &) ; sleep $mark & wait; wait" &&
    gone
check "a run that does not end is ended, with all that it started"
grep -q '"record":"failed"' "$out" && grep -q '"complete":false' "$out"
check "and is on record"

printf '#!/bin/sh\necho x >>"%s/rounds"\n[ "$(wc -l <"%s/rounds")" -lt 5 ] || exec sleep %s\n' "$tmp" "$tmp" "$mark" >"$tmp/stuck"
chmod +x "$tmp/stuck"
printf '#!/bin/sh\nsleep 0.5\necho x >>"%s/cleanup.count"\n' "$tmp" >"$tmp/slow_cleanup"
chmod +x "$tmp/slow_cleanup"
interrupt() { # interrupt SIGNAL: in its fifth run
    rm -f "$tmp/rounds" "$out"
    "$CUPEL" bench --quiet --out "$out" --cleanup "$tmp/slow_cleanup" "$tmp/stuck" >"$tmp/said" 2>&1 &
    pid=$!
    while [ ! -e "$tmp/rounds" ] || [ "$(lines "$tmp/rounds")" -lt 5 ]; do sleep 0.05; done
    kill -s "$1" $pid
    wait $pid
}
rm -f "$tmp/cleanup.count"
interrupt TERM
[ $? -eq 130 ] && gone
check "an interruption: exit 130, and nothing is left running"
grep -q '"record":"benchmark".*"complete":false' "$out" && tail -n 1 "$out" | grep -q '"complete":false' && schema_holds && figures_hold
check "what was measured is kept and marked incomplete"
[ "$(lines "$tmp/cleanup.count")" = 1 ]
check "the clean-up has run"
"$CUPEL" report "$out" --out "$tmp/report" >/dev/null && grep -q 'INCOMPLETE' "$tmp/report/report.md" && grep -q 'stuck (incomplete)' "$tmp/report/report.md"
check "a report of it says so"

rm -f "$out" "$tmp/rounds"
expect 0 '' tests/cli/bench_process.py ctrl-c "$tmp/rounds" 10 "$CUPEL" bench --quiet --out "$out" true --vs "$tmp/stuck" &&
    gone && [ "$(grep -c '"record":"benchmark"' "$out")" = 2 ] && grep -q '"record":"comparison".*"complete":false' "$out" &&
    schema_holds && figures_hold
check "Ctrl-C, which the whole terminal gets: the same; only whole rounds are kept"

rm -f "$out" "$tmp/rounds"
printf '#!/bin/sh\necho x >>"%s/rounds"\nsleep 0.1\n' "$tmp" >"$tmp/nap" && chmod +x "$tmp/nap"
nohup "$CUPEL" bench --quiet --runs 8 --out "$out" "$tmp/nap" >"$tmp/said" 2>&1 &
pid=$!
while [ ! -e "$tmp/rounds" ] || [ "$(lines "$tmp/rounds")" -lt 2 ]; do sleep 0.05; done
kill -HUP $pid
wait $pid
[ $? -eq 0 ] && tail -n 1 "$out" | grep -q '"complete":true'
check "under nohup it goes on when the terminal is gone"

# ---- gate takes the same options ----
gate() {
    rm -f "$out"
    "$CUPEL" gate --quiet --out "$out" --cap 10 --margin 900 "$@"
}
expect 2 '(--timeout 0.3)' gate --timeout 0.3 --base "sleep $mark" --new "sleep $mark" && gone
check "gate: a time limit"
expect 2 'exit status 3' gate --shell --base 'exit 3' --new 'exit 3'
check "gate: a failing command ends it"
expect 0 PASS gate --ignore-failure --shell --base 'exit 3' --new 'exit 3; :'
check "gate: or not, and lines for the shell"
expect 0 'new: ' gate --ignore-failure --base true --new false &&
    case $tap_output in *'base: '*failed*) false ;; *' runs failed'*) true ;; *) false ;; esac
check "gate: but how many failed is told, and of which side"
expect 0 'runs left processes running' gate --shell --base 'sleep 0.2 & :' --new 'sleep 0.2 & :'
check "gate: so is what lives on"
expect 4 'outputs differ' gate --check-output --base 'echo a' --new 'echo b'
check "gate: other output is exit 4"
rm -f "$tmp"/*.count
expect 0 PASS gate --prepare "$tmp/prepare" --base "$tmp/a" --new "$tmp/b" &&
    [ "$(lines "$tmp/prepare.count")" = "$(($(lines "$tmp/a.count") + $(lines "$tmp/b.count")))" ]
check "gate: a preparation before each run"
expect 2 'commands' gate --timeout 3 --base layers:none --new layers:all
check "gate: kernels have no such options"

ls "$tmp/state"/* >/dev/null 2>&1
[ $? -ne 0 ]
check "no state is left behind"
finish
