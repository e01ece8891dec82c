# For tests of results files, after tests/tap.sh: `. tests/cli/records.sh`. They are looked for in $tmp.
#   fake NAME VARIABLE=VALUE...   makes the program $tmp/NAME: tests/cli/fake_worker.py, told so
#   schema_holds [FILE]           every record of it ($tmp/out.jsonl) keeps to results/schema.json
#   holds EXPRESSION              Python's True over $tmp/out.jsonl: `records`, of which `kept` are the comparisons, `r` the
#                                 first of them, `end` the last record; `g` what a gate says, `judged` its metrics by name,
#                                 `asked` what it was to judge
fake() {
    fake_program=$tmp/$1
    shift
    printf '#!/bin/sh\n%s exec /usr/bin/python3 %s/tests/cli/fake_worker.py\n' "$*" "$PWD" >"$fake_program"
    chmod +x "$fake_program"
}

schema_holds() { /usr/bin/python3 tests/result/check_schema.py results/schema.json "${1:-$tmp/out.jsonl}"; }

holds() {
    /usr/bin/python3 - "$tmp/out.jsonl" "$1" <<'EOF'
import json, sys
records = [json.loads(line) for line in open(sys.argv[1])]
kept = [x for x in records if x["record"] == "comparison"]
r, end = next(iter(kept), None), records[-1]
asked = records[0].get("judging")
g = next((x["gate"] for x in records if x.get("gate")), None)
judged = {x["metric"]: x for x in g["judged"]} if g else {}
sys.exit(0 if eval("(" + sys.argv[2] + ")") else 1)
EOF
}
