#!/bin/sh
# Every exporter against what reads it: made cases, random ones, and results files of the repository.
cases=$CUPEL_BUILD/tests/tmp/export-cases
rm -rf "$cases" && mkdir -p "$cases"
/usr/bin/python3 tests/export/make_cases.py "$cases" || exit 1
exec /usr/bin/python3 tests/export/check_exports.py "$CUPEL" "$cases" results/kernel/w1.jsonl results/headline/headline.jsonl
