#!/bin/bash
# cupel storage: usage as du counts, ls, clean (never a run that is not older, nothing elsewhere), archives
# that unpack to a base, estimates against the disk.
set -u
. tests/tap.sh
. tests/cli/stores.sh
storage() { "$CUPEL" storage "$@"; }
mkdir "$work/p" && : >"$work/p/Makefile"
for i in 1 2 3; do head -c $((i * 3000)) /dev/zero | tr '\0' "$i" >"$work/p/$i.h"; done
printf '#include "1.h"\n#include "2.h"\n#include "3.h"\n' >"$work/p/mine.c"
tree() { (cd "$1" && find . | sort && find . -type f -print0 | sort -z | xargs -0 cksum); }

# run BASE ID [SOURCE]: a captured run of that id: a sweep's, renamed, as ids are times.
run() {
    "$CUPEL" sweep --bundle "$work/b" --quiet --strategy momentum --param window=3 --source "${3:-$work/p/mine.c}" --capture "${4:-includes}" \
        --store "$work/one" >/dev/null || return 1
    local made
    made=$(ls "$work/one/backtests")
    mkdir -p "$1/backtests" && mv "$work/one/backtests/$made" "$1/backtests/$2" &&
        sed -i "s/$made/$2/" "$1/backtests/$2/metadata/backtest_metadata.json" && rm -rf "$work/one"
}
# contents BASE ID...: these runs hold hashes, their files are in objects/.
contents() {
    local base=$1 id file hash
    shift
    for id; do
        find "$base/backtests/$id/code" -type f | while read -r file; do
            hash=$(sha256sum <"$file" | cut -c1-64)
            mkdir -p "$base/objects/${hash:0:2}" && mv "$file" "$base/objects/${hash:0:2}/${hash:2}"
        done
        rm -rf "$base/backtests/$id/code"
        sed -i 's/"store":\t"copies"/"store":\t"content"/' "$base/backtests/$id/metadata/backtest_metadata.json"
    done
}
days_ago() { date -u -d "$1 days ago ${2:-}" +%Y%m%d_%H%M%S_000; }
base=$work/base
old=$(days_ago 40) edge=$(days_ago 30 '1 hour ago') young=$(days_ago 30 '1 hour') now=$(days_ago 0 '1 minute ago')
for id in "$old" "$edge" "$young" "$now"; do run "$base" "$id" || break; done
[ "$(ls "$base/backtests" | wc -l)" -eq 4 ]
check "four runs"

# ---- usage ----
ln -s "$work/p" "$base/link"
all() { storage usage "$1" --bytes | awk '$1 == "all"' ; }
set -- $(all "$base")
[ "$4" -eq "$(du -sB1 --apparent-size "$base" | cut -f1)" ] && [ "$5" -eq "$(du -sB1 "$base" | cut -f1)" ] &&
    [ "$2" -eq "$(find "$base" ! -type d | wc -l)" ] && [ "$3" -eq "$(find "$base" -type d | wc -l)" ]
check "all bytes, apparent and allocated, are du's, and files and folders find's"
storage usage "$base" --bytes --each | awk -v id="$old" '$1 == id' >"$work/row"
read -r _ files _ apparent allocated <"$work/row"
[ "$files" -eq 5 ] && [ "$apparent" -eq "$(du -sB1 --apparent-size "$base/backtests/$old" | cut -f1)" ] && [ "$allocated" -eq "$(du -sB1 "$base/backtests/$old" | cut -f1)" ]
check "those of a run too"
code=$(($(cat "$work/p/"*.[ch] | wc -c)))
expect 0 "code: $((4 * code)) are kept of $((4 * code)) that the runs have: 0.0 % saved" storage usage "$base" --bytes
check "copies save nothing"
cp -r "$base" "$work/content" && contents "$work/content" "$old" "$edge" "$young" "$now"
expect 0 "code: $code are kept of $((4 * code)) that the runs have: 75.0 % saved" storage usage "$work/content" --bytes
check "each content once: a quarter"
cp -r "$work/content" "$work/cut" && big=$(sha256sum <"$work/p/3.h" | cut -c1-64) && : >"$work/cut/objects/${big:0:2}/${big:2}"
storage usage "$work/cut" --bytes >"$work/out" && grep -qx "$work/cut: 4 runs, 4 of them not whole (cupel storage ls)" "$work/out" && ! grep -q saved "$work/out"
check "an object that was emptied saves nothing"
cp -r "$base" "$work/part" && : >"$work/part/backtests/$old/code/3.h"
expect 0 "code: $((4 * code - 9000)) are kept of $((3 * code)) that the whole runs have" storage usage "$work/part" --bytes && [[ $tap_output != *saved* ]]
check "nor does a run that is not whole"
storage usage --help | tr '\n' ' ' | grep -q 'Apparent bytes are what files hold, and the size of each folder itself'
check "what apparent bytes are is told"
expect 2 'No such file' storage usage "$work/none"
check "no such folder"

