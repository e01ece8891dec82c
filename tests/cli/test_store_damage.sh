#!/bin/bash
# Damage to a store: whatever byte it hits, verify names it and a resumed sweep gives the bytes of the
# undisturbed one, having said in one line what it found. The seed is printed.
set -u
. tests/tap.sh
. tests/cli/stores.sh
RANDOM=${SEED:=$((EPOCHSECONDS % 32768))}
echo "# seed $SEED"
case ${CUPEL_BUILD:-release} in *release*) share=1 ;; *) share=4 ;; esac # of the tries, in slow builds
grid=(--symbols SA,SB --param fast=2:4 --param slow=5:8 --checkpoint-batch-size 5)
large=(--symbols SA,SB --param fast=2:41 --param slow=60:112) # 2,120: a database
random() { number=$(((RANDOM << 15 | RANDOM) % $1)); }

sweep "${grid[@]}" --layers none --store "$work/single"
cp "$work/out" "$work/expected"
sweep "${grid[@]}" --layers exact,-share-indicators --store "$work/packed"
sweep "${large[@]}" --layers exact,-share-indicators --store "$work/large"
cp "$work/out" "$work/expected-large"
[ -e "$work/large/checkpoint.sqlite" ]
check "2,120 results have a database for a checkpoint"

fresh() { # STORE: a copy of it, $work/s
    rm -rf "$work/s"
    cp -r "$work/$1" "$work/s"
}
# resumed LAYERS WORDS: the same bytes, and one warning, which holds the words ("": none).
resumed() {
    sweep "${grid[@]}" --layers "$1" --store "$work/s" --resume
    told "$work/expected" "$2"
}
told() {
    tap_output=$(cat "$work/err")
    [ $status -eq 0 ] && cmp -s "$work/out" "$1" &&
        [ "$(wc -l <"$work/err")" -eq $([ -n "$2" ] && echo 1 || echo 0) ] && grep -qF -- "$2" <<<"$tap_output"
}

