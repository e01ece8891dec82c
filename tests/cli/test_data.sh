#!/bin/bash
# cupel data import, synth, info, verify, compare from the outside: output, exit status, nothing half-written.
set -u
. tests/tap.sh
tmp=$CUPEL_BUILD/tests/tmp/cli-data
rm -rf "$tmp" && mkdir -p "$tmp"
tap_log=$tmp/log
# The folder holds nothing of a bundle DIR or its temporaries.
gone() { ! compgen -G "$1*" >/dev/null; }

{
    echo 'Date,Symbol,Open,High,Low,Close,Volume,Adj Close'
    for i in $(seq 10 28); do
        for s in AA BB; do echo "2020-01-$i,$s,1.5,2,1,1.7500004,100,3"; done
    done
} >"$tmp/a.csv"
gzip -k "$tmp/a.csv"

expect 0 'ignored     column "Adj Close"' "$CUPEL" data import "$tmp/a.csv" --out "$tmp/b"
check "import names the columns that it passes over"
grep -q 'rounded     38 prices' "$tmp/log" && grep -q 'rows        38 of 2 symbols, daily' "$tmp/log" &&
    grep -q 'range       2020-01-10 .. 2020-01-28' "$tmp/log" && grep -q 'MB/s' "$tmp/log"
check "import reports rows, symbols, range, rounding and rate"
expect 0 whole "$CUPEL" data verify "$tmp/b"
check "verify passes a fresh bundle"
expect 2 exists "$CUPEL" data import "$tmp/a.csv" --out "$tmp/b"
check "an existing target is exit 2"
expect 0 '(generation 2)' "$CUPEL" data import "$tmp/a.csv.gz" --out "$tmp/b" --replace
check "--replace raises the generation; gzip is read"
expect 0 'AA      2020-01-10  2020-01-28            19' "$CUPEL" data info "$tmp/b"
check "info prints the symbols"
expect 0 '"rows":	38' "$CUPEL" data info --json "$tmp/b"
check "info --json"

"$CUPEL" data import "$tmp/a.csv" --out "$tmp/c" >/dev/null
expect 0 'generation  2 -> 1' "$CUPEL" data compare "$tmp/b" "$tmp/c" &&
    grep -q 'caches      good for both: they are keyed by content; an open' "$tmp/log" &&
    grep -qx 'rows        38' "$tmp/log" && ! grep -q 'content.*->' "$tmp/log"
check "compare: the same content is exit 0, whatever the generation"
sed 's/1.75/1.76/' "$tmp/a.csv" >"$tmp/prices.csv"
"$CUPEL" data import "$tmp/prices.csv" --out "$tmp/p" >/dev/null
expect 1 'caches      invalid' "$CUPEL" data compare "$tmp/c" "$tmp/p" &&
    grep -qE '^content     [0-9a-f]{64} -> [0-9a-f]{64}$' "$tmp/log" && grep -qx 'rows        38' "$tmp/log"
check "compare: other prices under the same dates are exit 1"
{ sed '/,AA,/d; /2020-01-28/d' "$tmp/a.csv" && echo '2020-01-11,ZZ,1,1,1,1,1,1'; } >"$tmp/symbols.csv"
"$CUPEL" data import "$tmp/symbols.csv" --out "$tmp/z" >/dev/null
expect 1 'rows        38 -> 19' "$CUPEL" data compare "$tmp/c" "$tmp/z" && grep -qx '  gone      AA' "$tmp/log" &&
    grep -qx '  new       ZZ' "$tmp/log" && grep -qx '  other     BB: 19 -> 18 rows, or other dates' "$tmp/log" &&
    grep -qx 'range       2020-01-10 .. 2020-01-28 -> 2020-01-10 .. 2020-01-27' "$tmp/log"
check "compare names symbols that are gone, new and other"
expect 2 'manifest.json' "$CUPEL" data compare "$tmp/c" "$tmp/nothing"
check "compare: a missing bundle is exit 2"

sed '5s/1.5/oops/' "$tmp/a.csv" >"$tmp/bad.csv"
expect 2 "bad.csv:5: open \"oops\": not a number" "$CUPEL" data import "$tmp/bad.csv" --out "$tmp/n" && gone "$tmp/n"
check "a bad row is file:line: reason, exit 2, and nothing is left"
expect 0 'bad number       1, first at line 5' "$CUPEL" data import "$tmp/bad.csv" --out "$tmp/s" --on-error skip
check "--on-error skip counts and goes on"
expect 2 'on-error: ' "$CUPEL" data import "$tmp/a.csv" --out "$tmp/n" --on-error ignore
check "--on-error takes stop or skip"
head -c 100 "$tmp/a.csv.gz" >"$tmp/cut.csv.gz"
expect 2 truncated "$CUPEL" data import "$tmp/cut.csv.gz" --out "$tmp/n" && gone "$tmp/n"
check "a truncated gzip file is exit 2"
expect 2 'out: missing, expected DIR' "$CUPEL" data import "$tmp/a.csv"
check "--out is required"

