#!/bin/bash
# cupel history: planted changes are found where they are, machines apart; what is added twice, at once, by half
# or to what is no history; what is refused, in which words.
set -u
. tests/tap.sh
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
make_history() { tests/data/make_history.py "$@"; }
history() { "$CUPEL" history "$@"; }
count() { /usr/bin/python3 -c 'import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute("SELECT count(*) FROM " + sys.argv[2]).fetchone()[0])' "$@"; }
is_one_line() { [ "$(wc -l <<<"$tap_output")" -eq 1 ] || { tap_why="more than one line"; false; }; }
export LC_ALL=C.UTF-8
db=$work/h.sqlite
make_history "$work/a" --runs 45 --change-at 28 --count-at 33

# ---- adding and changes ----
expect 0 "run-44.jsonl: 58 points of commit c044, 2025-02-14T12:00:00Z, machine" history add "$work"/a/*.jsonl --db "$db"
check "results of 45 commits are added"
expect 0 "" history changes --db "$db" --format csv
grep -q ',cpu,ns,[0-9a-f]*,c028,' <<<"$tap_output" && grep -q ',open,count,[0-9a-f]*,c033,' <<<"$tap_output" &&
    [ "$(wc -l <<<"$tap_output")" -eq 3 ]
check "the planted slowdown and the planted open are told by their commits, nothing else"
expect 0 "" history changes --db "$db" --format json &&
    /usr/bin/python3 -c '
import json, sys
found = [json.loads(line) for line in sys.stdin]
cpu = [f for f in found if f["metric"] == "cpu"][0]
assert cpu["benchmark"] == "headline/micro/planted" and cpu["commit"] == "c028" and cpu["index"] == 28
assert cpu["lower"] < 1.1 < cpu["upper"] and 1.09 < cpu["ratio"] < 1.11 and cpu["p"] == 1e-4, cpu
exact = [f for f in found if f["metric"] == "open"][0]
assert exact["before"] == 72 and exact["after"] == 73 and exact["p"] is None, exact
' <<<"$tap_output" 2>"$work/why"
check "with size, interval and p"
expect 0 "at most 1 % false for each series" history changes --db "$db" && [[ $tap_output == *ADVISORY* ]]
check "the table says what is promised"
expect 0 "over all series" history changes --db "$db" --family --metric timing --side all && [[ $tap_output == *c028* ]]
check "--family holds the rate over all series"
expect 0 "0 changes in 2 series" history changes --db "$db" --metric cpu --min-magnitude 15
check "--min-magnitude leaves smaller ones out"
expect 1 "within the newest 20 runs" history changes --db "$db" --fail 20
check "--fail: a change among the newest runs is exit 1"
expect 0 "" history changes --db "$db" --fail 11
check "an older one is not"
expect 1 "1 change within the newest 12 runs" history changes --db "$db" --fail 12
check "the first run after it counts"
expect 0 "c028" history changes --db "$db" --metric cpu --seed 5 --block 3
check "in blocks, with another seed"

# ---- show ----
expect 0 "▁" history show --db "$db" && [[ $tap_output == *"headline/micro/planted"*"headline/micro/steady"* ]]
check "show draws a curve for each benchmark"
expect 0 "#" env LC_ALL=C "$CUPEL" history show --db "$db"
LC_ALL=C grep -q '[^ -~]' <<<"$tap_output"
[ $? -eq 1 ]
check "in ASCII without UTF-8"
expect 0 "c044" history show headline/micro/planted --db "$db" --last 3
[ "$(grep -c 'T12:00:00Z' <<<"$tap_output")" -eq 3 ] && [[ $tap_output == *"(Example CPU @ 2.50GHz)"* ]]
check "show BENCHMARK --last 3 has three runs"
expect 0 "" history show 'headline/*' --db "$db" --format csv --metric all --side all &&
    /usr/bin/python3 -c '
import csv, sys
rows = list(csv.DictReader(sys.stdin))
assert len(rows) == 40 * 2 * 58 // 2 and {r["side"] for r in rows} == {"base", "new", "ratio"}, len(rows)
cpu = [r for r in rows if r["metric"] == "cpu" and r["side"] == "ratio"]
assert all(0.85 < float(r["value"]) < 0.95 and float(r["lower"]) < float(r["value"]) < float(r["upper"]) for r in cpu)
' <<<"$tap_output" 2>"$work/why"
check "csv has every metric of every side"
expect 2 'no benchmark "headline/micro/plantd": near: "headline/micro/planted"' history show headline/micro/plantd --db "$db" && is_one_line
check "an unknown benchmark: the error names near ones"
expect 2 'near: "headline/micro/steady"' history changes steady --db "$db"
check "a part of a name, too"
expect 2 "no points of that metric, side and machine" history show --db "$db" --metric nonsense
check "an unknown metric is an error"

expect 2 "--out: expected --format csv or json" history show --db "$db" --out "$work/table"
check "--out is of csv and json"

# ---- the same again, others later ----
before=$(cksum <"$db")
expect 0 "run-07.jsonl: is there already, nothing added" history add "$work"/a/run-0[0-9].jsonl --db "$db" && [ "$before" = "$(cksum <"$db")" ]
check "a file that is there already changes nothing"
cp "$work/a/run-07.jsonl" "$work/same.jsonl"
expect 0 "is there already" history add "$work/same.jsonl" "$work/same.jsonl" --db "$db" && [ "$(count "$db" runs)" = 45 ]
check "under another name, too"
make_history "$work/late" --runs 1 --first 90 --change-at 0
expect 0 "" history add "$work/late/run-90.jsonl" --db "$db" --commit old1 --time 2024-12-31T23:30:00-01:00 --branch side &&
    expect 0 "old1" history show headline/micro/steady --db "$db" --last 99 && [[ $(grep T <<<"$tap_output" | head -1) == old1*side*2025-01-01T00:30:00Z* ]]
check "--time orders the runs, --commit and --branch name them"
for time in 2025-02-30 yesterday 2025-01-01T25:00:00Z "2025-01-01 12:00:00" 2025-1-1; do
    expect 2 "--time: expected a time" history add "$work/late/run-90.jsonl" --db "$db" --time "$time"
    check "--time \"$time\" is refused"
done

# ---- machines ----
make_history "$work/b" --runs 45 --cpu "Another CPU" --change-at 1000 --seed 2
sed -i 's/"values": \[\([0-9]*\)/"values": [2\1/' "$work"/b/*.jsonl
expect 0 "" history add "$work"/b/*.jsonl --db "$db"
expect 0 "machine" history changes --db "$db" --metric cpu && [ "$(grep -c c028 <<<"$tap_output")" -eq 1 ] && [[ $tap_output == *"1 change in 4 series"* ]]
check "two machines are two series, and their difference is no change"
machine=$(history show --db "$db" --format csv | awk -F, '$8 == "c044" {print $7}' | sort -u | head -1)
expect 0 "2 series" history changes --db "$db" --metric cpu --machine "${machine:0:6}"
check "--machine takes one by the start of its fingerprint"
make_history "$work/c" --runs 2 --kind benchmark --first 60
sed -i 's/"settings": {"bundle"/"settings": {"fee": 1, "bundle"/' "$work/c/run-61.jsonl"
history add "$work"/c/*.jsonl --db "$work/c.sqlite" >/dev/null
expect 0 "" history show --db "$work/c.sqlite" && [ "$(grep -c micro/planted <<<"$tap_output")" -eq 2 ]
check "records of one side; other settings are another curve"
tests/data/make_results.py "$work/full.jsonl" "$work/command.jsonl" "$work/torn.jsonl"
history add "$work/command.jsonl" "$work/full.jsonl" --db "$work/d.sqlite" >/dev/null
for format in csv json; do
    history show --db "$work/d.sqlite" --format $format --side all --metric all --out "$work/$format"
done
/usr/bin/python3 -c '
import csv, json, sys
rows = list(csv.DictReader(open(sys.argv[1], newline="")))
objects = [json.loads(line) for line in open(sys.argv[2])]
assert len(rows) == len(objects) > 100
for row, one in zip(rows, objects):
    assert row["label"] == one["label"] and row["benchmark"] == one["benchmark"], (row, one)
assert any("\x22" in o["benchmark"] and "\n" in o["benchmark"] for o in objects)
' "$work/csv" "$work/json" 2>"$work/why"
check "names with quotes, commas and line ends survive csv and json"

# ---- long curves ----
cp "$work/c.sqlite" "$work/long.sqlite"
/usr/bin/python3 -c '
import sqlite3, sys
c = sqlite3.connect(sys.argv[1])
run = list(c.execute("SELECT * FROM runs").fetchone())
point = list(c.execute("SELECT * FROM points WHERE run = ? AND metric = ?", (run[0], "cpu")).fetchone())
c.execute("DELETE FROM points")
c.execute("DELETE FROM runs")
for i in range(1001):
    run[0:2], point[0], point[8] = [i + 1, f"h{i}"], i + 1, 1e6 + i % 7
    c.execute("INSERT INTO runs VALUES(" + ",".join("?" * len(run)) + ")", run)
    c.execute("INSERT INTO points VALUES(" + ",".join("?" * len(point)) + ")", point)
c.commit()' "$work/long.sqlite"
expect 0 "1 of 1 series have up to 1001 runs: only the newest 1000" history changes --db "$work/long.sqlite"
check "a curve that is too long to look at all of it is said to be"

# ---- a FAIL that a second run decides ----
/usr/bin/python3 -c '
import json, sys
run, first, steady, end = [json.loads(line) for line in open(sys.argv[1])]
second = dict(first, id=first["id"] + " (confirmation)", gate={"verdict": "PASS"})
first = dict(first, gate={"verdict": "FAIL", "provisional": True})
for name, records in (("both", [run, first, second, steady, end]), ("one", [run, first, steady])):
    open(f"{sys.argv[2]}/{name}.jsonl", "w").write("".join(json.dumps(r) + "\n" for r in records))
' "$work/a/run-00.jsonl" "$work"
expect 0 "58 points" history add "$work/both.jsonl" --db "$work/second.sqlite"
expect 0 "" history show --db "$work/second.sqlite" --format csv && [[ $tap_output != *confirmation* ]] && [ "$(grep -c micro/planted <<<"$tap_output")" -eq 1 ]
check "the second run is the benchmark"
expect 0 "1 comparisons were interrupted" history add "$work/one.jsonl" --db "$work/second.sqlite" --partial
check "without it there is none"

# ---- at once ----
for i in 0 1 2 3; do
    history add "$work"/a/run-*"$i".jsonl "$work"/a/run-*[789].jsonl --db "$work/new/folder/e.sqlite" >"$work/at-once-$i" 2>&1 &
    pids[i]=$!
done
ok=true
for i in 0 1 2 3; do wait "${pids[i]}" || ok=false; done
tap_output=$(cat "$work"/at-once-*)
$ok && [ "$(count "$work/new/folder/e.sqlite" runs)" = 32 ] && [ "$(count "$work/new/folder/e.sqlite" points)" = $((32 * 116 / 2)) ]
check "four at once on a new history: every run once"

# ---- refused ----
printf '%s\n' "not a database, but long enough to be looked at as one: $(seq 100)" >"$work/text.sqlite"
expect 2 "not a history of results: no SQLite file" history show --db "$work/text.sqlite" && is_one_line
check "a file of text is no history"
text=$(cksum <"$work/text.sqlite")
expect 2 "no SQLite file" history add "$work/a/run-00.jsonl" --db "$work/text.sqlite" && is_one_line && [ "$text" = "$(cksum <"$work/text.sqlite")" ]
check "and is not written to"
/usr/bin/python3 -c 'import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute("CREATE TABLE t(x)"); c.commit()' "$work/other.sqlite"
other=$(cksum <"$work/other.sqlite")
expect 2 "an SQLite file of something else" history add "$work/a/run-00.jsonl" --db "$work/other.sqlite" && [ "$other" = "$(cksum <"$work/other.sqlite")" ]
check "somebody else's SQLite file is left alone"
cp "$db" "$work/newer.sqlite"
/usr/bin/python3 -c 'import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute("PRAGMA user_version=7"); c.commit()' "$work/newer.sqlite"
expect 2 "schema: expected 1, found 7" history show --db "$work/newer.sqlite" && is_one_line
check "a newer schema is refused"
cp "$db" "$work/damaged.sqlite"
dd if=/dev/urandom of="$work/damaged.sqlite" bs=4096 seek=9 count=3 conv=notrunc 2>/dev/null
for words in "show" "changes" "add $work/late/run-90.jsonl"; do
    # shellcheck disable=SC2086
    expect 2 "damaged: SQLite: " history $words --db "$work/damaged.sqlite" && is_one_line
    check "a damaged history: ${words%% *} says so in one line"
done
head -c 30000 "$db" >"$work/short.sqlite"
expect 2 "damaged" history show --db "$work/short.sqlite" && is_one_line
check "one that was cut short, too"
expect 2 "no history there: cupel history add makes it" history show --db "$work/none.sqlite" && [ ! -e "$work/none.sqlite" ]
check "none at all: how to make one"
: >"$work/empty.sqlite"
expect 2 "not a history of results: empty" history show --db "$work/empty.sqlite"
check "an empty file holds none"
expect 0 "" history add "$work/a/run-00.jsonl" --db "$work/empty.sqlite"
check "and may become one"
(program=$(realpath "$CUPEL") && cd "$work" && "$program" history add a/run-00.jsonl --db :memory: && "$program" history add a/run-00.jsonl --db 'file:x?mode=memory') >/dev/null &&
    [ "$(count "$work/:memory:" runs)" = 1 ] && [ -e "$work/file:x?mode=memory" ]
check "names that SQLite takes for memory are files: what is told as added is there"
expect 2 "" history show --db "$work" && is_one_line
check "a folder is refused"
expect 2 "" history add "$work/a/run-00.jsonl" --db "$work/text.sqlite/h.sqlite" && is_one_line
check "no folder can be made there"

# ---- what cannot be added ----
runs=$(count "$db" runs)
expect 2 "torn.jsonl: incomplete" history add "$work/full.jsonl" "$work/torn.jsonl" --db "$db" && is_one_line
check "a run that was interrupted is refused"
expect 0 "" history add "$work/torn.jsonl" --db "$work/partial.sqlite" --partial && [ "$(count "$work/partial.sqlite" runs)" = 1 ]
check "but for --partial"
expect 2 "text.sqlite:1:" history add "$work/full.jsonl" "$work/text.sqlite" --db "$db" && is_one_line
check "no results file"
sed 's/"id": "micro\/steady"/"id": "micro\/planted"/' "$work/a/run-00.jsonl" >"$work/twice.jsonl"
expect 2 '"micro/planted" stands twice' history add "$work/twice.jsonl" --db "$db"
check "two of one name"
for value in null -5 '"a"'; do
    sed 's/"values": \[[0-9]*,/"values": ['"$value"',/' "$work/a/run-00.jsonl" >"$work/value.jsonl"
    expect 2 'metrics: cpu: values: expected at least one number, and no other' history add "$work/value.jsonl" --db "$db"
    check "a time that is $value is refused"
done
sed 's/"label": "pool"/"label": 7/' "$work/a/run-00.jsonl" >"$work/label.jsonl"
expect 2 'label.jsonl: "micro/planted": new: label: expected' history add "$work/label.jsonl" --db "$db"
check "a wrong field is named"
sed 's/"commit": "c000"/"commit": null/' "$work/a/run-00.jsonl" >"$work/nameless.jsonl"
expect 2 "expected --commit" history add "$work/nameless.jsonl" --db "$db"
check "no commit"
grep -v '"comparison"' "$work/a/run-00.jsonl" >"$work/bare.jsonl"
expect 2 "holds no comparison" history add "$work/bare.jsonl" --db "$db"
check "nothing measured"
[ "$(count "$db" runs)" = "$runs" ]
check "nothing of all that was added"

# ---- the system refuses, the process dies ----
cp "$db" "$work/faults.sqlite"
history add "$work/full.jsonl" --db "$work/full.sqlite" >/dev/null
full="1 $(count "$work/full.sqlite" points)" all=true failed=0
for what in open write fsync remove; do
    for n in 1 2 3 5 8; do
        for how in ENOSPC KILL; do
            (CUPEL_IO_FAULT=$what:$n:$how "$CUPEL" history add "$work/full.jsonl" --db "$work/faults.sqlite" >"$work/out" 2>"$work/lines"
                exit $?) 2>/dev/null
            status=$?
            history show --db "$work/faults.sqlite" >/dev/null 2>>"$work/lines" || echo "not to be read" >>"$work/lines"
            more="$(($(count "$work/faults.sqlite" runs) - $(count "$db" runs))) $(($(count "$work/faults.sqlite" points) - $(count "$db" points)))"
            # None or all of it; told as added only when it is there; an error is one line.
            { [ "$more" = "0 0" ] && [ $status -ne 0 ] || [ "$more" = "$full" ]; } && [ "$(wc -l <"$work/lines")" -le 1 ] || {
                all=false
                tap_output+="$what:$n:$how: status $status, $more, $(cat "$work/lines")"$'\n'
            }
            [ "$more" = "0 0" ] && failed=$((failed + 1)) || cp "$db" "$work/faults.sqlite"
        done
    done
done
$all && [ $failed -gt 15 ]
check "refused or killed at any point: all of a file or nothing, and the history can be read"
mkdir "$work/ro" && cp "$db" "$work/ro/h.sqlite" && chmod a-w "$work/ro" "$work/ro/h.sqlite"
if [ "$(id -u)" -eq 0 ]; then
    as="setpriv --reuid 65534 --regid 65534 --clear-groups"
    chmod a+rx "$work"
else
    as=
fi
if $as test -x "$CUPEL" 2>/dev/null && $as test -r "$work/a/run-00.jsonl"; then
    make_history "$work/f" --runs 1 --first 70
    expect 0 "headline/micro/planted" $as "$CUPEL" history show --db "$work/ro/h.sqlite"
    check "a folder that is read-only can be read"
    expect 2 "h.sqlite" $as "$CUPEL" history add "$work/f/run-70.jsonl" --db "$work/ro/h.sqlite" && is_one_line
    check "and not be written to"
    expect 2 "new.sqlite" $as "$CUPEL" history add "$work/f/run-70.jsonl" --db "$work/ro/new.sqlite" && is_one_line && [ ! -e "$work/ro/new.sqlite" ]
    check "nor be given a new one"
else
    skip "a folder that is read-only" "root, and nobody cannot run the program"
fi
finish
