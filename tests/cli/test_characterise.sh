#!/bin/sh
# cupel characterise, with a stand-in for the cupel that measures: what is measured, gone on with, refused;
# in the end one study for true.
. tests/tap.sh
tmp=$PWD/$CUPEL_BUILD/tests/tmp/characterise
rm -rf "$tmp" && mkdir -p "$tmp/bin" "$tmp/state"
export TMPDIR=$tmp/state FAKE_LOG=$tmp/log
printf '#!/bin/sh\nexec /usr/bin/python3 "%s/tests/characterise/fake_cupel.py" "$@"\n' "$PWD" >"$tmp/bin/cupel"
printf '#!/bin/sh\necho "report of: $*"\nexit ${FAKE_REPORT:-0}\n' >"$tmp/bin/cupel-report"
chmod +x "$tmp/bin/cupel" "$tmp/bin/cupel-report"
dir=$tmp/out

characterise() { "$CUPEL" characterise --cupel "$tmp/bin/cupel" --effort quick "$@"; }
# A manifest that python looks at as m, its studies by id as s.
manifest() {
    /usr/bin/python3 - "$1" "$2" <<'EOF'
import json, sys
m = json.load(open(sys.argv[1] + "/manifest.json"))
s = {e["id"]: e for e in m["studies"]}
sys.exit(0 if eval("(" + sys.argv[2] + ")") else 1)
EOF
}
calls() { grep -c -E " (run|profile) " "$tmp/log"; }
forget() { rm -f "$tmp/log" && : >"$tmp/log"; }

# ---- a whole campaign ----
forget
expect 0 "report of: --characteristics $dir" characterise --out "$dir" --date 2026-11-21
check "everything is measured, and the document made of it"
manifest "$dir" 'm["complete"] and m["schema"] == 1 and m["effort"] == "quick" and m["commit"] == "abc123" and len(s) == 27'
check "the manifest says so"
manifest "$dir" 'all(e["state"] == "complete" and e["title"] and e["seconds"] >= 0 and e["reason"] == "" for e in s.values())'
check "of every study"
manifest "$dir" 's["cumulative"]["command"] == "cupel run characteristics/cumulative --pairs 10 --scale micro --out '"$dir"'/benchmark_results/cumulative_2026-11-21.jsonl"'
check "with the command that measures it again"
ok=true
for file in benchmark_results/layer1_asset-list benchmark_results/layer3_scaling benchmark_results/coalitions \
    flame_graphs/profile-micro memory_profiles/timeline; do
    tail -n 1 "$dir/${file}_2026-11-21.jsonl" | grep -q '"complete":.*true' || ok=false
done
$ok
check "results files have the names of their studies and the day"
ok=true
for name in baseline layer1 layer2 layer3 phase6b optimized; do
    [ -s "$dir/flame_graphs/${name}_grid_search_2026-11-21.svg" ] && [ -s "$dir/flame_graphs/${name}_grid_search_2026-11-21.folded" ] || ok=false
done
$ok && [ -s "$dir/flame_graphs/comparison_2026-11-21.html" ] && [ -s "$dir/flame_graphs/optimized_grid_search_micro_2026-11-21.svg" ]
check "flame graphs have the names of their layers"
[ -s "$dir/memory_profiles/baseline_2026-11-21.dat" ] && [ -s "$dir/memory_profiles/optimized_2026-11-21.dat" ]
check "timelines too"
[ -z "$(find "$dir" -name '*.tmp*')" ] && [ "$(ls "$dir" | tr '\n' ' ')" = "benchmark_results flame_graphs manifest.json memory_profiles statistical_analysis " ]
check "nothing else is left there"
/usr/bin/python3 - "$dir/statistical_analysis" <<'EOF'
import csv, sys
bands = list(csv.DictReader(open(sys.argv[1] + "/confidence_intervals_2026-11-21.csv", newline="")))
tests = list(csv.DictReader(open(sys.argv[1] + "/significance_tests_2026-11-21.csv", newline="")))
row = next(r for r in bands if r["study"] == "scaling" and r["metric"] == "cpu")
test = next(r for r in tests if r["study"] == "scaling" and r["metric"] == "wall")
ok = (len(bands) == len(tests) == 2 * 24 and (row["base_lower"], row["base_upper"]) == ("20", "90")
      and (row["new_lower"], row["new_upper"]) == ("2", "9") and float(row["ratio"]) == 0.1
      and float(test["welch_p"]) == 0.0006 and test["verdict"] == "no difference proven" and test["significant"] == "yes")
