#!/bin/bash
# Attribution, scaling, roofline and profiles in the report, on records whose figures are known. TAP.
set -u
. tests/tap.sh
tmp=$CUPEL_BUILD/tests/tmp/figures
rm -rf "$tmp" && mkdir -p "$tmp"
/usr/bin/python3 tests/data/make_figures.py "$tmp" &&
    /usr/bin/python3 tests/result/check_schema.py results/schema.json "$tmp"/{coalitions,gap,scaling,shared,roofline}.jsonl &&
    { ! grep -q '"profile-pair": {' results/schema.json || /usr/bin/python3 tests/result/check_schema.py results/schema.json "$tmp"/{profile,one}.jsonl; }
check "the files that the report is tested with are valid by results/schema.json"
all_drawn=0
for name in coalitions gap scaling shared roofline profile one; do
    "$CUPEL" report "$tmp/$name.jsonl" --out "$tmp/$name" >"$tmp/$name.out" 2>&1 || { all_drawn=1 && tap_output=$(cat "$tmp/$name.out"); }
done
[ $all_drawn -eq 0 ]
check "reports of all are drawn"

row() { # row REPORT SECTION NAME COLUMN: that cell of the first row that holds the name
    sed -n "/^##* $2\$/,/^## /p" "$tmp/$1/report.md" | grep -F "| $3 |" | head -1 | sed 's/\*\*//g; s/\\//g' | cut -d'|' -f"$4" | sed 's/^ *//; s/ *$//'
}
near() { # near VALUE EXPECTED PERCENT
    tap_output="$1, expected $2"
    awk -v a="$1" -v b="$2" -v p="$3" 'BEGIN { exit !(a != "" && a > b - b * p / 100 && a < b + b * p / 100) }'
}
inside() { # inside LOW..HIGH VALUE
    tap_output="$1, expected to hold $2"
    awk -v r="$1" -v x="$2" 'BEGIN { n = split(r, b, /\.\./); exit !(n == 2 && b[1] <= x && x <= b[2]) }'
}
drawn() { # drawn REPORT KIND WORDS...: the figure is there and has all the words
    local svg word
    svg=$(echo "$tmp/$1/$2"-[0-9]*.svg | cut -d' ' -f1)
    shift 2
    for word; do grep -qF "$word" "$svg" || { tap_output="$svg lacks \"$word\""; return 1; }; done
}

worth='What each group is worth'
near "$(row coalitions "$worth" a 3)" 0.3953 2 && near "$(row coalitions "$worth" b 3)" 0.8944 2 &&
    near "$(row coalitions "$worth" c 3)" 0.7071 2
check "shares of three groups are those worked out by hand"
near "$(row coalitions "$worth" 'all together' 3)" 0.25 2 && inside "$(row coalitions "$worth" a 4)" 0.3953
check "they multiply to the ratio of all, and an interval holds its share"
near "$(row coalitions "$worth" a 6)" 0.5 2 && near "$(row coalitions "$worth" b 8)" 1 2
check "alone and added last stand beside them"
[ "$(row coalitions "$worth" c 6)" = 1.000 ]
check "what cannot be alone is worth what the file says it is worth: nothing"
near "$(row coalitions "$worth" 'a and c' 3)" 0.5 2 &&
    [ "$(row coalitions "$worth" 'a and b' 5)" = 'less: they save the same' ]
check "interactions are told by name, in the right direction"
[ "$(row coalitions "$worth" 'b + c' 3)" = b ] && [ "$(row coalitions "$worth" c 3)" != "" ]
check "coalitions that cannot be are listed with their stand-in"
drawn coalitions waterfall '>base<' '>a<' '>all together<' '× 0.3' 'ratio of the base'
check "the waterfall names its steps and their factors"
grep -q 'Not worked out: the coalition a + b is not in the file' "$tmp/gap/report.md" && ! ls "$tmp"/gap/waterfall* >/dev/null 2>&1
check "a coalition that is missing without a word is no attribution"

