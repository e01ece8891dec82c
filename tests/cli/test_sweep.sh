#!/bin/bash
# cupel sweep from outside: output, refusals, kill -9 and resume, full disks, two runs on one store.
set -u
export CUPEL_LAYERS=exact,-share-indicators # a job is one backtest, bytes are compared
work=$(mktemp -d "${CUPEL_BUILD:-build/release}/tests/sweep.XXXXXX")
trap 'rm -rf "$work"' EXIT
n=0
failed=0

check() { # NAME COMMAND...: the command says whether it holds
    local name=$1
    shift
    n=$((n + 1))
    if "$@"; then echo "ok $n - $name"; else
        echo "not ok $n - $name"
        failed=1
    fi
}

# Runs cupel sweep; leaves $status, $work/out and $work/err.
sweep() {
    "$CUPEL" sweep --bundle "$work/b" "$@" >"$work/out" 2>"$work/err"
    status=$?
}
small=(--symbols AAPL,MSFT --param fast=2:6 --param slow=5:30:5)
many=(--symbols AAPL,MSFT,TSLA --param fast=2:20 --param slow=20:60) # 778 backtests

# Exit status 2, one line on standard error that holds the words, nothing on standard output.
refuses() {
    [ $status -eq 2 ] && [ "$(wc -l <"$work/err")" -eq 1 ] && grep -qF -- "$1" "$work/err" &&
        [ ! -s "$work/out" ]
}
# The same, for a run that had begun: its table is not there.
stops() { refuses "$1" && [ ! -e "$work/table" ]; }
# Until a checkpoint names results of a store, or for half a minute.
await_results() {
    for _ in $(seq 3000); do
        [ -s "$1/checkpoint.json" ] || [ -s "$1/checkpoint.sqlite" ] && return
        sleep 0.01
    done
}
same() { cmp -s "$1" "$2"; }
says() { grep -qF -- "$1" "$work/err"; }

"$CUPEL" data synth --preset mag7 --seed 1 --out "$work/b" >/dev/null 2>&1

# ---- output ----
sweep "${small[@]}"
cp "$work/out" "$work/small.csv"
check "the first line names the columns" \
    test "$(head -1 "$work/out")" = symbol,key,total_return,sharpe,max_drawdown,orders,trades
check "a row for every symbol and valid pair" test "$(wc -l <"$work/out")" -eq $((1 + 2 * 28))
check "the grid, the last parameter fastest, and for each its symbols as asked" \
    test "$(cut -d, -f1,2 "$work/out" | sed -n '2p;3p;4p;14p;58p' | tr '\n' ' ')" = \
    "AAPL,2-5 MSFT,2-5 AAPL,2-10 AAPL,3-5 "
check "the summary is on standard error and says that the data is synthetic" says SYNTHETIC
sweep "${small[@]}" --quiet
check "quiet is silent" test ! -s "$work/err"
sweep "${small[@]}" --csv "$work/file.csv"
check "a file gets the same bytes as standard output" same "$work/file.csv" "$work/small.csv"
ln -s file.csv "$work/link.csv"
echo old >"$work/file.csv"
sweep "${small[@]}" --csv "$work/link.csv"
check "a link stays one, its file gets the results" \
    test -L "$work/link.csv" -a "$(cksum <"$work/file.csv")" = "$(cksum <"$work/small.csv")"
mkfifo "$work/fifo"
cat "$work/fifo" >"$work/read" &
sweep "${small[@]}" --csv "$work/fifo"
[ -p "$work/fifo" ] || : >"$work/fifo" # a lost one must not hang its reader
[ -p "$work/fifo" ] && wait $!
check "a FIFO is written through" same "$work/read" "$work/small.csv"
ln -s /dev/stdout "$work/standard" # a mistake must not cost the machine its own
sweep "${small[@]}" --csv "$work/standard"
check "/dev/stdout is standard output" same "$work/out" "$work/small.csv"
for set in none checkpoint-cache,batch-write bundle-pool,pre-group \
    exact,-sqlite-checkpoint exact,-pre-group,-array-return,-shared-bundle batch,batch-write; do
    for workers in 1 3; do
        sweep "${small[@]}" --layers $set --workers $workers --store "$work/s-$set-$workers"
        check "layers $set, workers $workers: the same bytes" same "$work/out" "$work/small.csv"
    done
