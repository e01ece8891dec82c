#!/bin/bash
# cupel straddle: rows that depend on nothing but the inputs, what is said of them, what is refused.
set -u
. tests/tap.sh
cupel=$CUPEL_BUILD/cupel
tmp=$CUPEL_BUILD/tests/tmp/cli-straddle
rm -rf "$tmp" && mkdir -p "$tmp"
world=$tmp/world

expect 0 "4 of them live" $cupel data straddles --out "$world" --seed 1 --assets 4 --prices blocks,sqlite
check "a world is made"

# ---- rows
of() { $cupel straddle '^(CL|NG) Comdty' 2024 2024 --world "$world" "$@"; }
of --out "$tmp/rows.tsv" 2>"$tmp/said" && [ -s "$tmp/rows.tsv" ]
check "rows go to a file"
[ "$(sed -n 1p "$tmp/rows.tsv" | cut -c1-12)" = "# SYNTHETIC:" ] &&
    sed -n 2p "$tmp/rows.tsv" | grep -q "^asset	straddle	date	vol	hedge	action	model	strike_vol"
check "marks, then the header, stand before them"
grep -v '^#' "$tmp/rows.tsv" | tail -n +2 | cut -f1-3 >"$tmp/keys" && LC_ALL=C sort -c "$tmp/keys"
check "they are sorted by asset, straddle and date"
awk -F'\t' 'NR > 1 && !/^#/ && NF != 15 {bad = 1} END {exit bad}' "$tmp/rows.tsv"
check "every row matches the header"
grep -q "96 straddles, .* rows in .*: .* straddles/s, .* rows/s" "$tmp/said" && grep -q "valued 96" "$tmp/said"
check "the summary says how many and how fast"

for how in "--workers 2" "--workers 3 --order shuffled" "--store sqlite" "--no-memo --workers 2" "--layers none --order shuffled --seed 9" \
    "--no-memo --layers simd,batch-prices" "--cache-entries 3 --batch 5" "--check-caches" "--layers memo-amt,batch-prices --store sqlite"; do
    # shellcheck disable=SC2086
    of $how --quiet | cmp -s - "$tmp/rows.tsv"
    check "the same bytes with $how"
done
(cd "$tmp" && ln -s world link && ../../../cupel straddle '^(CL|NG) Comdty' 2024 2024 --quiet --amt link/amt.yaml \
    --chain ./link/../world/chain.csv --overrides world/overrides.csv --prices link/prices.blocks) | cmp -s - "$tmp/rows.tsv"
check "the same bytes from files that are named one by one, by other paths"

# ---- what is said
expect 0 "memo-tickers " of --no-rows --cache-stats && ! printf '%s' "$tap_output" | grep -q "^asset"
check "--cache-stats has a row a cache, --no-rows no row"
of --no-rows --verbose --workers 2 2>"$tmp/said" && grep -q "ESTIMATE, not measured: 231,192 straddles would take .*, at .* a straddle after expanding" "$tmp/said"
check "--verbose has an estimate that says what it is"
grep -q "warm-up: [12] workers" "$tmp/said" && grep -q "to workers .*, from workers .*; prices are never sent" "$tmp/said"
check "--verbose tells of the workers"
expect 0 "no caches are on" of --no-rows --cache-stats --no-memo
check "--no-memo takes every cache away"
grep -q "s of all before the first straddle: asset file, chain and overrides read, straddles expanded" "$tmp/said" && ! grep -q "finding or making" "$tmp/said"
check "what passes before the first straddle is named; of a folder nothing is made"
CUPEL_CACHE=$tmp/cache $cupel straddle '^CL' 2024 2024 --world synth:1:4 --no-rows --summary "$tmp/s.json" 2>"$tmp/said" &&
    grep -q "before that, finding or making the world took [0-9.]* s" "$tmp/said" && grep -q '"world_seconds":	[0-9.]*[1-9]' "$tmp/s.json"
