#!/bin/sh
# What a gate judges, from outside: settings of the scenario and of the command line over them, margins by
# metric, the record of all that was judged. Times are those of scripted workers.
. tests/tap.sh
. tests/cli/records.sh
scratch gate_settings
export CUPEL_CACHE=$PWD/$tmp/cache

fake same FAKE_FACTOR=1
fake slow9 FAKE_FACTOR=1.09
fake waits FAKE_FACTOR=1 FAKE_NET=0.8

# A scenario of the spin kernel with this "gate" object.
scenario() { printf '{"name":"s","kernel":"spin","scales":[{"name":"a"}],"compare":[{}],"gate":%s}\n' "$1" >"$tmp/s.json"; }
gate() {
    rm -f "$tmp/out.jsonl"
    "$CUPEL" gate --scenario "$tmp/s.json" --seed 1 --out "$tmp/out.jsonl" --base "bin:$tmp/same" "$@"
}

scenario '{}'
expect 0 PASS gate --new "bin:$tmp/slow9" && holds '
    list(judged) == ["cpu"] and judged["cpu"]["kind"] == "timing" and judged["cpu"]["unit"] == "ns" and
    judged["cpu"]["margin_percent"] == 10 and not g["fails"] and asked["metrics"] == ["timing"] and
    asked["cap"] == 60 and asked["fail_error"] == 0.005 and 1.08 < judged["cpu"]["upper"] < 1.1 and
    judged["cpu"]["base"] > 0 and judged["cpu"]["detectable_percent"] is not None'
check "compute is judged by CPU time alone, and the record tells all of it"
holds 'end["status"] == 0 and end["verdict"] == "PASS"' && schema_holds
check "the end record tells exit status and verdict"

scenario '{"margins": {"cpu": 5}}'
expect 1 FAIL gate --new "bin:$tmp/slow9" && holds 'g["fails"] and g["margin_percent"] == 5 and end["status"] == 1 and end["verdict"] == "FAIL"'
check "a margin of the scenario"
expect 0 PASS gate --new "bin:$tmp/slow9" --margin 20 && holds 'g["margin_percent"] == 20'
check "the command line is over the scenario"
expect 0 PASS gate --new "bin:$tmp/slow9" --margin wall=1 --margin cpu=20
check "margins by metric, repeated"

scenario '{"metrics": ["cpu", "wall"]}'
expect 1 FAIL gate --new "bin:$tmp/waits" --cap 14 --metric cpu,net &&
    holds 'judged["cpu"]["verdict"] == "PASS" and judged["net"]["verdict"] == "FAIL" and g["metric"] == "net" and g["benchmarks"] == 2'
check "two metrics, each with its verdict; the worse one decides, and the error is divided by two"
expect 0 PASS gate --new "bin:$tmp/same" && holds 'sorted(judged) == ["cpu", "wall"]' && schema_holds
check "the scenario names the metrics"
expect 0 PASS gate --new "bin:$tmp/waits" --metric net --margin net=50 && holds 'list(judged) == ["net"] and judged["net"]["margin_percent"] == 50'
check "a wide margin for a metric that waits"

scenario '{"cap": 10, "policy": "lenient", "fail_error": 0.01, "pass_error": 0.1}'
expect 0 PASS gate --new "bin:$tmp/same" && holds 'g["policy"] == "lenient" and abs(g["pass_error"] - 0.1) < 1e-12 and abs(g["fail_error"] - 0.01) < 1e-12'
check "errors and policy of the scenario"
expect 0 PASS gate --new "bin:$tmp/same" --policy strict --pass-error 0.04 --fail-error 0.002 &&
    holds 'g["policy"] == "strict" and abs(g["pass_error"] - 0.04) < 1e-12 and abs(g["fail_error"] - 0.002) < 1e-12'
check "and of the command line over them"

scenario '{"cap": 5}'
expect 2 's.json: gate: cap: expected a whole number from 10 to 200' gate --new "bin:$tmp/same"
check "a bad setting is named by file, field and range"
scenario '{"margins": {"cpus": 5}}'
expect 2 's.json: gate: margins: cpus: no such field' gate --new "bin:$tmp/same"
check "an unknown metric in margins"
expect 2 'gate: margins: cpus' "$CUPEL" run "$tmp/s.json" --out "$tmp/run.jsonl"
check "cupel run reads them too"
scenario '{}'
expect 2 '--margin: cpu: expected a number from 0.1' gate --new "bin:$tmp/same" --margin 0
check "no margin is none"
expect 2 '--margin: expected PERCENT or METRIC=PERCENT' gate --new "bin:$tmp/same" --margin speed=4
check "a margin of no metric"
expect 2 '--metric: expected timing, exact or a metric' gate --new "bin:$tmp/same" --metric speed
check "a metric that is none"
expect 2 'expected a number from 1e-06 to 0.25' gate --new "bin:$tmp/same" --fail-error 0.3
check "an error rate out of range"
expect 2 'policy: expected one of strict, estimate, lenient' gate --new "bin:$tmp/same" --policy loose
check "a policy that is none"
[ ! -e "$tmp/out.jsonl" ]
check "nothing is written then"
rm -f "$tmp/c.jsonl"
if [ -r /proc/self/schedstat ]; then
    expect 0 'wall less queueing' "$CUPEL" gate --base true --new true --metric net --margin 1000 --out "$tmp/c.jsonl" &&
        grep -q '"base":{"cpu_ns":[0-9]*,"wall_ns":[0-9]*,"delay_ns":[0-9]' "$tmp/c.jsonl"
else
    expect 2 'net is not available' "$CUPEL" gate --base true --new true --metric net --out "$tmp/c.jsonl" &&
        ! grep -q '"delay_ns":[0-9]' "$tmp/c.jsonl"
fi
check "a command is judged by wall less queueing, where this system tells it, and else not"
expect 0 'fsyncs' "$CUPEL" list metrics
check "cupel list metrics"
expect 2 'expected kernels or metrics' "$CUPEL" list things
check "cupel list of what is none"
finish