done
sweep "${small[@]}" --workers -1
check "a worker for each core: the same bytes" same "$work/out" "$work/small.csv"
sweep --symbols META --param fast=2 --param slow=5 --to 2012-05-18 --from 2012-05-18
check "an undefined Sharpe ratio is an empty field" \
    test "$(sed -n 2p "$work/out")" = "META,2-5,0,,0,0,0"

# ---- refusals ----
sweep --param fast=2
check "a missing parameter is named" refuses "param: slow is missing"
sweep --param fast=9 --param slow=5
check "an empty grid is refused" refuses "no combination of these values has fast < slow"
sweep "${small[@]}" --layers pre-grup
check "an unknown layer is named" refuses 'no layer "pre-grup"'
sweep "${small[@]}" --resume
check "resume needs a store" refuses "--resume needs --store"
sweep "${small[@]}" --fee 0.6
check "a fee out of range is refused" refuses "fee"
sweep "${small[@]}" --fill middle
check "an unknown fill is refused" refuses "fill"
sweep "${small[@]}" --symbols NONE
check "an unknown symbol is refused" refuses 'no "NONE"'
sweep "${small[@]}" --store "$work/s-none-1"
check "a store that is not empty needs --resume" refuses "not empty; --resume"
sweep "${small[@]}" --store "$work/s-none-1" --resume --fee 0.002
check "a store made with another fee is refused" refuses "made with fee 0.001, this run has 0.002"
sweep "${small[@]}" --store "$work/new" --resume
check "resume on an absent store starts afresh" same "$work/out" "$work/small.csv"
sweep "${small[@]}" --csv "$work/no/such/x.csv"
check "a CSV file without a folder is refused at once" refuses "csv: $work/no/such/"
sweep "${small[@]}" --csv ""
check "an empty name for the CSV file is refused" refuses "csv: expected the name of a file"
sweep "${small[@]}" --csv "$work" --store "$work/unused"
check "a folder for the CSV file is refused" refuses "found a folder"
check "and before any work" test ! -e "$work/unused"
ln -s /dev/full "$work/full.csv"
sweep "${small[@]}" --csv "$work/full.csv"
check "a full device: one line, status 2" refuses "No space left"
sweep "${small[@]}" --store "$work/small.csv"
check "a file is no store" refuses "expected a folder for the store, found a file"
cp -r "$work/b" "$work/edited"
printf x | dd of="$work/edited/bars.bin" bs=1 seek=5000 conv=notrunc 2>/dev/null
"$CUPEL" sweep --bundle "$work/edited" "${small[@]}" >"$work/out" 2>"$work/err"
status=$?
check "edited data gives no numbers" refuses "bars.bin"

# ---- killed and resumed ----
sweep "${many[@]}" --quiet
cp "$work/out" "$work/many.csv"
# Kills a run when its store holds some results; resumes it with other layers and workers.
kill_and_resume() { # LAYERS WORKERS, then LAYERS WORKERS of the resumed run
    rm -rf "$work/k"
    "$CUPEL" sweep --bundle "$work/b" "${many[@]}" --layers "$1" --workers "$2" --store "$work/k" \
        --csv "$work/k.csv" 2>/dev/null &
    local pid=$!
    await_results "$work/k"
    kill -9 $pid 2>/dev/null
    wait $pid 2>/dev/null
    [ ! -e "$work/k.csv" ] || echo "# it had finished before it was killed"
    sweep "${many[@]}" --layers "$3" --workers "$4" --store "$work/k" --resume
    [ $status -eq 0 ] && same "$work/out" "$work/many.csv" && ! says "(0 from the store)"
}
check "killed plain, resumed with all layers" kill_and_resume none 1 exact,-share-indicators 1
check "killed with all layers, resumed plain" kill_and_resume exact,-share-indicators 1 none 1
check "killed with workers, resumed without" kill_and_resume none 2 exact,-share-indicators 1
check "killed without, resumed with workers" kill_and_resume batch-write 1 pre-group 2

