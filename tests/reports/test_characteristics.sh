#!/bin/bash
# cupel report --characteristics: every cell of the document against the studies' files, and how it refuses. TAP.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../tap.sh"
cupel=$(realpath "$CUPEL")
make=$here/../data/make_characteristics.py
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1

for mode in whole quick only broken; do
    /usr/bin/python3 "$make" $mode $mode
    expect 0 trace.json "$cupel" report --characteristics $mode
    check "$mode: the document is written"
    /usr/bin/python3 "$here/check_characteristics.py" $mode >checks
    status=$?
    while IFS= read -r line; do
        case $line in
        ok*) true ;;
        not*) tap_output=$(grep -A12 -F "$line" checks) && false ;;
        *) continue ;;
        esac
        check "$mode: ${line#*- }"
    done <checks
    [ $status -eq 0 ] && [ "$(grep -c '^ok' checks)" -gt 15 ]
    check "$mode: the document was checked"
done

/usr/bin/python3 - whole "$here/../../scenarios/characteristics" >absent <<'PYTHON'
import glob, json, os, sys
for path in glob.glob(f"{sys.argv[1]}/*/*.jsonl"):
    study = os.path.basename(path).rsplit("_", 1)[0]
    scenario = f"{sys.argv[2]}/{study}.json"
    if not os.path.exists(scenario):
        scenario = f"{sys.argv[2]}/../{study}.json"
    if not os.path.exists(scenario) or study == "coalitions":
        continue
    plan = json.load(open(scenario))
    scales = [scale["name"] for scale in plan["scales"]]
    measured = {f"{scale}/{c['name']}" for c in plan["compare"] for scale in c.get("scales", scales)}
    for line in open(path):
        record = json.loads(line)
        if record["record"] == "comparison" and record["id"] not in measured:
            print(study, record["id"])
PYTHON
tap_output=$(cat absent)
[ -z "$tap_output" ]
check "every comparison that the document asks for is one of a scenario"
! grep -q 'not measured at this effort' whole/characteristics.md
check "a whole folder leaves nothing unmeasured"
[ "$(grep -c 'not measured at this effort: run --effort normal' quick/characteristics.md)" -gt 20 ]
check "what an effort leaves out says which effort measures it"
[ "$(grep -c 'not measured: left out by --only' only/characteristics.md)" -gt 20 ] && ! grep -q 'run --effort normal' only/characteristics.md
check "what --only left out is told as that"
grep -q '^- Threshold: not measured: left out by --only\.$' only/characteristics.md && grep -q '^- Threshold: a slowdown of more than [0-9.]* % fails$' whole/characteristics.md
check "a sentence without its figure stays one"
grep -q '^- Cores of this machine: [0-9]' only/characteristics.md && ! grep -q 'Cores of this machine: not' only/characteristics.md
check "the cores are told by any study that was measured"
grep -qF 'it failed' broken/characteristics.md || grep -qF 'worker ended by signal 9' broken/characteristics.md
check "a study that failed says why"
grep -qF 'cupel run characteristics/coalitions --pairs 12' broken/characteristics.md &&
    ! grep -q 'Attribution at' broken/characteristics.md
check "a study without a file gives its command and no table"
grep -qF 'no sampler works on this machine' broken/characteristics.md
check "a study that cannot be measured says why"
grep -q 'INCOMPLETE' broken/characteristics.md && ! grep -q INCOMPLETE whole/characteristics.md
check "an incomplete folder is called so"
! grep -qF '</td>' <(grep -o 'signal 9[^.]*' broken/index.html | head -1)
check "a reason with a tag stays text"
grep -q 'flame_graphs/baseline_grid_search_2025-03-02.svg' whole/index.html
check "the flame graphs are linked"

checked() { # FOLDER: the document is drawn, and all of it is right
    expect 0 trace.json "$cupel" report --characteristics "$1" && /usr/bin/python3 "$here/check_characteristics.py" "$1" >checks && ! grep '^not' checks
}
cp -r whole idle && sed -i 's/"history_cache_\(hits\|misses\)": [0-9]*/"history_cache_\1": 0/g' idle/benchmark_results/cumulative_2025-03-02.jsonl
checked idle && [ "$(grep -c 'it left all accesses alone' idle/characteristics.md)" = 2 ] && ! grep -q 'history_cache.*holds no' idle/characteristics.md
check "a history cache that left all accesses alone has no hit rate, and that is said"
cp -r whole coarse && sed -i 's/"runs": 12/"runs": 900/' coarse/flame_graphs/profile-micro_2025-03-02.jsonl
checked coarse && grep -q 'fewer than twenty samples.*: none, .*all' coarse/characteristics.md && ! grep -q 'twenty samples' whole/characteristics.md
check "shares of runs that were hardly sampled are not to be believed, and that is said"
cp -r whole contrary && /usr/bin/python3 - contrary/benchmark_results/cumulative_2025-03-02.jsonl <<'PYTHON'
import json, sys
records = [json.loads(line) for line in open(sys.argv[1])]
for r in records:
    if r.get("id") == "micro/layer1" and r["record"] == "comparison":
        r["new"]["metrics"]["cpu"]["median"] = 1.1 * r["base"]["metrics"]["cpu"]["median"]
open(sys.argv[1], "w").write("".join(json.dumps(r) + "\n" for r in records))
PYTHON
checked contrary && grep -q '^Layer 1: the two medians go the other way' contrary/characteristics.md && ! grep -q 'two medians go' whole/characteristics.md
check "medians that go another way than the pairs are pointed at"
cp -r whole cut && sed -i '$d' cut/benchmark_results/cumulative_2025-03-02.jsonl && sed -i '$d' cut/benchmark_results/cumulative_2025-03-02.jsonl
expect 0 trace.json "$cupel" report --characteristics cut && grep -q 'is cut short: its last record' cut/characteristics.md &&
    grep -q INCOMPLETE cut/characteristics.md && ! grep -q 'not measured at this effort' cut/characteristics.md
check "a study whose file is cut short is told as that"

expect 0 other/trace.json "$cupel" report --characteristics whole --out other && [ -s other/index.html ]
check "another folder may be given"
mkdir empty
expect 2 'empty/manifest.json' "$cupel" report --characteristics empty
check "a folder without a manifest is refused by name"
expect 2 'expected no other file' "$cupel" report --characteristics whole whole/benchmark_results/scaling_2025-03-02.jsonl
check "files beside it are refused"
cp -r whole bad && sed -i 's/"ratio": [0-9.e-]*/"ratio": "fast"/' bad/benchmark_results/storage_2025-03-02.jsonl
rm -f bad/characteristics.md bad/index.html bad/trace.json
expect 2 'compare.cpu.ratio: expected' "$cupel" report --characteristics bad
check "a damaged record is refused, with file and field"
[ ! -e bad/index.html ] && [ ! -e bad/trace.json ]
check "and nothing is written"
sed 's/"schema": 1/"schema": 9/' whole/manifest.json >bad/manifest.json
expect 2 'schema: expected' "$cupel" report --characteristics bad
check "a manifest of another schema is refused"
finish