# ---- ls ----
expect 0 "$old" storage ls "$base" --verify && [[ $tap_output == *"40 d"*includes*4*"copies"*"import_analysis"*yes* ]]
check "a row a run: age, mode, files, store, method, whole"
expect 0 "content" storage ls "$work/content" --verify
check "contents are whole too"
cp -r "$base" "$work/bad" && echo x >>"$work/bad/backtests/$old/code/1.h" && rm "$work/bad/backtests/$now/metadata/backtest_metadata.json" && mkdir "$work/bad/backtests/.tmp.$now"
expect 2 '2 of 4 runs are not whole' storage ls "$work/bad" --verify && [[ $tap_output == *"$old: not whole: "*1.h* && $tap_output == *"1 more was never finished"* ]]
check "what is not whole is named, exit 2"
expect 2 "$old: not whole: $work/part/backtests/$old/code/3.h: has 0 bytes, expected 9000" storage ls "$work/part" && [[ $tap_output == *'1 of 4 runs are not whole'* ]]
check "a file of another size is not whole, without --verify"
expect 2 '4 of 4 runs are not whole' storage ls "$work/cut" && [[ $tap_output == *"${big:2}: has 0 bytes, expected 9000"* ]]
check "an object too"
rm "$work/part/backtests/$old/code/3.h" && expect 2 "code/3.h: No such file" storage ls "$work/part"
check "and a file that is gone"

# ---- as JSON ----
json() { storage "$@" --json >"$work/json" 2>"$work/err"; }
tells() { # EXPRESSION WORD...: true of the object d and the words w
    tap_why=$(/usr/bin/python3 - "$work/json" "$@" <<'P'
import json, sys
d, w = json.load(open(sys.argv[1])), sys.argv[3:]
print("" if eval(sys.argv[2]) else f"not true of {d}")
P
    )
    [ -z "$tap_why" ]
}
json usage "$base" --each && [ ! -s "$work/err" ] && tells '(d["all"]["allocated_bytes"] == int(w[0]) and d["all"]["apparent_bytes"] == int(w[1]) and d["runs"] == d["whole"] == 4 and
    not d["at_least"] and d["unread"] == [] and sum(k["files"] for k in d["kinds"].values()) == d["all"]["files"] and d["code"]["kept_bytes"] == 4 * int(w[2]) and
    [r["id"] for r in d["each"]] == w[3:] and all(r["files"] == 5 for r in d["each"]))' \
    "$(du -sB1 "$base" | cut -f1)" "$(du -sB1 --apparent-size "$base" | cut -f1)" "$code" "$old" "$edge" "$young" "$now"
check "usage --json: the same numbers"
json ls "$base" --verify && tells '([r["id"] for r in d["runs"]] == w and all(r["whole"] and r["why_not"] is None and r["code_files"] == 4 and r["store"] == "copies" and
    r["warnings"] == [] and r["mode"] == "includes" for r in d["runs"]) and 39 < (d["runs"][3]["time_ms"] - d["runs"][0]["time_ms"]) / 86400000 < 41)' "$old" "$edge" "$young" "$now"
check "ls --json: an object a run"
json ls "$work/bad" --verify
[ $? -eq 2 ] && grep -q '2 of 4 runs are not whole' "$work/err" && tells '[r["whole"] for r in d["runs"]] == [False, True, True, False] and "1.h" in d["runs"][0]["why_not"] and d["unfinished"] == 1'
check "what is not whole is told there too, exit 2"
tree "$base" >"$work/before"
json clean "$base" --older-than 30d --dry-run && tree "$base" | cmp -s - "$work/before" && tells '([(r["what"], r["place"]) for r in d["rows"]] == [("run", "backtests/" + i) for i in w] and
    d["dry_run"] and d["kept"] == 2 and d["unreadable"] is None and d["all"]["files"] == 10)' "$old" "$edge"
