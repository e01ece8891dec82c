#!/usr/bin/env bash
# What the documents say: links lead somewhere, commands and options exist, figures are those of the records.
. tests/tap.sh

for what in links "commands $CUPEL" figures; do
    # shellcheck disable=SC2086 # a check and its program
    expect 0 '' /usr/bin/python3 tests/cli/check_docs.py $what
    check "${what%% *} of the documents"
done

expect 0 'data prices import' "$CUPEL" help data
check "help on the first word of several commands lists them"
expect 0 'usage: cupel report FILE' "$CUPEL" help report
check "help on a program beside asks it"
expect 2 'no command "reportx"' "$CUPEL" help reportx
check "help on what is none names it"
expect 0 'cupel report FILE' "$CUPEL" help --man
check "the man page has what stands beside, too"
finish