# ---- a byte anywhere ----
# Changes one bit of a file, behind the head of a segment: without its head a segment still gives all
# its results, so that a resume has nothing to tell (test_result_store does that).
flip() {
    local size at byte head=0 end=0
    [[ $1 == *.bin ]] && head=24
    [[ $1 == *.json ]] && end=1 # the end of the line means nothing
    size=$(stat -c %s "$1")
    random $((size - head - end)) && at=$((head + number))
    byte=$(od -An -tu1 -j $at -N 1 "$1")
    random 8
    printf "\\x$(printf %x $((byte ^ (1 << number))))" |
        dd of="$1" bs=1 seek=$at conv=notrunc status=none
    where=${1##*/}:$at
}
for kind in single packed; do
    bad=0 tap_why=
    for _ in $(seq $((60 / share))); do
        fresh $kind
        file=$(find "$work/s/results" -type f | sort | shuf -n 1 --random-source=<(yes $RANDOM))
        flip "$file"
        "$CUPEL" store verify "$work/s" >"$work/verify" 2>&1
        [ $? -eq 2 ] && [ "$(wc -l <"$work/verify")" -ge 2 ] || bad=$((bad + 1)) tap_why="$tap_why $where"
        resumed exact,-share-indicators "computed again" || bad=$((bad + 1)) tap_why="$tap_why $where: resume: $tap_output"
        "$CUPEL" store ls "$work/s" >/dev/null 2>&1 || bad=$((bad + 1)) tap_why="$tap_why $where: ls"
    done
    [ $bad -eq 0 ]
    check "a flipped bit in a result ($kind): verify names it, a resume computes it again"
done
bad=0 tap_why=
for _ in $(seq $((60 / share))); do
    fresh single
    flip "$work/s/checkpoint.json"
    "$CUPEL" store verify "$work/s" >"$work/verify" 2>&1
    [ $? -eq 2 ] || bad=$((bad + 1)) tap_why="$tap_why $where"
    resumed none "rebuilt from 12 stored results" || bad=$((bad + 1)) tap_why="$tap_why $where: $tap_output"
done
[ $bad -eq 0 ]
check "a flipped bit in the checkpoint: found, and rebuilt in one line"

# ---- the checkpoint cut short ----
bad=0 tap_why=
whole=$(stat -c %s "$work/single/checkpoint.json")
for length in $(seq 0 $((share * 2 - 1)) $((whole - 2))); do
    [ -e "$work/s" ] || fresh single
    cp "$work/single/checkpoint.json" "$work/s/checkpoint.json"
    truncate -s "$length" "$work/s/checkpoint.json"
    layers=none
    [ $((length % 3)) -eq 0 ] || layers=exact,-share-indicators
    resumed $layers "rebuilt from 12 stored results" || {
        bad=$((bad + 1)) tap_why="$tap_why at $length of $whole: $tap_output"
        rm -rf "$work/s"
    }
done
[ $bad -eq 0 ]
check "JSON cut at every $((share * 2 - 1))th length of $whole: rebuilt in one line, the same bytes"
for garbage in '' ' ' garbage '[1,2]' '{"r":3}' '{"r":[1]}' '{"r":{"i":1}}' null '{}{}' $'\x01\x02'; do
    fresh packed
    printf %s "$garbage" >"$work/s/checkpoint.json"
    resumed exact,-share-indicators "rebuilt from 12 stored results" && [ -e "$work/s/checkpoint.json.damaged" ] &&
        expect 0 whole "$CUPEL" store verify "$work/s"
    check "'$(tr -cd '[:print:]' <<<"$garbage")' for a checkpoint: rebuilt"
done
fresh packed
rm "$work/s/checkpoint.json"
resumed exact,-share-indicators "missing; rebuilt from 12 stored results"
check "no checkpoint: rebuilt"
fresh single
rm -r "$work/s/results"
resumed exact,-share-indicators "computed again" && expect 0 "whole: 12" "$CUPEL" store verify "$work/s"
check "a checkpoint that names what is not there: said in one line, and run again"
fresh packed
rm "$work/s/results"/*/segment-000002.bin
resumed none "computed again" && expect 0 "whole: 12" "$CUPEL" store verify "$work/s"
check "a segment is gone: said in one line, and run again"

# ---- a database ----
resumed_large() { # LAYERS WORDS
    sweep "${large[@]}" --layers "$1" --store "$work/s" --resume
    told "$work/expected-large" "$2"
}
bad=0 tap_why=
size=$(stat -c %s "$work/large/checkpoint.sqlite")
for try in $(seq $((24 / share))); do
    fresh large
    random "$size"
    [ "$try" -gt 6 ] || number=$(((try - 1) * 1024 + try % 2)) # the header and the first pages
    truncate -s $number "$work/s/checkpoint.sqlite"
    resumed_large exact,-share-indicators "rebuilt from 2120 stored results" ||
        bad=$((bad + 1)) tap_why="$tap_why at $number: $tap_output"
done
[ $bad -eq 0 ]
check "a database cut short at $((24 / share)) lengths: rebuilt in one line, the same bytes"
bad=0 tap_why=
for _ in $(seq $((24 / share))); do
    fresh large
    flip "$work/s/checkpoint.sqlite"
    sweep "${large[@]}" --layers exact,-share-indicators --store "$work/s" --resume
    # Some bytes of a database mean nothing (room that is free); then nothing needs to be said.
    told "$work/expected-large" "rebuilt from 2120 stored results" || told "$work/expected-large" "" ||
        bad=$((bad + 1)) tap_why="$tap_why $where: $(cat "$work/err")"
done
[ $bad -eq 0 ]
check "a flipped bit in a database: never another byte of output"
for beside in -wal -journal -shm; do
    fresh large
    head -c 5000 /dev/urandom >"$work/s/checkpoint.sqlite$beside"
    resumed_large exact,-share-indicators ""
    check "garbage in checkpoint.sqlite$beside: no matter"
done
# A log that a killed run left belongs to its database: what it names is there after the next open.
fresh large
{ CUPEL_IO_FAULT=fsync:24:KILL "$CUPEL" sweep --bundle "$work/b" --symbols SA,SB --param fast=2:21 \
    --param slow=30:50 --quiet --layers exact,-share-indicators --store "$work/s" --resume --csv /dev/null 2>/dev/null; } 2>/dev/null
[ -s "$work/s/checkpoint.sqlite-wal" ] && intact "$work/s"
check "a log that a killed run left is played: all that it names is there"
resumed_large none "" && [ ! -e "$work/s/checkpoint.sqlite" ] && [ ! -e "$work/s/checkpoint.sqlite-wal" ]
check "and a run without the layer takes all over, and leaves nothing of the database"

# ---- two kinds at once ----
fresh large
sweep "${large[@]}" --layers none --store "$work/s" --resume
cp "$work/large/checkpoint.sqlite" "$work/s"
cp -r "$work/s" "$work/both"
expect 0 "whole: 2,120" "$CUPEL" store verify "$work/s"
check "verify takes both kinds together"
for layers in none exact,-share-indicators; do
    fresh both
    resumed_large $layers "" && [ "$(ls "$work/s"/checkpoint.* | wc -l)" -eq 1 ] &&
        expect 0 "whole: 2,120" "$CUPEL" store verify "$work/s"
    check "both kinds, layers $layers: one is left, nothing is said, the same bytes"
    for kind in json sqlite; do
        fresh both
        truncate -s 3000 "$work/s/checkpoint.$kind"
        resumed_large $layers "rebuilt from 2120 stored results" &&
            [ "$(ls "$work/s"/checkpoint.json "$work/s"/checkpoint.sqlite 2>/dev/null | wc -l)" -eq 1 ]
        check "both kinds, the $kind one damaged, layers $layers: rebuilt in one line"
    done
    fresh both
    truncate -s 3000 "$work/s/checkpoint.json" "$work/s/checkpoint.sqlite"
    sweep "${large[@]}" --layers $layers --store "$work/s" --resume
    [ $status -eq 0 ] && cmp -s "$work/out" "$work/expected-large" && [ "$(wc -l <"$work/err")" -eq 2 ]
    check "both damaged, layers $layers: a line for each"
done

# ---- the other files ----
fresh packed
truncate -s 40 "$work/s/stamps.json"
expect 2 "stamps.json" "$CUPEL" store verify "$work/s" && resumed exact,-share-indicators "" &&
    expect 0 whole "$CUPEL" store verify "$work/s"
check "stamps.json cut short: named, and begun again by the next run"

# ---- what a resume has healed ----
put_byte() { printf "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none; }
segment() { echo "$work/s/results"/*/segment-000001.bin; }
fresh packed && put_byte "$(segment)" 25 X # of the first record's mark
expect 2 "named, but not to be had" "$CUPEL" store verify "$work/s" && resumed exact "computed again" &&
    expect 0 "healed: 1 damaged in segments" "$CUPEL" store verify "$work/s" &&
    [[ $(tail -1 <<<"$tap_output") == *": whole: 12 results"* ]]