sys.exit(0 if ok else 1)
EOF
check "the statistics are CSV, a row a comparison and metric"

# ---- going on ----
forget
expect 0 'done before' characterise --out "$dir" && [ "$(calls)" -eq 0 ]
check "what is there and whole is not measured again"
file=$dir/benchmark_results/memory_2026-11-21.jsonl
sed -i '$d' "$file"
expect 0 '' characterise --out "$dir" && [ "$(calls)" -eq 1 ] && grep -q ' run characteristics/memory ' "$tmp/log" && grep -q '"complete": true' "$file"
check "what is not whole any more is measured anew"
forget
/usr/bin/python3 - "$dir/manifest.json" <<'EOF'
import json, sys
m = json.load(open(sys.argv[1]))
m.update(complete=False, studies=[e for e in m["studies"] if e["id"] != "scaling"])
json.dump(m, open(sys.argv[1], "w"))
EOF
expect 0 '' characterise --out "$dir" && [ "$(calls)" -eq 0 ] && manifest "$dir" 'm["complete"] and s["scaling"]["seconds"] == 0.5 and s["scaling"]["command"].startswith("cupel run characteristics/scaling ")'
check "what was whole before it could be noted is taken up"

# ---- measured otherwise ----
forget
FAKE_COMMIT=def456 expect 2 'measured with build abc123, not def456' characterise --out "$dir"
check "another build is refused"
expect 2 'measured with effort quick, not full' "$CUPEL" characterise --cupel "$tmp/bin/cupel" --effort full --out "$dir"
check "another effort, too"
expect 2 'not 2026-11-22' characterise --out "$dir" --date 2026-11-22
check "and another day"
[ "$(calls)" -eq 0 ] && manifest "$dir" 'm["complete"]'
check "nothing was lost by it"
FAKE_COMMIT=def456 expect 0 'out.before-1' characterise --out "$dir" --again --only scaling,memory && manifest "$dir" 'sorted(s) == ["memory", "scaling"] and m["commit"] == "def456" and not m["complete"] and len(m["left_out"]) == 25 and "file" in m["left_out"][0]' && manifest "$dir.before-1" '"left_out" not in m and m["complete"]'
check "--again starts anew, what was there is kept"

# ---- studies that fail ----
dir=$tmp/failing
FAKE_FAIL=memory,profile FAKE_SKIP=scaling FAKE_TORN=storage expect 1 '4 of 27 studies failed: profile-micro, profile-production, memory, storage' characterise --out "$dir" --date 2026-11-21
told=$? said=$tap_output
[ $told -eq 0 ]
check "studies that fail are told, exit 1"
case $said in *'report of:'*) ;; *) false ;; esac
check "the document is made all the same"
manifest "$dir" 'not m["complete"] and s["memory"]["state"] == "failed" and s["memory"]["reason"] == "exit status 1: micro/all: results differ" and len(s) == 27'
check "the manifest has the reason, and all others"
manifest "$dir" 's["storage"]["state"] == "failed" and s["storage"]["reason"] == "left a results file without its end"'
check "a results file without its end is a failure"
manifest "$dir" 's["scaling"]["state"] == "not-measurable" and s["scaling"]["reason"] == "needs 16 cores"'
check "what cannot be measured here is none"
forget
expect 0 '' characterise --out "$dir" && [ "$(calls)" -eq 4 ] && manifest "$dir" 'm["complete"] and s["scaling"]["state"] == "not-measurable"'
check "running it again tries them again"
cat >"$tmp/bin/other" <<'EOF'
#!/bin/sh
[ "$1" = --version ] && exec "$(dirname "$0")/cupel" --version
FAKE_COMMIT=rebuilt exec "$(dirname "$0")/cupel" "$@"
EOF
chmod +x "$tmp/bin/other"
expect 1 '1 of 1 studies failed' "$CUPEL" characterise --cupel "$tmp/bin/other" --effort quick --out "$tmp/rebuilt" --only memory && manifest "$tmp/rebuilt" '"measured by build rebuilt, not abc123" in s["memory"]["reason"]'
check "a program that was built anew meanwhile is noticed"