check "clean --dry-run --json: what would go"
json estimate "$base" --runs 4 && tells 'd["run"]["allocated_bytes"] * 4 == d["allocated_bytes"] and 0 < d["disk"]["used_share"] <= d["disk"]["used_share_after"] and d["runs"] == 4'
check "estimate --json: bytes and shares"
json estimate "$base" --runs 1000000000000 && tells '"is too small" in d["warning"] and d["disk"]["used_share_after"] > 1'
check "and its warning"

# ---- what may not be read ----
mkdir "$work/odd" && cp -r "$base/backtests/$old/code" "$work/odd/results" && : >"$work/odd/backtests"
json usage "$work/odd"
[ $? -eq 1 ] && tells 'd["at_least"] and d["all"]["files"] == 5 and d["unread"] == [{"path": w[0], "why": "Not a directory"}]' "$work/odd/backtests"
check "a list of runs that is none: the rest is counted, exit 1"
cp -r "$base" "$work/shut" && chmod 711 "$work" && chmod 0 "$work/shut/backtests/$old/code" "$work/shut/backtests/$edge"
as_user() { if [ "$(id -u)" -eq 0 ]; then setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; else "$@"; fi; }
if as_user "$CUPEL" --version >/dev/null 2>&1 && as_user test -r "$work/shut/backtests" && ! as_user test -r "$work/shut/backtests/$edge"; then
    as_user "$CUPEL" storage usage "$work/shut" >"$work/out" 2>"$work/err"
    [ $? -eq 1 ] && grep -q "^$work/shut: at least 4 runs, 1 of them not whole .*; all numbers are at least, 2 places could not be read$" "$work/out" &&
        grep -q '^code: at least .* are kept of .* that the whole runs have$' "$work/out" && [ "$(wc -l <"$work/err")" -eq 3 ] &&
        grep -qx "cupel: warning: $work/shut/backtests/$old/code: Permission denied: not counted" "$work/err" &&
        grep -qx "cupel: warning: $work/shut/backtests/$edge: Permission denied: not counted" "$work/err" && grep -q '2 places could not be read' "$work/err"
    check "folders that may not be read: each on a line, the rest is counted, exit 1"
    set -- $(as_user "$CUPEL" storage usage "$work/shut" --bytes 2>/dev/null | awk '$1 == "all"')
    [ "$2" -eq $(($(find "$base" ! -type d | wc -l) - 4 - 5)) ] && [ "$5" -eq "$(as_user du -sB1 "$work/shut" 2>/dev/null | cut -f1)" ]
    check "as du counts, of what it may read"
    as_user "$CUPEL" storage ls "$work/shut" >"$work/out" 2>"$work/err"
    [ $? -eq 2 ] && grep -q '^at least 4 runs: 2 places could not be read$' "$work/out" && grep -q "^$edge: not whole: .*Permission denied" "$work/out" && grep -q '1 of 4 runs are not whole' "$work/err"
    check "ls: a run without its metadata is not whole, exit 2"
    chmod 755 "$work/shut/backtests/$edge"
    as_user "$CUPEL" storage ls "$work/shut" --json >"$work/json" 2>"$work/err"
    [ $? -eq 1 ] && tells '[r["at_least"] for r in d["runs"]] == [True, False, False, False] and all(r["whole"] for r in d["runs"]) and d["unread"] == [{"path": w[0], "why": "Permission denied"}]' "$work/shut/backtests/$old/code"
    check "ls: one whose code may not be read is there, exit 1"
    as_user "$CUPEL" storage estimate "$work/shut" --runs 4 >"$work/out" 2>"$work/err"
    [ $? -eq 1 ] && grep -q '^a run: at least .*; 4 runs: at least ' "$work/out" && grep -q "$old/code: Permission denied: not counted" "$work/err"
    check "estimate: at least, exit 1"
else
    skip "folders that may not be read" "nobody here to whom permissions apply, or who may run $CUPEL"