check "the making of a world is told apart"
of --no-rows --quiet --summary "$tmp/s.json" && /usr/bin/python3 - "$tmp/s.json" <<'PY'
import json, sys
s = json.load(open(sys.argv[1]))
c = s["counts"]
assert len(s["digest"]) == 64 and s["states"]["valued"] == 96 and c["straddles"] == 96, s
assert s["caches"]["memo-expand"]["hits"] + s["caches"]["memo-expand"]["misses"] == 96, s
assert c["valued_days"] > 2000 and c["failed"] == 0, s
PY
check "--summary is JSON with digest, states, counts and caches"

# ---- a day without a price is not valued, and that is told
cp "$world/prices.sqlite" "$tmp/changed.sqlite"
/usr/bin/python3 - "$tmp/changed.sqlite" <<'PY'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("update price set value = -37.63 where day between 19790 and 19795")
db.commit()
PY
expect 0 "not valued on 2024-03-" of --no-rows --verbose --prices "$tmp/changed.sqlite"
check "days without a value are listed"

# ---- bad straddles
sed 's/Ticker: "CL Comdty"/Ticker: "OLD:2023-99:NEW"/' "$world/amt.yaml" >"$tmp/bad.yaml"
of --amt "$tmp/bad.yaml" --workers 2 >"$tmp/left.tsv" 2>"$tmp/said"
[ $? -eq 1 ] && grep -q "48 straddles and 0 assets failed; the table holds the others" "$tmp/said"
check "straddles that cannot be valued: exit 1"
[ "$(grep -c 'warning: CL Comdty |2023-1[0-9]|2024-0[1-9]|[NF]|[0-9]*|OVERRIDE||[0-9.]*|: ' "$tmp/said")" -eq 6 ]
check "each is named by its string, with the reason"
grep '^NG' "$tmp/rows.tsv" | cmp -s - <(grep -v '^#\|^asset' "$tmp/left.tsv")
check "the others are there"
sed 's/N0_OVERRIDE_/N0_XX3_/' "$world/amt.yaml" >"$tmp/bad.yaml"
expect 1 "N0_XX3_" of --amt "$tmp/bad.yaml" --no-rows
check "an asset with a bad schedule is named, and the others go on"

sed -e 's/^    Class:/    Clazz:/' -e 's/^      Far:/      Fra:/' "$world/amt.yaml" >"$tmp/typed.yaml"
expect 0 ": LA Comdty: key \"Vol.Fra\" is not known: not used" of --amt "$tmp/typed.yaml" --no-rows --quiet &&
    grep -q "warning: $(realpath "$tmp/typed.yaml"):[0-9]*: LA Comdty: key \"Clazz\" is not known: not used\$" <<<"$tap_output" && [ "$(wc -l <<<"$tap_output")" -eq 2 ]
check "keys that nobody knows are told, each once"
sed 's/^    WeightCap:/    WeigthCap:/' "$world/amt.yaml" >"$tmp/typed.yaml"
line=$(grep -n -m1 WeigthCap: "$tmp/typed.yaml")
expect 2 " holds; $(realpath "$tmp/typed.yaml"):${line%%:*}: LA Comdty: key \"WeigthCap\" is not known: not used" of --amt "$tmp/typed.yaml" --no-rows
check "also where no asset is left for that"

sed 's/N5_OVERRIDE_/N0_OVERRIDE_/' "$world/amt.yaml" >"$tmp/twice.yaml"
expect 2 "$tmp/twice.yaml: expiry_schedules.schedule1: expected each straddle once, found \"N0_OVERRIDE_33.3\" as entry 1 and \"N0_OVERRIDE_33.3\" as entry 2, the same one for CL Comdty" \
    of --amt "$tmp/twice.yaml" --out "$tmp/twice.tsv" && [ "$(wc -l <<<"$tap_output")" -eq 1 ] && [ ! -e "$tmp/twice.tsv" ]
check "an entry that stands twice is refused in one line: its rows would stand twice"