# ---- interrupted ----
dir=$tmp/interrupted
forget
some=asset-list,pre-group,array-path,history-tiers
FAKE_HANG=array-path "$CUPEL" characterise --cupel "$tmp/bin/cupel" --effort quick --out "$dir" --only $some >"$tmp/said" 2>&1 &
pid=$!
for _ in $(seq 300); do
    grep -q ' run characteristics/array-path ' "$tmp/log" && break
    sleep 0.1
done
expect 2 'another cupel characterise is at work there' characterise --out "$dir"
check "two at once are refused"
child=$(sed -n 's/ run characteristics.array-path .*//p' "$tmp/log" | head -n 1)
kill -s INT $pid
wait $pid
status=$?
[ $status -eq 130 ] && grep -q 'running it again goes on' "$tmp/said"
check "an interrupted campaign ends with 130"
[ -n "$child" ] && ! kill -0 "$child" 2>/dev/null
check "what it was measuring has ended"
manifest "$dir" 'not m["complete"] and sorted(s) == ["asset-list", "pre-group"]' && [ ! -e "$dir/statistical_analysis" ]
check "the manifest has what was measured, and is incomplete"
forget
expect 0 '' characterise --out "$dir" --only $some && [ "$(calls)" -eq 2 ] && grep -q ' run characteristics/array-path ' "$tmp/log" && manifest "$dir" 'len(s) == 4 and all(e["state"] == "complete" for e in s.values())'
check "running it again goes on"

# ---- options ----
forget
odd="$tmp/a b;\$(touch pwned) 'q' \"\\"
expect 0 "$odd" characterise --out "$odd" --only grid-search,timeline && [ -s "$odd"/memory_profiles/timeline_*.jsonl ] && [ ! -e pwned ]
check "a folder may have any name"
expect 2 '--only: expected one of asset-list, ' characterise --only asset-list,nothing
check "an unknown study is refused"
expect 2 '--set: expected bundle=DIR, found "workers=2"' characterise --set workers=2
check "settings that would ask another question are refused"
expect 2 'no bundle there' characterise --set "bundle=$tmp/bin"
check "a bundle that is none is refused"
forget
mkdir "$tmp/bundle" && : >"$tmp/bundle/manifest.json"
expect 0 'results: ' characterise --set "bundle=$tmp/bundle" --out "$tmp/own" --only asset-list,memory,profile-micro --no-report
said=$tap_output
[ "$(grep -c -- "--set bundle=$tmp/bundle" "$tmp/log")" -eq 2 ] && ! grep 'characteristics/asset-list' "$tmp/log" | grep -q -- --set
check "your own bundle goes to the studies that it fits"
case $said in *'report of'*) false ;; esac
check "--no-report makes no document"
expect 2 'measured with other --set' characterise --out "$tmp/own"
check "and their results are not mixed with others"
FAKE_REPORT=3 expect 2 'cupel-report ended with exit status 3' characterise --out "$tmp/own2" --only memory
check "a document that cannot be made is exit 2"
expect 2 'expected a cupel, whose --version tells its build' "$CUPEL" characterise --cupel /bin/true
check "a program that is no cupel is refused"
expect 0 'state-dir /dev/shm' sh -c "'$CUPEL' characterise --cupel '$tmp/bin/cupel' --effort quick --out '$tmp/shm' --only memory --state-dir /dev/shm && cat '$tmp/log'"
check "--state-dir is handed on"
expect 0 'Scaling efficiency' "$CUPEL" characterise --list
check "--list tells the studies and their times"

# ---- for true ----
expect 0 'asset-list  complete' "$CUPEL" characterise --effort quick --only asset-list --out "$tmp/true" --no-report --state-dir "$tmp/state"
manifest "$tmp/true" 's["asset-list"]["state"] == "complete" and s["asset-list"]["seconds"] > 0' && /usr/bin/python3 tests/result/check_schema.py results/schema.json "$tmp"/true/benchmark_results/*.jsonl
check "a true study keeps to the schema"
grep -q '^asset-list,cached/asset-cache,asset-cache,cached,cpu,ns,10,' "$tmp"/true/statistical_analysis/confidence_intervals_*.csv
check "and stands in the statistics"
finish