check "a record that nobody can name any more: a problem, until its result is stored again"
cp -r "$work/s" "$work/again"
put_byte "$(segment)" 3 X # of the file's head
expect 2 "damaged, and no entry of the checkpoint needs it" "$CUPEL" store verify "$work/s"
check "a damaged head of a segment, which nobody heals, stays a problem"
rm -rf "$work/s" && mv "$work/again" "$work/s"
rm "$(echo "$work/s/results"/*/segment-000004.bin)"
expect 2 "named, but not to be had" "$CUPEL" store verify "$work/s" && [[ $tap_output != *healed* ]]
check "and what is not stored again is not healed"
fresh packed && truncate -s 100 "$(segment)"
resumed exact "computed again" && expect 0 "healed: " "$CUPEL" store verify "$work/s"
check "a segment cut short: healed"
"$CUPEL" store gc "$work/s" --yes >/dev/null && "$CUPEL" store gc "$work/s" --yes >/dev/null
expect 0 ": whole: 12" "$CUPEL" store verify "$work/s" && [[ $tap_output != *healed* && $tap_output != *aside* ]]
check "and gone after gc"
fresh single && put_byte "$(find "$work/s/results" -type f | sort | head -1)" 50 X
resumed exact "computed again" && expect 0 "kept aside: 1 damaged files" "$CUPEL" store verify "$work/s" &&
    [[ $(tail -1 <<<"$tap_output") == *": whole: 12 results"* ]]
check "a file that was kept aside: told, and no problem"