# ---- a worker that is killed is told, and the rows are those of a run without
all=('^(CL|NG) Comdty' 2019 2026 --world "$world" --workers 2 --quiet)
$cupel straddle "${all[@]}" --out "$tmp/whole.tsv" 2>/dev/null
$cupel straddle "${all[@]}" --no-memo --out "$tmp/after.tsv" 2>"$tmp/said" & pid=$!
for _ in $(seq 2000); do
    victim=$(cut -d' ' -f2 "/proc/$pid/task/$pid/children" 2>/dev/null)
    [ -n "$victim" ] && break
    sleep 0.01
done
kill -KILL "$victim"
wait $pid && cmp -s "$tmp/whole.tsv" "$tmp/after.tsv"
check "a worker that is killed changes no row"
tap_output=$(cat "$tmp/said")
[ "$(wc -l <"$tmp/said")" -eq 1 ] &&
    grep -Eq "warning: worker [12] \(process $victim\) was killed by signal 9 \(Killed\), (in hand: (CL|NG) Comdty \|20[0-9-]*\|20[0-9-]*\|[NF]\|[0-9]+\|OVERRIDE\|\|[0-9.]+\||with no straddle in hand); (its job runs once more|another took its place)$" "$tmp/said"
check "which, how and in which straddle is told in one line"

# ---- refused
expect 2 "FROM: expected a year from 1900 to 2200, found \"20x4\"" $cupel straddle . 20x4 2024 --world "$world"
check "a year is a year"
expect 2 "FROM: expected at most TO, 2023, found 2024" $cupel straddle . 2024 2023 --world "$world"
check "years in the wrong order are refused"
expect 2 "asset pattern \"^ZZ\": expected one that a live asset of $(realpath "$world/amt.yaml") holds" $cupel straddle ^ZZ 2024 2024 --world "$world"
check "a pattern that finds nothing is refused"
expect 2 "amt: expected a file, or a world that has one" $cupel straddle . 2024 2024
check "inputs are needed"
expect 2 "$tmp/none" $cupel straddle . 2024 2024 --world "$tmp/none"
check "a world that is not there is named"
sed 's/^normalized.*/&\nCLF2024 Comdty,CLX99 Comdty,2024-01-01\nCLF2024 Comdty,CLX98 Comdty,2024-01-01/' "$world/chain.csv" >"$tmp/two.csv"
expect 2 "$tmp/two.csv:3: actual_future: expected one row a normalized_future, line 2 says \"CLX99 Comdty\", this \"CLX98 Comdty\"" \
    of --chain "$tmp/two.csv" --out "$tmp/none.tsv" && [ "$(wc -l <<<"$tap_output")" -eq 1 ] && [ ! -e "$tmp/none.tsv" ]
check "a contract with two names is refused in one line, whichever stands first"
line=$(($(wc -l <"$world/overrides.csv") + 1)) row=$(grep -n '^CL Comdty,2024-03-' "$world/overrides.csv")
{ cat "$world/overrides.csv" && echo 'CL Comdty,2024-03-27'; } >"$tmp/two.csv"
expect 2 "$tmp/two.csv:$line: expiry: expected one row a (ticker, month), line ${row%%:*} says \"${row#*,}\", this \"2024-03-27\"" \
    of --overrides "$tmp/two.csv" --no-rows
check "an asset with two expiries in a month is refused"
{ cat "$world/overrides.csv" && tail -n +2 "$world/overrides.csv"; } >"$tmp/two.csv" &&
    { cat "$world/chain.csv" && tail -n +2 "$world/chain.csv"; } >"$tmp/again.csv" &&
    of --overrides "$tmp/two.csv" --chain "$tmp/again.csv" --quiet | cmp -s - "$tmp/rows.tsv"
check "rows that stand twice and agree change nothing"
for layers in all memo-amt simd,memo-tickers; do
    expect 2 "--no-memo: expected no cache in --layers (or CUPEL_STRADDLE_LAYERS) beside it, found memo-" of --no-memo --layers $layers --out "$tmp/none.tsv" &&
        [ "$(wc -l <<<"$tap_output")" -eq 1 ] && [ ! -e "$tmp/none.tsv" ]
    check "--no-memo and a cache that was asked for contradict each other: $layers"