fi
chmod 755 "$work/shut/backtests/$old/code" "$work/shut/backtests/$edge"

# ---- clean ----
rm -rf "$work/c" && cp -rp "$base" "$work/c" && mkdir "$work/c/backtests/mine" "$work/c/elsewhere" && touch "$work/c/elsewhere/$old"
ln -s "$base/backtests/$old" "$work/c/backtests/20200101_000000_000"
tree "$base" >"$work/base.tree"
tree "$work/c" >"$work/before"
storage clean "$work/c" --older-than 30d --dry-run >"$work/dry"
[ "$(grep -c '^run ' "$work/dry")" -eq 2 ] && grep -q "$old" "$work/dry" && grep -q "$edge" "$work/dry" && tree "$work/c" | cmp -s - "$work/before"
check "a dry run names two of four and changes nothing"
storage clean "$work/c" --older-than 30d >"$work/real"
diff <(grep -v '^/' "$work/dry" | cut -d, -f1) <(grep -v '^/' "$work/real" | cut -d, -f1) >/dev/null && [ "$(ls "$work/c/backtests" | grep -c '^2.*_000$')" -eq 3 ] && [ -e "$work/c/backtests/$young" ] && [ -e "$work/c/backtests/$now" ] &&
    [ ! -e "$work/c/backtests/$old" ] && [ ! -e "$work/c/backtests/$edge" ]
check "the real one removes just these"
[ -d "$work/c/backtests/mine" ] && [ -e "$work/c/elsewhere/$old" ] && [ -L "$work/c/backtests/20200101_000000_000" ] && tree "$base" | cmp -s - "$work/base.tree"
check "nothing else goes: other names, links, what links lead to"
storage clean "$work/c" --older-than 30d | grep -q 'removed: 0 runs, 0 objects, 0 left over'
check "and again: nothing"
rm -rf "$work/c" && mkdir "$work/c" && ln -s "$base/backtests" "$work/c/backtests"
expect 2 'expected a folder; nothing is removed' storage clean "$work/c" --older-than 1d && tree "$base" | cmp -s - "$work/base.tree"
check "a backtests that is a link is refused"
for bad in 30 d 30y -1d 1.5d ''; do
    expect 2 'older-than: expected an age as 30d, 12h or 45m' storage clean "$base" --older-than "$bad"
    check "--older-than '$bad' is refused"
done

# objects: those of runs that stay stay
c=$work/objects
mkdir "$c" && printf 'int only_old;\n' >"$work/p/only.c"
run "$c" "$old" "$work/p/only.c" entry-point && run "$c" "$now" && contents "$c" "$old" "$now"
find "$c/objects" -type f -exec touch -d '35 days ago' {} +
only=$(sha256sum <"$work/p/only.c" | cut -c1-64)
storage clean "$c" --older-than 30d >"$work/real"
[ ! -e "$c/objects/${only:0:2}/${only:2}" ] && [ "$(find "$c/objects" -type f | wc -l)" -eq 4 ] && storage ls "$c" --verify >/dev/null
check "an object goes with the last run that refers to it, the others stay"
run "$c" "$old" "$work/p/only.c" entry-point && contents "$c" "$old" && storage clean "$c" --older-than 30d >/dev/null && [ -e "$c/objects/${only:0:2}/${only:2}" ]
check "one that was used lately stays: somebody may be about to refer to it"
touch -d '35 days ago' "$c/objects/${only:0:2}/${only:2}" && cp -rp "$c" "$c.2" && : >"$c.2/backtests/$now/metadata/backtest_metadata.json"
expect 0 'no object is removed' storage clean "$c.2" --older-than 30d && [ -e "$c.2/objects/${only:0:2}/${only:2}" ]
check "where a run cannot be read no object goes"
live=$(days_ago 0)
mkdir "$c/backtests/.tmp.$old" "$c/backtests/.tmp.$live" && touch -d '31 days ago' "$c/backtests/.tmp.$old"
storage clean "$c" --older-than 30d >/dev/null
[ ! -e "$c/backtests/.tmp.$old" ] && [ -e "$c/backtests/.tmp.$live" ]
check "a run that was never finished goes when it is as old, one that is being written stays"
storage clean "$c" --older-than 0m >/dev/null
[ -e "$c/backtests/.tmp.$live" ] && [ ! -e "$c/backtests/$now" ]
check "even where no age is asked for"
# several at once
bad=0
for n in 1 2 3; do
    rm -rf "$work/k" && mkdir -p "$work/k" && cp -rp "$work/content/." "$work/k" && find "$work/k/objects" -type f -exec touch -d '35 days ago' {} +
    for i in $(seq 10 49); do
        mkdir -p "$work/k/objects/$i" && touch -d '35 days ago' "$work/k/objects/$i/$(printf '%062d' "$i")"
        cp -rp "$work/k/backtests/$old" "$work/k/backtests/${old}_$i"
    done
    for i in 1 2 3 4; do
        storage clean "$work/k" --older-than 30d >"$work/k.out$i" 2>&1 &
        eval "p$i=$!"
    done
    for i in 1 2 3 4; do
        eval "wait \$p$i" || bad=$((bad + 1))
        [ "$(tail -n 1 "$work/k.out$i" | grep -c 'removed: .*; 2 runs kept$')" -eq 1 ] || bad=$((bad + 1))
    done
    storage ls "$work/k" --verify >/dev/null && [ "$(ls -A "$work/k/backtests" | tr '\n' ' ')" = "$young $now " ] && [ "$(find "$work/k/objects" -type f | wc -l)" -eq 4 ] || bad=$((bad + 1))