# ---- interrupted and resumed ----
interrupt_and_resume() { # SIGNAL LAYERS WORKERS BATCH
    rm -rf "$work/k"
    "$CUPEL" sweep --bundle "$work/b" "${long[@]}" --layers "$2" --workers "$3" \
        --checkpoint-batch-size "$4" --store "$work/k" --out "$work/table" >"$work/out" \
        2>"$work/err" &
    local pid=$!
    await_results "$work/k"
    kill -"$1" $pid
    wait $pid
    status=$?
    [ $status -eq 130 ] && [ "$(wc -l <"$work/err")" -eq 1 ] && [ ! -e "$work/table" ] &&
        says "interrupted; --resume goes on" || return 1
    sweep "${long[@]}" --store "$work/k" --resume
    [ $status -eq 0 ] && same "$work/out" "$work/long.csv" && ! says "(0 from the store)"
}
long=(--symbols AAPL,MSFT --param fast=2:20 --param slow=20:120) # 1918 backtests
sweep "${long[@]}" --quiet
cp "$work/out" "$work/long.csv"
check "SIGINT: one line, status 130, and resume goes on" interrupt_and_resume INT none 1 1
check "SIGTERM with all layers" interrupt_and_resume TERM exact,-share-indicators 1 3
check "SIGINT with workers" interrupt_and_resume INT none 2 1

# ---- data that change in mid-run ----
rm -rf "$work/k"
cp -r "$work/b" "$work/touched"
"$CUPEL" sweep --bundle "$work/touched" "${many[@]}" --layers none --store "$work/k" \
    --out "$work/table" >"$work/out" 2>"$work/err" &
first=$!
await_results "$work/k"
kill -STOP $first
touch -d 2001-01-01 "$work/touched/manifest.json"
kill -CONT $first
wait $first
status=$?
check "a bundle that changes while a sweep runs gives no table" stops "replaced while the sweep"

# ---- damage ----
sweep "${many[@]}" --store "$work/k" --resume --layers exact,-sqlite-checkpoint
cut -c1-200 "$work/k/checkpoint.json" >"$work/k/half" && mv "$work/k/half" "$work/k/checkpoint.json"
sweep "${many[@]}" --store "$work/k" --resume --layers exact,-sqlite-checkpoint
damage_is_told() {
    [ $status -eq 0 ] && same "$work/out" "$work/many.csv" &&
        [ "$(grep -c warning "$work/err")" -eq 1 ] &&
        says "rebuilt from 778 stored results" && [ -e "$work/k/checkpoint.json.damaged" ]
}
check "a truncated checkpoint is rebuilt, in one line" damage_is_told

# ---- full disk, broken pipe ----
# A fault between the first results and the first checkpoint leaves a store without a checkpoint.
resumes_without_loss() {
    same "$work/out" "$work/small.csv" &&
        ! grep warning "$work/err" | grep -qv "checkpoint.[a-z]*: missing; rebuilt from"
}
for set in none exact,-share-indicators; do
    for fault in write:4 fsync:5 rename:3 open:12; do
        rm -rf "$work/f"
        CUPEL_IO_FAULT=$fault:ENOSPC "$CUPEL" sweep --bundle "$work/b" "${small[@]}" --layers $set \
            --checkpoint-batch-size 3 --store "$work/f" --no-capture --out "$work/table" >"$work/out" \
            2>"$work/err"
        status=$?
        check "layers $set, no room at $fault: one line, status 2" stops ""
        sweep "${small[@]}" --store "$work/f" --resume
        check "and nothing that a checkpoint names was lost" resumes_without_loss
    done
done
"$CUPEL" sweep --bundle "$work/b" "${many[@]}" 2>"$work/err" | true
status=${PIPESTATUS[0]}
: >"$work/out"
check "a reader that leaves: one line, status 2" refuses "standard output"
"$CUPEL" sweep --bundle "$work/b" "${small[@]}" --store "$work/full" >/dev/full 2>"$work/err"
status=$?
check "standard output full: one line, status 2" refuses "standard output"
sweep "${small[@]}" --store "$work/full" --resume
check "and the store has everything" says "28 from the store"

# ---- two runs ----
rm -rf "$work/k"
"$CUPEL" sweep --bundle "$work/b" "${many[@]}" --layers none --store "$work/k" --csv "$work/k.csv" \
    2>/dev/null &
first=$!
await_results "$work/k"
kill -STOP $first
sweep "${many[@]}" --store "$work/k" --resume
check "a second run on a store is refused by the pid of the first" refuses "process $first"
sweep "${many[@]}" --store "$work/k"
check "also without --resume" refuses "process $first"
kill -9 $first 2>/dev/null
wait $first 2>/dev/null
sweep "${many[@]}" --store "$work/k" --resume
check "when the first is gone the store is free" same "$work/out" "$work/many.csv"

echo "1..$n"
exit $failed
