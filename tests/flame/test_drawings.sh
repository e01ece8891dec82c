#!/bin/bash
# Pictures, pages and files for other tools, read by programs that are not cupel. TAP.
set -u
. tests/tap.sh
tmp=$CUPEL_BUILD/tests/tmp/drawings
rm -rf "$tmp" && mkdir -p "$tmp"
expect 0 '' "$CUPEL_BUILD/tests/flame/test_drawings" --draw "$tmp"
check "pictures are drawn: a profile's, differences, odd names, 512 deep, 100,000 stacks"

for name in graph icicle diff reverse odd empty deep wide; do
    expect 0 '' xmllint --noout "$tmp/$name.svg"
    check "$name.svg is well-formed"
done
count() { xmllint --xpath "count(//*[$2])" "$tmp/$1" 2>/dev/null; }
tap_output="$(count odd.svg "local-name()='script'")"
[ "$tap_output" = 1 ]
check "a name or title that is a <script> makes no element"
tap_output="$(count deep.svg "@role='treeitem'")"
[ "$tap_output" = 513 ]
check "the deepest stack is drawn whole"
tap_output="$(wc -c <"$tmp/wide.svg")"
[ "$tap_output" -lt 3000000 ]
check "100,000 stacks make no picture of many megabytes"
tap_output="$(grep -ohE '(src|href|url\()[^ ]*(https?:|//)[^ ]*' "$tmp"/*.svg "$tmp"/*.html | head -3)"
[ -z "$tap_output" ]
check "no picture and no page asks for anything from outside"
tap_output="$(grep -ohE ' id="[^"]*"' "$tmp/inline.html" "$tmp/page.html" | sort | uniq -d)"
[ -z "$tap_output" ]
check "no id stands twice on a page"

cat >"$tmp/page.py" <<'PY'
import html.parser, sys
VOID = {"meta", "br", "input"}
class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.scripts = [], 0
    def handle_starttag(self, tag, attributes):
        self.scripts += tag == "script"
        if tag not in VOID:
            self.open.append(tag)
    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, (tag, self.open[-3:], self.getpos())
        self.open.pop()
for path in sys.argv[1:]:
    page = Page()
    page.feed(open(path, encoding="utf-8").read())
    assert not page.open and page.scripts == 1, (path, page.open, page.scripts)
PY
expect 0 '' /usr/bin/python3 "$tmp/page.py" "$tmp/page.html" "$tmp/odd.html" "$tmp/inline.html"
check "elements of pages are closed in order, with one script"

if command -v node >/dev/null; then
    cat harness/flame/flame_view.js harness/flame/flame.js harness/flame/flame_page.js >"$tmp/all.js"
    expect 0 '' node --check "$tmp/all.js"
    check "scripts parse"
else
    skip "scripts parse" "no node"
fi

expect 0 '' /usr/bin/python3 -c '
import json, sys
folded = [line.rsplit(" ", 1) for line in open(sys.argv[1]).read().splitlines()]
profile = json.load(open(sys.argv[2]))
names = [frame["name"] for frame in profile["shared"]["frames"]]
one = profile["profiles"][0]
again = [[";".join(names[i] for i in stack), str(weight)] for stack, weight in zip(one["samples"], one["weights"])]
assert again == folded, "the stacks differ"
assert sum(one["weights"]) == one["endValue"]
' "$tmp/profile.folded" "$tmp/profile.speedscope.json"
check "speedscope's file holds the folded stacks"

if command -v protoc >/dev/null; then
    gzip -dc "$tmp/profile.pb.gz" >"$tmp/profile.pb" &&
        protoc --decode=perftools.profiles.Profile -I tests/flame profile.proto <"$tmp/profile.pb" >"$tmp/profile.txt"
    expect 0 '' test -s "$tmp/profile.txt"
    check "protoc decodes pprof's file"
    tap_output="$(grep -cE '^sample \{' "$tmp/profile.txt"), $(grep -cE '^[0-9]+:' "$tmp/profile.txt") unknown"
    [ "$tap_output" = "$(wc -l <"$tmp/profile.folded"), 0 unknown" ]
    check "with a sample for each stack and no unknown field"
else
    skip "protoc decodes pprof's file" "no protoc"
fi
finish