done
CUPEL_STRADDLE_LAYERS=memo-amt expect 2 "found memo-amt in \"memo-amt\"" of --no-memo --no-rows
check "also where the variable asks for it"
expect 2 "layers: kernel straddle has no layer \"memo\"" of --layers memo
check "a layer that is not there is refused"
expect 2 "out" of --out "$tmp/no/such/rows.tsv"
check "an output that cannot be written is refused before any work"
$cupel straddle . 2001 2026 --world "$world" --no-memo --workers 2 --quiet --out "$tmp/cut.tsv" 2>"$tmp/said" & pid=$!
for _ in $(seq 400); do # its output is open: it has begun
    compgen -G "$tmp/cut.tsv.tmp.*" >/dev/null && break
    sleep 0.05
done
kill -TERM $pid
wait $pid
[ $? -eq 130 ] && grep -q "interrupted" "$tmp/said" && ! compgen -G "$tmp/cut.tsv*" >/dev/null
check "interrupted: 130, no file and no half of one"
cp "$world/amt.yaml" "$tmp/mine.yaml"
expect 2 "out: $tmp/mine.yaml is read: expected another file" of --amt "$tmp/mine.yaml" --out "$tmp/mine.yaml" &&
    expect 2 "summary: $tmp/link/chain.csv is read: expected another file" of --no-rows --summary "$tmp/link/chain.csv" &&
    cmp -s "$world/amt.yaml" "$tmp/mine.yaml"
check "what is read is not written over"
expect 2 "summary: expected another place than that of the rows" of --out "$tmp/both" --summary "$tmp/both" &&
    [ ! -e "$tmp/both" ] && expect 2 "summary: expected another place than that of the rows" of --summary -
check "rows and summary do not go to one file"

# ---- as a kernel
expect 0 "every set gave the results of no layers" $cupel verify --kernel straddle --set world="$world" --set asset=^CL --set from_year=2024 \
    --set to_year=2024 --vary workers=1,2 --vary order=clustered,shuffled --vary store=blocks --vary cache_entries=0,1 --quiet
check "cupel verify holds its layers against none"
cat >"$tmp/s.json" <<JSON
{"name": "s", "title": "s", "kernel": "straddle", "pairs": 10,
 "settings": {"world": "$world", "asset": "^CL", "from_year": 2024, "to_year": 2024},
 "scales": [{"name": "a"}], "compare": [{"name": "c", "base": {"layers": "all,-simd"}, "new": {"layers": "all"}}]}
JSON
expect 0 "straddles/s" $cupel run "$tmp/s.json" --out "$tmp/s.jsonl" --quiet
check "cupel run says straddles/s"
/usr/bin/python3 tests/result/check_schema.py results/schema.json "$tmp/s.jsonl" >/dev/null && grep -q '"rate":{"unit":"straddles","count":48' "$tmp/s.jsonl"
check "the record has the rate and keeps to the schema"
$cupel report "$tmp/s.jsonl" --out "$tmp/report" >/dev/null 2>&1 && [ "$(grep -c '^| a/c | .* | straddles | 48 | ' "$tmp/report/report.md")" -eq 2 ]
check "the report has it for each side"
cp -r "$world" "$tmp/mixed" && sed -i -e 's/"synth:1:4"/"real+synth:1:4"/' -e 's/"synthetic":	true/"synthetic":	false/' \
    -e 's/"real":	\[\]/"real":	["CL Comdty"]/' "$tmp/mixed/manifest.json"
expect 0 "SYNTHETIC data in part (real+synth:1:4): nobody traded at the prices of what is made up" \
    $cupel run "$tmp/s.json" --set world="$tmp/mixed" --out "$tmp/mixed.jsonl" --quiet &&
    grep -q '"synthetic":true' "$tmp/mixed.jsonl"
check "a world that is real in part is marked"

finish