# ---- store.json: restored from stamps.json, a result, or the settings of a resume ----
facts_damage=(missing '' '{' '{}' 'garbage' '[1]' '{"schema":3}' cut edited)
damage_facts() { # KIND
    case $1 in
    missing) rm "$work/s/store.json" ;;
    cut) truncate -s 60 "$work/s/store.json" ;;
    edited) sed -i 's/0.001/0.003/; s/"close"/"next-open"/' "$work/s/store.json" ;;
    *) printf %s "$1" >"$work/s/store.json" ;;
    esac
}
whole() { expect 0 "whole: 12 results" "$CUPEL" store verify "$work/s" && cmp -s "$work/s/store.json" "$work/$1/store.json"; }
for kind in single packed; do
    bad=0 tap_why=
    for damage in "${facts_damage[@]}"; do
        fresh $kind && damage_facts "$damage"
        expect 0 "; restored from $work/s/stamps.json: 12 results fit" "$CUPEL" store rebuild "$work/s" &&
            whole $kind && resumed exact "" || bad=$((bad + 1)) tap_why="$tap_why; '$damage': $tap_output"
        [ "$damage" = missing ] || [ -e "$work/s/store.json.damaged" ] || bad=$((bad + 1))
        [ "$damage" != edited ] || continue
        fresh $kind && damage_facts "$damage"
        resumed none "; restored: 12 stored results fit this run's settings" && whole $kind ||
            bad=$((bad + 1)) tap_why="$tap_why; resume of '$damage': $tap_output"
    done
    [ $bad -eq 0 ]
    check "store.json lost or damaged ($kind): rebuild restores it, and so does a resume"
    fresh $kind && damage_facts edited
    expect 2 "not of sma-cross, fill next-open, fee 0.003" "$CUPEL" store verify "$work/s"
    check "store.json that tells other settings ($kind): verify says that the results are not of them"
    fresh $kind && damage_facts cut && cp -r "$work/s" "$work/before"
    bad=0
    for other in "--fee 0.002" "--fill next-open" "--periods-per-year 365" "--strategy ema-cross" "--symbols SA"; do
        # shellcheck disable=SC2086
        sweep "${grid[@]}" $other --store "$work/s" --resume
        [ $status -eq 2 ] && [ "$(wc -l <"$work/err")" -eq 1 ] && grep -q "not of this run's settings" "$work/err" &&
            diff -r "$work/s" "$work/before" >/dev/null || bad=$((bad + 1)) tap_why="$other: $(cat "$work/err")"
    done
    rm -rf "$work/before"
    [ $bad -eq 0 ]
    check "a resume with other settings ($kind) is refused in one line, and changes nothing"
done
fresh single && rm "$work/s/store.json" "$work/s/stamps.json"
expect 0 "; restored from result " "$CUPEL" store rebuild "$work/s" && whole single
check "stamps.json lost too: single files of results tell"
fresh packed && rm "$work/s/store.json" "$work/s/stamps.json"
expect 2 "neither stamps.json nor a result tells what it held" "$CUPEL" store rebuild "$work/s" &&
    [ "$(wc -l <<<"$tap_output")" -eq 1 ] && [ ! -e "$work/s/store.json" ]
check "segments do not: said in one line"
resumed exact "; restored: 12 stored results fit" && expect 0 "whole: 12" "$CUPEL" store verify "$work/s"
check "and a resume with their settings restores it"
fresh packed && rm "$work/s/stamps.json" && sed -i 's/0.001/0.003/' "$work/s/store.json"
expect 0 "names 12 results" "$CUPEL" store rebuild "$work/s" && grep -q 0.003 "$work/s/store.json"
check "where nobody tells better store.json stays, and the checkpoint is made"
fresh packed && sed -i 's/"schema":[[:space:]]*3/"schema":4/' "$work/s/store.json" && rm "$work/s/stamps.json"
expect 2 "schema: expected 3, found 4" "$CUPEL" store rebuild "$work/s" && grep -q '"schema":4' "$work/s/store.json"
check "a store of another schema is left alone"
fresh packed && sed -i 's/sma-cross/ema-cross/' "$work/s/stamps.json" && rm "$work/s/store.json"
expect 2 "neither stamps.json nor a result tells" "$CUPEL" store rebuild "$work/s"
check "what stamps.json tells is held against the results"
finish
