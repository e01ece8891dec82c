#!/bin/bash
# Rows of `cupel straddle` held against the same straddles valued in Python: made-up assets of every kind, near
# and far; real LA, CL and NG where their data are, with the day on which CL was below zero.
set -u
. tests/tap.sh
tmp=$CUPEL_BUILD/tests/tmp/cli-straddle-oracle
rm -rf "$tmp" && mkdir -p "$tmp"
if ! "$CUPEL" straddle --help >/dev/null 2>&1; then
    skip "rows as Python's" "no cupel straddle"
    finish
    exit
fi

# agrees WORLD WORDS PATTERN FROM TO [OPTIONS]: the command's rows and states are the oracle's.
agrees() {
    local world=$1 words=$2 pattern=$3 from=$4 to=$5
    shift 5
    rm -f "$tmp/rows.tsv" "$tmp/sum.json"
    expect 0 '' "$CUPEL" straddle "$pattern" "$from" "$to" --world "$world" --quiet --out "$tmp/rows.tsv" \
        --summary "$tmp/sum.json" "$@" || return 1
    [ "${1:-}" = --amt ] && set -- --amt "$2" || set --
    expect 0 "$words" python3 tests/straddle/oracle.py --world "$world" --table "$tmp/rows.tsv" \
        --summary "$tmp/sum.json" "$@" "$pattern" "$from" "$to"
}

"$CUPEL" data straddles --out "$tmp/made-up" --assets 18 --prices blocks,sqlite >/dev/null
agrees "$tmp/made-up" '828 straddles' . 2020 2020
check "a year of assets of every kind, near and far"
agrees "$tmp/made-up" '96 straddles (96 valued)' '^(LA|CL) Comdty$' 2026 2026 --workers 2 --no-memo --store sqlite
check "the last year, two workers, no caches, from SQLite"

grep -q '"OLDS001 US Equity:2008-06:S001 US Equity"' "$tmp/made-up/amt.yaml" &&
    agrees "$tmp/made-up" '48 straddles (48 valued)' '^S001 US' 2008 2008
check "a ticker that is split in June 2008"

# The oracle can tell: one digit of one value, one row less.
agrees "$tmp/made-up" valued '^CL Comdty' 2010 2010
sed -E '40s/\t0\.([0-9]{3})[0-9]/\t0.\11/' "$tmp/rows.tsv" >"$tmp/changed.tsv"
cmp -s "$tmp/rows.tsv" "$tmp/changed.tsv" ||
    expect 1 'expected' python3 tests/straddle/oracle.py --world "$tmp/made-up" --table "$tmp/changed.tsv" '^CL Comdty' 2010 2010
check "a changed value is told"
sed 40d "$tmp/rows.tsv" >"$tmp/changed.tsv"
expect 1 'rows, expected' python3 tests/straddle/oracle.py --world "$tmp/made-up" --table "$tmp/changed.tsv" '^CL Comdty' 2010 2010
check "a missing row is told"

if [ ! -e "$CUPEL_DATA/straddles_all.csv.gz" ]; then
    skip "real LA, CL and NG" "no $CUPEL_DATA/straddles_all.csv.gz: set CUPEL_DATA to the folder of market data"
    finish
    exit
fi
"$CUPEL" data straddles --out "$tmp/real" --real "$CUPEL_DATA" --assets 12 --prices blocks,sqlite >/dev/null
agrees "$tmp/real" '576 straddles (576 valued)' '^(LA|CL|NG) Comdty' 2019 2021
check "real LA, CL and NG, 2019..2021"
agrees "$tmp/real" 'no anchor' '^(CL|NG) Comdty' 2005 2007
check "as the real expiries begin, front months only before 2007"

# The front month of CL is not live: here it is made so.
sed '/^  CL1 Comdty:/,/WeightCap/s/WeightCap:.*/WeightCap: 0.05/' "$tmp/real/amt.yaml" >"$tmp/front.yaml"
agrees "$tmp/real" '48 straddles (48 valued)' '^CL1 ' 2020 2020 --amt "$tmp/front.yaml"
check "the front month of CL through 2020"
grep -q $'\t2020-04-19\t' "$tmp/rows.tsv" && grep -q $'\t2020-04-21\t' "$tmp/rows.tsv" &&
    ! grep -q $'\t2020-04-20\t' "$tmp/rows.tsv" && expect 0 '"not_valued_days":	3' cat "$tmp/sum.json"
check "-37.63 on 2020-04-20: three straddles have no row of that day, and go on"
finish
