#!/usr/bin/python3
"""Checks a report's files against the results file that it was drawn from; prints TAP.

usage: check_page.py RESULTS.jsonl REPORT_DIR
"""
import html.parser
import json
import os
import re
import sys
import xml.dom.minidom

VOID = {"meta", "link", "br", "hr", "img", "input"}


class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.stack, self.faults, self.ids, self.links, self.references = [], [], [], [], []
        self.scripts, self.text, self.figures, self.labels = 0, [], 0, []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        names = [name for name, _ in attributes]
        if len(names) != len(set(names)):
            self.faults.append(f"double attribute in <{tag}>")
        for name, value in attributes:
            if name.startswith("on"):
                self.faults.append(f"event attribute {name}")
            if name == "id":
                self.ids.append(value)
            if name in ("src", "href", "xlink:href", "action"):
                self.links.append(value)
            if name == "aria-labelledby":
                self.references += value.split()
        if tag == "svg":
            self.figures += ("role", "img") in attributes
        self.scripts += tag == "script"
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.stack.pop()

    def handle_endtag(self, tag):
        if not self.stack or self.stack.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing")

    def handle_data(self, data):
        if self.stack and self.stack[-1] not in ("script", "style"):
            self.text.append(data)


number = 0


def check(good, name, detail=""):
    global number
    number += 1
    print(f"{'ok' if good else 'not ok'} {number} - {name}")
    if not good:
        print(f"# {detail}")


def ratio(value):
    return f"{value:.{4 if value < 0.1 else 3 if value < 10 else 1}f}"


def records_of(path):
    records = []
    for line in open(path, encoding="utf-8"):
        if line.endswith("\n"):
            records.append(json.loads(line))
    return records


def figures_of(record):
    """What the page must show of a comparison, worked out from its record here."""
    cpu = record["compare"]["cpu"]
    yield ratio(cpu["ratio"])
    yield f"{ratio(cpu['lower'])}..{ratio(cpu['upper'])}"
    yield f"{cpu['percent']:+.1f} %"
    yield record["verdict"]
    yield ratio(record["compare"]["wall"]["ratio"])
    for side in ("base", "new"):
        for name, value in (record[side]["counts"] or {}).items():
            if "bytes" not in name:
                yield f"{value:,}"
        for outlier in record[side]["metrics"]["cpu"]["outliers"]:
            yield f"pair {outlier['pair']}"


def plain(value):
    """Three digits that count, and all of those before the point."""
    return f"{round(value):,}" if abs(round(value)) >= 1000 else f"{value:.3g}"


def result_row(record, with_net):
    """The row of the result table from the ratio on, as the Markdown holds it; a column of dashes is left out."""
    def both(contrast):
        if not contrast:
            return ["\u2013", "\u2013"]
        return [ratio(contrast["ratio"]),
                f"{ratio(contrast['lower'])}..{ratio(contrast['upper'])}"]
    cpu = record["compare"]["cpu"]
    cells = [*both(cpu), f"{cpu['percent']:+.1f} %", f"{plain(cpu['times'])} x", record["verdict"],
             *(both(record["compare"].get("net")) if with_net else []), str(cpu["pairs"])]
    return "| " + " | ".join(cells) + " |"


def test_rows(record):
    """Rows of the table of all statistics: name, value for CPU time."""
    cpu = record["compare"]["cpu"]
    yield f"| Welch t | {plain(cpu['welch']['t'])} |"
    yield f"| Welch degrees of freedom | {plain(cpu['welch']['df'])} |"
    yield f"| ratio of medians | {ratio(cpu['median_ratio'])} |"
    yield f"| autocorrelation, paired | {plain(cpu['autocorrelation']['paired'])} |"
    yield f"(MDE) | {cpu['mde_percent']:+.1f} % |"
    yield f"| position effect (second / first) | {ratio(cpu['position_effect'])} |"


def flat(text):
    return re.sub(r"\s", " ", text)


def main():
    records, folder = records_of(sys.argv[1]), sys.argv[2]
    source = open(f"{folder}/index.html", encoding="utf-8").read()
    markdown = open(f"{folder}/report.md", encoding="utf-8").read()
    page = Page(source)
    shown = flat("".join(page.text))
    comparisons = [r for r in records if r["record"] == "comparison"]
    scales = {r["scale"] for r in comparisons}

    check(not page.faults and not page.stack, "every tag of the page is closed in order",
          page.faults or page.stack)
    check(len(page.ids) == len(set(page.ids)), "no id stands twice",
          [i for i in page.ids if page.ids.count(i) > 1][:3])
    inside = {f"#{i}" for i in page.ids}
    check(all(link in inside for link in page.links), "every link leads into the page itself",
          [link for link in page.links if link not in inside][:3])
    check(all(name in page.ids for name in page.references), "every label that is named is there")
    check(not re.search(r"url\(|@import|https?:|src=", source), "the page asks for nothing outside")
    check(page.scripts == 1, "the page's own script is the only one", page.scripts)
    check("<script>alert" not in source and "<script>alert" not in markdown,
          "names of tags stay text")
    check(page.figures == len(comparisons) + len(scales),
          "a forest plot for every scale, a sample plot for every comparison", page.figures)

    words = re.compile(r"\b(nan|-?inf|infinity|null|undefined|TODO|XXX)\b", re.IGNORECASE)
    found = words.findall(re.sub(r"\(null\)", "null", shown)) + words.findall(markdown)
    check(not found, "nothing is shown that is no figure and no word", found)

    plain = flat(re.sub(r"\\(.)", r"\1", markdown))
    nets = {s: any(r["compare"].get("net") for r in comparisons if r["scale"] == s) for s in scales}
    for record in comparisons:
        missing = [f for f in figures_of(record) if f not in shown or f not in plain]
        rows = [row for row in (result_row(record, nets[record["scale"]]), *test_rows(record))
                if row not in plain.replace("**", "")]
        check(not rows, f"rows of {record['id']!r} hold the file's figures in their columns", rows)
        check(not missing, f"figures of {record['id']!r} are the file's", missing)
    for record in records:
        if record["record"] in ("skipped", "failed"):
            why = record.get("reason") or record["error"]
            check(flat(record["id"]) in shown and why in shown, f"{record['id']!r} has its reason")
    run = records[0]
    absent = [k for k, v in run["environment"].items()
              if k not in shown or (isinstance(v, str) and v not in shown)]
    check(not absent, "every fact of the environment is there", absent)

    pictures = sorted(f for f in os.listdir(folder) if f.endswith(".svg"))
    linked = re.findall(r"\]\(([^)]*\.svg)\)", markdown)
    check(sorted(linked) == pictures, "the Markdown shows every picture", linked)
    for picture in pictures:
        try:
            svg = xml.dom.minidom.parse(f"{folder}/{picture}").documentElement
            good = svg.getElementsByTagName("title") and svg.getElementsByTagName("desc")
            check(good, f"{picture} is whole and says what it shows")
        except Exception as error:
            check(False, f"{picture} is whole and says what it shows", error)
    rows = [line for line in markdown.split("\n") if line.startswith("|")]
    widths = [len(re.findall(r"(?<!\\)\|", row)) for row in rows]
    tables = re.findall(r"(?:^\|.*\n)+", markdown, re.MULTILINE)
    even = all(len({len(re.findall(r"(?<!\\)\|", r)) for r in t.strip().split("\n")}) == 1
               for t in tables)
    check(even and widths, "every row of a Markdown table has its columns")


main()
