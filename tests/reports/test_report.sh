#!/bin/bash
# cupel report from outside: what it writes, what it says, and how it refuses. TAP.
set -u
here=$(cd "$(dirname "$0")" && pwd)
cupel=$(realpath "$CUPEL")
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
n=0

ok() { # ok STATUS NAME
    n=$((n + 1))
    [ "$1" -eq 0 ] && echo "ok $n - $2" || echo "not ok $n - $2"
}

refuses() { # refuses NAME WORDS ARGUMENTS...: exit 2, one line that holds the words
    local name=$1 words=$2 said status
    shift 2
    said=$("$cupel" report "$@" 2>&1 >/dev/null)
    status=$?
    [ $status -eq 2 ] && [[ $said != *$'\n'* ]] && [[ $said == *"$words"* ]]
    ok $? "$name"
    [[ $said == *"$words"* ]] || echo "# status $status: $said"
}

/usr/bin/python3 "$here/../data/make_results.py" "$tmp"/{full,command,incomplete}.jsonl
/usr/bin/python3 - "$here/../../results/schema.json" "$tmp"/{full,command}.jsonl <<'PYTHON'
import json, sys, jsonschema
check = jsonschema.Draft7Validator(json.load(open(sys.argv[1])))
for path in sys.argv[2:]:
    for line in open(path):
        check.validate(json.loads(line))
PYTHON
ok $? "the files that the report is tested with are valid by results/schema.json"

cd "$tmp" || exit 1
for input in full command incomplete; do
    "$cupel" report $input.jsonl --out $input >$input.paths
    ok $? "a report of $input.jsonl is drawn"
    ! xargs ls <$input.paths 2>&1 >/dev/null | grep -q . && [ -s $input/index.html ]
    ok $? "$input: every path that is printed is there"
    /usr/bin/python3 "$here/check_page.py" $input.jsonl $input |
        sed "s/ok [0-9]* - /ok - $input: /" >checks
    while IFS= read -r line; do
        case $line in
        ok*) ok 0 "${line#ok - }" ;;
        not*) ok 1 "${line#not ok - }" ;;
        *) echo "$line" ;;
        esac
    done <checks
    ok $((${PIPESTATUS[0]} + $(grep -c . checks) < 10)) "$input: the page was checked"
done

[ -z "$(find . -name pwned)" ]
ok $? "a name with backquotes runs nothing"
[ -z "$(find . -name '.drawing*' -o -name '*.tmp*')" ]
ok $? "nothing is left over beside the report"
grep -q 'Prices are synthetic: nobody traded at them' full/index.html &&
    grep -q 'Prices are synthetic' full/report.md && ! grep -q synthetic: command/report.md
ok $? "synthetic prices are called so, and only they"
grep -q 'All metrics that were judged' full/report.md && grep -q 'fsyncs.*exact.*PASS.*1,234' full/report.md
ok $? "every metric that a gate judged has a row"
/usr/bin/python3 - full.jsonl gates.jsonl <<'END'
import json, sys
records = [json.loads(line) for line in open(sys.argv[1])]
cells = [r for r in records if r["record"] == "comparison"]
judged = next(r["gate"] for r in cells if r["gate"])
for i, r in enumerate(cells):
    word = ("FAIL", "FAIL", "PASS", "PASS", "PASS")[i]
    r["gate"] = dict(judged, verdict=word, metric="wall" if i == 4 else "cpu", fails=word == "FAIL", **({"provisional": True} if i == 1 else {}))
with open(sys.argv[2], "w") as out:
    for r in records:
        print(json.dumps(r), file=out)
END
"$cupel" report gates.jsonl --out gates >/dev/null && grep -qF 'gate: PASS by wall (1 of 4 comparisons fail)' gates/report.md
ok $? "a headline tells by what the gate decided, and that another comparison fails"
grep -q '^\*\*.*x the wall time of the base' gates/report.md && grep -q '^| Comparison | Wall time, base ' gates/report.md &&
    grep -q '^!\[Wall time, new / base' gates/report.md && grep -q 'wall time (' gates/samples-*.svg
ok $? "headline, table and figures show the clock that decided"
! grep -q 'the wall time of the base\|Wall time, base ' full/report.md
ok $? "CPU time is what they show where nothing else did"
/usr/bin/python3 - command.jsonl bare.jsonl <<'END'
import json, sys
records = [json.loads(line) for line in open(sys.argv[1])]
for r in records:
    if r["record"] == "comparison": # as a gate of commands writes it
        del r["compare"]["net"]
        for side in (r["base"], r["new"]):
            side.update(totals=None, counts=None)
            del side["metrics"]["net"]
with open(sys.argv[2], "w") as out:
    for r in records:
        print(json.dumps(r), file=out)