law=Workers
near "$(row scaling "$law" 'production, none' 3)" 0.05 30 && near "$(row scaling "$law" 'production, none' 5)" 0.002 30
check "the coefficients of the scalability law are found"
inside "$(row scaling "$law" 'production, none' 4)" 0.05 && inside "$(row scaling "$law" 'production, none' 6)" 0.002
check "their intervals hold them"
near "$(row scaling "$law" 'production, none' 7)" 21.8 15 && row scaling "$law" 'production, none' 12 | grep -q '1 beyond the cores left out'
check "the peak is told, and that 32 workers on 16 cores were left out"
drawn scaling scaling '16 cores' extrapolation 'more workers than cores' 'scalability law' && drawn scaling efficiency percent
check "cores, extrapolation and oversubscribed points are marked"
rings() { cat "$tmp/$1"/scaling-[0-9]*.svg | grep -c "gpPt5' transform"; } # gnuplot's points of type 6
tap_output="$(rings scaling) and $(rings shared) rings"
[ "$(rings scaling)" -eq 1 ] && [ "$(rings shared)" -eq 4 ]
check "as many rings as there are numbers of workers beyond the cores"
row shared "$law" 'production, none' 12 | grep -q 'no forecast' && [ "$(row shared "$law" 'production, none' 9)" = – ]
check "on 2 cores the curve is called no forecast, and none is made"
drawn shared scaling 'no forecast' '2 cores'
check "nor drawn as one"

near "$(row roofline Roofline 'base: none' 4)" 1.5 1 && near "$(row roofline Roofline simd 4)" 16 1
check "operations a second follow from the nanoseconds and the count"
[ "$(row roofline Roofline simd 9)" = yes ] && [ "$(row roofline Roofline events 9)" = nominal ] && near "$(row roofline Roofline simd 6 | tr -d ' %')" 33.3 2
check "what looks at trades only is nominal"
[ "$(row roofline Roofline 'reading from DRAM' 3)" = – ] && [ "$(row roofline Roofline 'reading from L2' 3)" = '96 GB/s' ]
check "ceilings are shown, and a level that was not measured is a dash"
drawn roofline roofline 'L1 190 GB/s' 'AVX2 FMA' 'simd' '(nominal)' 'operations on doubles a byte'
check "the roofline names ceilings and points"

time='Where the time goes'
[ "$(row profile "$time" 'data filtering and grouping' 4)" = '44 %' ] && [ "$(row profile "$time" 'data filtering and grouping' 6)" = '0 %' ]
check "shares of a part before and after"
[ "$(row profile "$time" 'data filtering and grouping' 5)" = '42 %..46 %' ] && near "$(row profile "$time" 'bundle initialisation' 8 | cut -d' ' -f1)" 50.2 1
check "their intervals and the CPU time of one run"
[ "$(row profile "$time" f0 3)" = libc.so.6 ] && [ "$(row profile "$time" f1 3)" = kernels/x.c:11 ] && [ -n "$(row profile "$time" f19 3)" ] && [ -z "$(row profile "$time" f20 3)" ]
check "the first 20 functions with their places"
grep -q 'micro-all.diff.svg' "$tmp/profile/report.md" && grep -q 'micro-none.folded' "$tmp/profile/report.md"
check "files beside the results are named"
mkdir -p "$tmp/pic/in" && cp "$tmp/profile.jsonl" "$tmp/pic/p.jsonl" && touch "$tmp/pic/micro-all.html"
"$CUPEL" report "$tmp/pic/p.jsonl" --out "$tmp/pic/in/out" >/dev/null && grep -q 'href="../../micro-all.html"' "$tmp/pic/in/out/index.html" &&
    grep -q '](../../micro-all.html)' "$tmp/pic/in/out/report.md" && ! grep -q 'href="[^"]*micro-none.folded' "$tmp/pic/in/out/index.html"
check "files of a profile that are there are linked"
drawn profile bottlenecks 'data filtering and gr' '44.0 → 0.0 %' 'share of the samples' && drawn one bottlenecks '44.0 %'
check "bottlenecks are drawn, of one side alone too"
grep -q 'cupel profile scenarios/profile.json' "$tmp/profile/report.md" && head -5 "$tmp/profile/report.md" | grep -q 'micro/all: 2,000 samples'
check "a file of profiles alone has its sentence and its command"

! grep -qwiE 'nan|inf|-inf|null' "$tmp"/*/report.md && ! grep -qE '>-?(nan|inf)<' "$tmp"/*/*.svg
check "nothing is shown that is no figure and no word"
sed 's/"samples": 2000/"samples": 0/' "$tmp/one.jsonl" >"$tmp/empty.jsonl"
expect 2 'samples: expected a number above 0' "$CUPEL" report "$tmp/empty.jsonl" --out "$tmp/empty"
check "a profile without samples is refused by file, record and field"
finish