done
tap_why="$bad bad: $(cat "$work"/k.out? | grep cupel:)"
[ $bad -eq 0 ]
check "several at once: all end well, and just the old ones go"

# of a sweep that is running
"$CUPEL" sweep --bundle "$work/b" --strategy sma-cross --param fast=2:400 --param slow=3:400 --layers none --store "$work/s" --out /dev/null --quiet 2>/dev/null &
sweep=$!
for _ in $(seq 100); do [ -n "$(ls "$work/s/backtests" 2>/dev/null)" ] && break; sleep 0.05; done
expect 0 "in use by process $sweep" storage clean "$work/s" --older-than 0m && [ "$(ls "$work/s/backtests" | wc -l)" -eq 1 ]
check "a run that is in use stays"
kill $sweep 2>/dev/null
wait $sweep 2>/dev/null
expect 0 'removed: 1 run,' storage clean "$work/s" --older-than 0m && [ -e "$work/s/store.json" ]
check "when it is over it goes, and the sweep's results stay"
# killed at each of its steps: a run is whole or none
bad=0 left=0
for n in $(seq 1 3 34); do
    rm -rf "$work/k" && cp -r "$base" "$work/k"
    CUPEL_IO_FAULT=remove:$n:KILL storage clean "$work/k" --older-than 30d >/dev/null 2>&1
    storage ls "$work/k" --verify >"$work/ls" || bad=$((bad + 1))
    set -- "$work/k/backtests/".tmp.*
    if [ -e "$1" ]; then
        left=$((left + 1))
        grep -q "$# more was never finished" "$work/ls" || bad=$((bad + 1))
    fi
done 2>/dev/null
tap_why="$bad bad, $left left over"
[ $bad -eq 0 ] && [ $left -gt 3 ]
check "killed while it removes: every run is whole or none"