END
"$cupel" report bare.jsonl --out bare >/dev/null && [ "$(grep -c '^| seed |' bare/report.md)" -eq 1 ] &&
    grep -q '^| Statistic | CPU, base | CPU, new | wall, base | wall, new |$' bare/report.md &&
    ! grep -q '^|.*[Ww]all less queue\|^| Statistic .*Binary\|Timed apart\|What the probes\|^## Counts' bare/report.md
ok $? "a report of commands has no table or column of dashes, and the seed once"
[ "$(grep -cF 'FAIL, to be confirmed' gates/report.md)" -eq 1 ]
ok $? "a FAIL that a second run decides is told apart"
grep -q INCOMPLETE incomplete/index.html && ! grep -q INCOMPLETE full/index.html
ok $? "an incomplete file is called so"
grep -qF "cupel run scenarios/headline.json --set bundle=data/mag7 --seed 42" full/report.md
ok $? "the scenario's command line is given"
# shellcheck disable=SC2016
line=$(sed -n '/^```sh/,/^```$/p' command/report.md | sed -n 2p)
eval "set -- $line"
[ "$2" = gate ] && [ "$3" = --base ] && [ "$4" = "cmd:gzip -1 it's a file.csv" ]
ok $? "a command line to copy is quoted for the shell"

/usr/bin/python3 - command.jsonl asked.jsonl <<'END'
import json, sys
records = [json.loads(line) for line in open(sys.argv[1])]
records[0]["scenario"]["name"] = "zip"
records[0]["judging"] = {"metrics": ["timing", "fsyncs"], "margins": {"cpu": 3, "net": 3, "wall": 5, "fsyncs": 1, "opens": 0}, "cap": 200,
                         "budget": 300, "fail_error": 0.005, "pass_error": 0.05, "policy": "lenient"}
base = next(r for r in records if r["record"] == "comparison")["base"]
base["command"] = ["/bin/sh", "-c", base["label"]]
with open(sys.argv[2], "w") as out:
    for r in records:
        print(json.dumps(r), file=out)
END
"$cupel" report asked.jsonl --out asked >/dev/null
grep -qF -e ' --name zip --shell --metric timing --metric fsyncs --margin 3 --margin wall=5 --margin fsyncs=1 --cap 200 --budget 300 --fail-error 0.005 --pass-error 0.05 --policy lenient --seed 42' asked/report.md
ok $? "the gate's own settings stand in the line to copy"

"$cupel" report full.jsonl command.jsonl --out both >/dev/null &&
    [ "$(grep -c '<svg role' both/index.html)" -eq 9 ]
ok $? "several files make one report"
"$cupel" report full.jsonl --out full --png >again.paths &&
    [ "$(head -c 4 full/forest-1-micro.png | tail -c 3)" = PNG ]
ok $? "a report is replaced, with PNGs when asked"
sed 's/"hostname": "example"/"hostname": "other"/' command.jsonl >other.jsonl
"$cupel" report full.jsonl other.jsonl --out apart >/dev/null &&
    grep -q 'DIFFERENT MACHINES' apart/report.md && ! grep -q 'DIFFERENT MACHINES' both/report.md
ok $? "files of different machines are called so"
"$cupel" report --help | grep -q -- '--out DIR .*required'
ok $? "help names the options"

head -1 full.jsonl >empty.jsonl
echo '{"a": 1}' >foreign.jsonl
echo 'text' >text.jsonl
mkdir bin
printf '#!/bin/sh\necho "bad: terminal unknown" >&2\nexit 1\n' >bin/gnuplot && chmod +x bin/gnuplot
refuses "an absent file is named" "absent.jsonl" absent.jsonl --out x
refuses "a file of another kind is refused" "foreign.jsonl" foreign.jsonl --out x
refuses "a file that is no JSON is refused" "not valid JSON" text.jsonl --out x
refuses "a file without a comparison is refused" "no comparison in it" empty.jsonl --out x
refuses "the folder must be given" "out: missing" full.jsonl
refuses "a file must be given" "usage: cupel report" --out x
refuses "an unknown option is refused" "unknown option --nope" full.jsonl --out x --nope
refuses "a folder that cannot be made is named" "full.jsonl/x" full.jsonl --out full.jsonl/x
PATH=$tmp/bin refuses "gnuplot's own message is shown" "gnuplot: bad: terminal unknown" \
    full.jsonl --out failed
PATH=/nowhere refuses "a missing gnuplot is called so" "gnuplot: not found" full.jsonl --out failed
[ ! -e x ] && [ -z "$(ls -A failed)" ]
ok $? "a refused report leaves no file"
cp full/index.html before.html
CUPEL_IO_FAULT=write:30:ENOSPC "$cupel" report command.jsonl --out full >/dev/null 2>&1
cmp -s before.html full/index.html || grep -q 'gzip' full/index.html
ok $? "a full disk leaves the old page or the new one"
echo "1..$n"
