#!/bin/sh
# cupel capture: which code is kept, where, and what is refused.
. tests/tap.sh

tmp=$CUPEL_BUILD/tests/tmp/capture-cli
rm -rf "$tmp"
mkdir -p "$tmp/p/utils" "$tmp/p/sub" "$tmp/home"
tmp=$(cd "$tmp" && pwd -P)
p=$tmp/p base=$tmp/base
touch "$p/setup.py"
printf 'import utils.rsi\nimport numpy\n' >"$p/s.py"
printf 'period = 14\n' >"$p/utils/rsi.py"
chmod 755 "$p/utils/rsi.py"

capture() { "$CUPEL" capture "$@"; }
runs() { ls "$base/backtests" 2>/dev/null | wc -l; }
field() { python3 -c 'import json, sys; print(eval("j" + sys.argv[2], {"j": json.load(open(sys.argv[1]))}))' "$@"; }

expect 0 '1 file, ' capture --entry "$p/s.py" --dry-run --base "$base"
check "a dry run says what would be kept: the entry file"
[ ! -e "$base" ]
check "and makes nothing"

expect 0 'import_analysis, confidence 1' capture --entry "$p/s.py" --mode includes --base "$base" --parameters '{"fast": 5}'
check "a run is kept with what its entry file needs"
id=$(ls "$base/backtests")
cmp -s "$p/utils/rsi.py" "$base/backtests/$id/code/utils/rsi.py" && [ -x "$base/backtests/$id/code/utils/rsi.py" ] &&
    [ ! "$p/s.py" -nt "$base/backtests/$id/code/s.py" ] && [ ! "$p/s.py" -ot "$base/backtests/$id/code/s.py" ]
check "its copies have tree, mode and time"
meta=$base/backtests/$id/metadata/backtest_metadata.json
[ "$(field "$meta" '["parameters"]["fast"]')" = 5 ] && [ "$(field "$meta" '["code_capture"]["mode"]')" = includes ] &&
    [ "$(field "$meta" '["code_capture"]["execution_context"]')" = command ]
check "its metadata tells parameters and mode"

capture --entry "$p/s.py" --mode includes --base "$base" --store content --format json >"$tmp/out.json"
check "a run is kept by content"
id=$(field "$tmp/out.json" '["id"]')
[ "$(field "$tmp/out.json" '["files"][1]["path"]')" = utils/rsi.py ] && [ "$(find "$base/objects" -type f | wc -l)" = 2 ]
check "json tells its files, and each content is stored"
capture --entry "$p/s.py" --base "$base" --store content >/dev/null
[ "$(find "$base/objects" -type f | wc -l)" = 2 ]
check "once"
expect 0 '2 files' "$CUPEL" capture restore "$id" --base "$base" --out "$tmp/back"
check "its files are given back"
diff -r "$tmp/back/utils" "$p/utils" && cmp -s "$tmp/back/s.py" "$p/s.py"
check "as they were"
expect 2 'expected a new or an empty folder' "$CUPEL" capture restore "$id" --base "$base" --out "$tmp/back"
check "not over others"
expect 2 'there is no such run' "$CUPEL" capture restore 20200101_000000_000 --base "$base" --out "$tmp/x"
check "no such run is told"
expect 2 'expected a run as YYYYMMDD' "$CUPEL" capture restore ../x --base "$base" --out "$tmp/x"
check "what cannot be a run is told"

printf 'files:\n  - rsi.py\n  - ../s.py\n  - ../../../etc/passwd\n  - gone.json\n' >"$p/utils/strategy.yaml"
capture --entry "$p/utils/rsi.py" --base "$base" >"$tmp/log" 2>&1 && grep -q 'yaml        utils/strategy.yaml says which files' "$tmp/log"
check "strategy.yaml is above the mode"
grep -q 'warning: .*\.\./\.\./\.\./etc/passwd: leaves the project: left out' "$tmp/log"
check "what leaves the project is refused with a warning"
grep -q 'warning: .*gone.json: is not there: left out' "$tmp/log"
check "what is missing is a warning"
grep -q 'yaml_override, confidence 0.9' "$tmp/log"
check "and what is found is not sure"
expect 0 'utils/strategy.yaml says which files to keep of strategies beside it' capture --entry "$p/s.py" --dry-run
check "strategy.yaml files of the project are told"
odd="$tmp/odd/x$(printf '\033')[2J.py"
mkdir -p "$tmp/odd/.git" "$tmp/odd/strategy.yaml" && : >"$odd"
expect 0 'strategy.yaml is not used' capture --entry "$odd" --dry-run && expect 0 'x?[2J.py' capture --entry "$odd" --dry-run
check "one that is a folder is not used, and names do not steer a terminal"
mkdir -p "$tmp/tab/.git" && : >"$tmp/tab/s.py" && printf 'files:\n\t- s.py\n' >"$tmp/tab/strategy.yaml"
expect 0 'entry_point_given, confidence 0.9' capture --entry "$tmp/tab/s.py" --dry-run
check "nor where the list is broken and the entry file is kept instead"

XDG_DATA_HOME=$tmp/home capture --entry "$p/s.py" >/dev/null && [ -d "$tmp/home/cupel/backtests" ]
check "runs go to the user's data without a base"
expect 2 'as neither XDG_DATA_HOME nor HOME says where' env -u XDG_DATA_HOME -u HOME "$CUPEL" capture --entry "$p/s.py"
check "which has to be known"

n=$(runs)
expect 2 'entry: ' capture --entry "$p/none.py" --base "$base"
check "an entry file that is not there is refused"
expect 2 'entry: ' capture --entry "$p/none.py" --base "$base" --mode off
check "also where nothing is kept"
expect 2 'expected a file' capture --entry "$p" --base "$base"
check "a folder too"
expect 2 'is not in the project' capture --entry "$p/s.py" --root "$p/sub" --base "$base"
check "an entry file outside the root is refused"
expect 2 'root: nowhere: No such file' capture --entry "$p/s.py" --root nowhere --base "$base" && expect 2 's.py: expected a folder' capture --entry "$p/s.py" --root "$p/s.py" --base "$base"
check "and a root that is none, by name"
ln -s /etc/passwd "$p/link.py"
expect 2 'leaves the project' capture --entry "$p/link.py" --base "$base"
check "a link out of the project is refused"
expect 2 'entry: missing, expected FILE' capture --base "$base"
check "an entry file is needed"
expect 2 'mode: expected' capture --entry "$p/s.py" --mode all
check "another mode is refused"
expect 2 'parameters: expected an object' capture --entry "$p/s.py" --base "$base" --parameters '[1]'
check "parameters are an object"
expect 2 'parameters:1' capture --entry "$p/s.py" --base "$base" --parameters '{'
check "and JSON"
expect 2 'nothing.json' capture --entry "$p/s.py" --base "$base" --parameters "@$tmp/nothing.json"
check "of a file that is there"
expect 2 '' capture --entry "$p/s.py" --base "$p/s.py"
check "a base that is a file is refused"
for i in 1 2 3; do
    CUPEL_IO_FAULT=write:$i:ENOSPC capture --entry "$p/s.py" --base "$base" --mode includes >/dev/null 2>"$tmp/err"
    [ $? = 2 ] && grep -q 'no code is kept with this run: .*No space left' "$tmp/err" || break
done
[ "$i" = 3 ] && [ "$(runs)" = "$n" ] && [ -z "$(find "$base" -name '.tmp*')" ]
check "a full disk is told, and leaves no run"
finish