# By symbol: the rows have to be sorted, which takes a map of them.
{ head -1 "$tmp/a.csv" && tail -n +2 "$tmp/a.csv" | sort -t, -k2,2 -k1,1; } >"$tmp/sorted.csv"
for fault in write:1 write:2 write:3 write:4 fsync:1 fsync:2 fsync:3 fsync:4 rename:1 rename:2 open:3 map:1; do
    expect 2 'cupel: ' env CUPEL_IO_FAULT=$fault:ENOSPC "$CUPEL" data import "$tmp/sorted.csv" --out "$tmp/n" &&
        [ "$(wc -l <"$tmp/log")" = 1 ] && gone "$tmp/n"
    check "disk full at $fault: one line, exit 2, nothing left"
done
# The last sync is that of the parent folder, after the rename.
for n_sync in $(seq 5 20); do
    CUPEL_IO_FAULT=fsync:$n_sync:EIO "$CUPEL" data import "$tmp/sorted.csv" --out "$tmp/n" >/dev/null 2>"$tmp/log" && break
    cp "$tmp/log" "$tmp/last" && expect 0 whole "$CUPEL" data verify "$tmp/n" && rm -r "$tmp/n" && last_sync=$n_sync
done
[ "${last_sync:-0}" = $((n_sync - 1)) ] && [ "$(wc -l <"$tmp/last")" = 1 ] &&
    grep -qF "$tmp/n: complete and in place, but its folder could not be synced: $tmp: fsync: Input/output" "$tmp/last"
check "a failed last sync says that the bundle is in place"
rm -rf "$tmp/n"
before=$(cat "$tmp/b/manifest.json")
expect 2 'No space left' env CUPEL_IO_FAULT=write:2:ENOSPC "$CUPEL" data import "$tmp/a.csv" --out "$tmp/b" --replace &&
    [ "$before" = "$(cat "$tmp/b/manifest.json")" ] && ! compgen -G "$tmp/b.tmp.*" >/dev/null
check "a failed --replace leaves the old bundle"

# A pipe that stays open holds the import in the middle: kill -9 there, then import again.
mkfifo "$tmp/pipe"
hold() {
    "$CUPEL" data import "$tmp/pipe" --out "$tmp/k" 2>"$tmp/log" &
    pid=$!
    exec 9>"$tmp/pipe"
    cat "$tmp/a.csv" >&9
    for _ in $(seq 100); do [ -d "$tmp/k.tmp.$pid" ] && break || sleep 0.05; done
}
hold
kill -9 $pid
wait $pid 2>/dev/null
exec 9>&-
[ ! -e "$tmp/k" ] && [ -d "$tmp/k.tmp.$pid" ]
check "kill -9 leaves only the temporary folder"
expect 0 generation "$CUPEL" data import "$tmp/a.csv" --out "$tmp/k" && [ ! -e "$tmp/k.tmp.$pid" ]
check "the next import clears it away"
rm -r "$tmp/k"
hold
kill -TERM $pid
exec 9>&-
wait $pid
[ $? -eq 130 ] && gone "$tmp/k" && grep -q interrupted "$tmp/log"
check "SIGTERM clears away and is exit 130"

expect 0 'SYNTHETIC' "$CUPEL" data synth --preset mag7 --seed 1 --out "$tmp/y"
check "synth calls itself synthetic"
expect 0 'SYNTHETIC' "$CUPEL" data info "$tmp/y"
check "info calls it synthetic"
expect 2 'expected one of mag7' "$CUPEL" data synth --preset mag9 --out "$tmp/n" && gone "$tmp/n"
check "an unknown preset lists those there are"
printf 'X' | dd of="$tmp/y/bars.bin" bs=1 seek=1000 conv=notrunc status=none
expect 2 'bars.bin' "$CUPEL" data verify "$tmp/y"
check "verify names edited bars"
truncate -s -1 "$tmp/y/bars.bin"
expect 2 'bars.bin: 2396855 bytes, expected 2396856' "$CUPEL" data info "$tmp/y"
check "a truncated bundle does not open"
expect 2 'manifest.json' "$CUPEL" data info "$tmp/nothing"
check "a missing bundle is exit 2"
finish
