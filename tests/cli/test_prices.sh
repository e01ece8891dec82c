#!/bin/bash
# cupel data prices import and info from the outside: output, exit status, nothing half-written.
set -u
. tests/tap.sh
work=$CUPEL_BUILD/tests/tmp/cli-prices
rm -rf "$work" && mkdir -p "$work"
# Nothing is left of FILE or what stands beside it while it is made.
gone() { ! compgen -G "$1*" >/dev/null; }

{
    echo 'date,ticker,field,value,source'
    for i in $(seq 10 28); do
        echo "2020-04-$i,CL1 Comdty,PX_LAST,-$i.63,x"
        echo "2020-04-$i,QQ1 Comdty,NEAR_IV,0.1$i,x"
        echo "2020-04-$i,QQ1 Comdty,PX_LAST,1$i,x"
    done
} >"$work/a.csv"
gzip -k "$work/a.csv"

expect 0 "rows        57 in 3 series of 2 tickers" "$CUPEL" data prices import "$work/a.csv" --out "$work/p.blocks" &&
    [[ $tap_output == *"range       2020-04-10 .. 2020-04-28"*"prices      $work/p.blocks (blocks, "* ]]
check "import says rows, series, range and kind; blocks are the default"
content=$("$CUPEL" data prices info "$work/p.blocks" | sed -n 's/^content *//p')
[ ${#content} -eq 64 ]
check "info says the content"
cp "$work/a.csv" "$work/mine.csv" && ln -s mine.csv "$work/link.csv"
expect 2 "out: $work/link.csv is read: expected another file" "$CUPEL" data prices import "$work/mine.csv" --out "$work/link.csv" &&
    cmp -s "$work/a.csv" "$work/mine.csv"
check "an import does not write over what it reads"
{ head -1 "$work/a.csv" && tail -n +2 "$work/a.csv" | sort -r; } | gzip >"$work/r.csv.gz"
for kind in sqlite blocks; do
    expect 0 "content     $content" "$CUPEL" data prices import "$work/r.csv.gz" --to $kind --out "$work/p.$kind"
    check "$kind of the same rows from gzip, in another order: the same content"
    expect 0 "$work/p.$kind ($kind, " "$CUPEL" data prices info "$work/p.$kind" &&
        [[ $tap_output == *"content     $content"* ]]
    check "info of $kind"
    expect 0 "\"kind\":	\"$kind\"" "$CUPEL" data prices info --json "$work/p.$kind" &&
        [[ $tap_output == *'"rows":	57'*'"first":	"2020-04-10"'*"$content"* ]]
    check "info --json of $kind"
done
expect 2 'CUPEL_DUCKDB: /nowhere/lib.so: ' env CUPEL_DUCKDB=/nowhere/lib.so "$CUPEL" data prices import \
    "$work/r.csv.gz" --to parquet --out "$work/n" && gone "$work/n"
check "a DuckDB that is not where it is said to be: exit 2"
printf 'PAR1 and more' >"$work/damaged.parquet"
alone=$(mktemp -d) && cp "$CUPEL" "$alone/cupel"
if CUPEL_DUCKDB='' "$alone/cupel" data prices info "$work/damaged.parquet" 2>&1 | grep -q 'DuckDB: '; then
    skip "without DuckDB" "the loader finds one"
else
    expect 2 'make deps-duckdb, or CUPEL_DUCKDB=/path/to/libduckdb.so' env CUPEL_DUCKDB= \
        "$alone/cupel" data prices info "$work/damaged.parquet" && [ "$(printf '%s\n' "$tap_output" | wc -l)" = 1 ]
    check "without DuckDB: one line says how to get it"
fi
rm -r "$alone"
if "$CUPEL" data prices info "$work/damaged.parquet" 2>&1 | grep -q 'DuckDB: '; then
    expect 0 "content     $content" "$CUPEL" data prices import "$work/r.csv.gz" --to parquet --out "$work/p.parquet" &&
        expect 0 "content     $content" "$CUPEL" data prices info "$work/p.parquet"
    check "parquet: the same content"
    expect 2 'damaged.parquet: expected a file of prices: DuckDB: ' "$CUPEL" data prices info "$work/damaged.parquet"
    check "a damaged Parquet file is one line, exit 2"
    expect 2 'n: DuckDB: IO Error' "$CUPEL" data prices import "$work/r.csv.gz" --to parquet --out /dev/full/n ||
        expect 2 '/dev/full' "$CUPEL" data prices import "$work/r.csv.gz" --to parquet --out /dev/full/n
    check "parquet: nowhere to write is exit 2"
else
    skip "parquet" "no libduckdb.so: make deps-duckdb"
fi

if [ -n "$(command -v sqlite3)" ]; then
    [ "$(sqlite3 "$work/p.sqlite" "SELECT value FROM price JOIN series ON id = series
        WHERE ticker = 'CL1 Comdty' AND day = julianday('2020-04-20') - 2440587.5")" = -20.63 ]
    check "sqlite3 reads it"
else
    skip "sqlite3 reads it" "no sqlite3"
fi

expect 2 'out: missing, expected FILE' "$CUPEL" data prices import "$work/a.csv"
check "--out is required"
expect 2 'expected one of sqlite, blocks, parquet' "$CUPEL" data prices import "$work/a.csv" --to csv --out "$work/n" &&
    gone "$work/n"
check "an unknown kind lists those there are"
sed '5s/-[0-9.]*,x/oops,x/; 5s/,CL1.*/,CL1,PX_LAST,oops,x/' "$work/a.csv" >"$work/bad.csv"
expect 2 "bad.csv:5: value: expected a finite number, found \"oops\"" \
    "$CUPEL" data prices import "$work/bad.csv" --out "$work/n" && gone "$work/n"
check "a bad row is file:line: column, exit 2, and nothing is left"
echo '2020-04-20,CL1 Comdty,PX_LAST,-37.63,x' >>"$work/a.csv"
expect 2 'ticker "CL1 Comdty", field "PX_LAST", 2020-04-20: two values, -37.63' \
    "$CUPEL" data prices import "$work/a.csv" --out "$work/n" && gone "$work/n"
check "two values for a day name ticker, field and day"
head -c 100 "$work/a.csv.gz" >"$work/cut.csv.gz"
expect 2 truncated "$CUPEL" data prices import "$work/cut.csv.gz" --out "$work/n" && gone "$work/n"
check "a truncated gzip file is exit 2"
expect 2 'expected prices' "$CUPEL" data prices info "$work/a.csv"
check "a CSV file is no file of prices"
head -c 200 "$work/p.blocks" >"$work/cut.blocks"
expect 2 'cut.blocks: damaged: cut short' "$CUPEL" data prices info "$work/cut.blocks"
check "a file that was cut short does not open"
printf 'X' | dd of="$work/p.blocks" bs=1 seek=$(($(stat -c %s "$work/p.blocks") - 3)) conv=notrunc status=none
expect 2 'p.blocks: damaged: rows of a series' "$CUPEL" data prices info "$work/p.blocks"
check "info names a changed value"

for kind in sqlite blocks; do
    for fault in write:1 fsync:1 fsync:2 rename:1 open:2; do
        [ $fault = fsync:2 ] && [ $kind = sqlite ] && continue # of the folder, as below
        CUPEL_IO_FAULT=$fault:ENOSPC "$CUPEL" data prices import "$work/r.csv.gz" --to $kind --out "$work/n" >"$work/log" 2>&1
        tap_status=$? tap_output=$(cat "$work/log")
        [ $tap_status -eq 2 ] && [ "$(wc -l <"$work/log")" = 1 ] && { gone "$work/n" || [ $fault = fsync:2 ]; }
        check "$kind: disk full at $fault: one line, exit 2, nothing left"
        rm -f "$work/n"
    done
done

# A pipe that stays open holds the import in the middle.
mkfifo "$work/pipe"
for signal in INT TERM; do
    for kind in sqlite blocks; do
        "$CUPEL" data prices import "$work/pipe" --to $kind --out "$work/k" >"$work/log" 2>&1 &
        pid=$!
        exec 9>"$work/pipe"
        gzip -cd "$work/r.csv.gz" >&9
        sleep 0.1
        kill -$signal $pid
        exec 9>&-
        wait $pid
        tap_status=$? tap_output=$(cat "$work/log")
        [ $tap_status -eq 130 ] && gone "$work/k" && grep -q 'interrupted, nothing was written' "$work/log"
        check "SIG$signal while reading for $kind: exit 130, nothing left"
    done
done

expect 0 'usage: cupel data prices import FILE.csv' "$CUPEL" data prices import --help
check "--help of a command of three words"
expect 0 'usage: cupel data prices info FILE' "$CUPEL" help data prices info
check "help NAME of it"
expect 2 'usage: cupel data prices COMMAND' "$CUPEL" data prices && [[ $tap_output != *'data synth'* ]]
check "two of its words list those that begin so"
expect 2 'usage: cupel data COMMAND' "$CUPEL" data nothing && [[ $tap_output == *'data prices import'*  ]]
check "one of its words lists all"
expect 0 'cupel data prices import' "$CUPEL" help --man
check "the man page has it"
finish