# ---- archive ----
expect 0 '2 runs, 10 files' storage archive "$work/content" "$old" "$now" --out "$work/a.tar.gz" && mkdir "$work/x" && tar xzf "$work/a.tar.gz" -C "$work/x"
check "two runs of a base that holds contents once"
storage ls "$work/x" --verify >/dev/null && cmp -s "$work/x/backtests/$old/code/1.h" "$work/p/1.h" && [ "$(ls "$work/x/backtests" | wc -l)" -eq 2 ] && [ "$(stat -c %Y "$work/x/backtests/$old/code/1.h")" = "$(stat -c %Y "$work/p/1.h")" ]
check "it unpacks to a base that is whole: the code in place, with its time"
storage archive "$work/content" "$old" "$now" --out "$work/a2.tar.gz" >/dev/null && cmp -s "$work/a.tar.gz" "$work/a2.tar.gz"
check "the same runs, the same bytes"
mkdir "$work/q" && : >"$work/q/ünï.c" && "$CUPEL" capture --entry "$work/q/ünï.c" --base "$work/named" >"$work/log"
expect 0 '1 run, 2 files' storage archive "$work/named" "$(ls "$work/named/backtests")" --out "$work/u.tar.gz" && tar tzf "$work/u.tar.gz" --quoting-style=literal | grep -q '/code/ünï.c$'
check "names beyond ASCII, whatever the locale"
cp -r "$work/content" "$work/broken" && find "$work/broken/objects" -type f -size +8000c -exec sh -c 'echo y >>"$1"' _ {} \;
expect 2 "$old: " storage archive "$work/broken" "$old" --out "$work/n.tar.gz" && [ -z "$(ls "$work"/n.tar.gz* 2>/dev/null)" ]
check "code that is not what it was: refused, and no file"
expect 2 'expected the id of a run' storage archive "$base" ../x --out "$work/n.tar.gz"
check "what is no id is refused"
expect 2 'named twice' storage archive "$base" "$old" "$old" --out "$work/n.tar.gz"
check "and what is named twice"
mkdir -p "$work/l/backtests" && ln -s "$base/backtests/$old" "$work/l/backtests/$old"
expect 2 'there is no such run' storage archive "$work/l" "$old" --out "$work/n.tar.gz"
check "and a run that is a link"
bad=0
for n in 1 2 3; do
    rm -f "$work/n.tar.gz"
    CUPEL_IO_FAULT=write:$n:ENOSPC storage archive "$base" "$old" --out "$work/n.tar.gz" >"$work/err" 2>&1 && continue
    [ "$(wc -l <"$work/err")" -eq 1 ] && grep -q 'No space left' "$work/err" && [ -z "$(ls "$work"/n.tar.gz* 2>/dev/null)" ] || bad=$((bad + 1))
done
[ $bad -eq 0 ]
check "a full disk: one line, and no file"
cp "$work/a.tar.gz" "$work/kept.tar.gz"
expect 2 "$work/a.tar.gz exists: --replace" storage archive "$work/content" "$old" --out "$work/a.tar.gz" && [ "$(printf '%s\n' "$tap_output" | wc -l)" -eq 1 ] && cmp -s "$work/a.tar.gz" "$work/kept.tar.gz" && [ -z "$(ls "$work"/a.tar.gz.* 2>/dev/null)" ]
check "an archive that is there is refused in a line, and stays"
expect 2 'there is no such run' storage archive "$work/content" 20200101_000000_000 --out "$work/a.tar.gz" --replace && cmp -s "$work/a.tar.gz" "$work/kept.tar.gz"
check "with --replace too, where the new one cannot be made"
expect 0 '1 run, ' storage archive "$work/content" "$old" --out "$work/a.tar.gz" --replace && [ "$(tar tzf "$work/a.tar.gz" | grep -c "^backtests/$now/")" -eq 0 ]
check "--replace puts the new one in its place"
ln -s kept.tar.gz "$work/link.tar.gz"
expect 2 'no regular file' storage archive "$work/content" "$old" --out "$work/link.tar.gz" --replace && [ -L "$work/link.tar.gz" ]
check "but not in that of a link"

# ---- estimate ----
expect 0 'a run: ' storage estimate "$work/none" --runs 1000 --entry "$work/p/mine.c" --mode includes && [[ $tap_output == *"1,000 runs: "* ]]
check "by an entry file, for a folder that is not there yet"
# As large as what is then there.
said=$(storage estimate "$base" --runs 4 --entry "$work/p/mine.c" --mode includes | awk '/^a run/ {print $3}')
really=$(storage usage "$base" | awk '/^mean/ {print $9}')
tap_why="$said KiB, really $really"
awk -v a="$said" -v b="$really" 'BEGIN {exit !(a > 0.6 * b && a < 2 * b)}'
check "it is near what a run takes"
expect 0 "a run: $(storage usage "$base" | awk '/^mean/ {print $9, $10}') allocated" storage estimate "$base" --runs 4
check "by the runs that are there"
expect 2 'has no run to go by' storage estimate "$work/none" --runs 4
check "by nothing: refused"
storage estimate "$base" --runs 1000000000000 2>"$work/err" >/dev/null && grep -q '^cupel: warning: the disk of .* is too small' "$work/err" && [ "$(wc -l <"$work/err")" -eq 1 ]
check "what does not fit is one warning, exit 0"
finish
