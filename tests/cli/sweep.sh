# For tests of cupel sweep: `. tests/cli/sweep.sh` after tests/tap.sh. A work folder $work with a
# synthetic bundle $work/b, and
#   sweep OPTIONS...     runs it on that bundle: $status, $work/out, $work/err
#   refuses WORDS        exit 2, one line on standard error that holds the words, no output
#   says WORDS           standard error holds them
#   rows                 lines of the output, its head not counted
work=$(mktemp -d "${CUPEL_BUILD:-build/release}/tests/sweep.XXXXXX")
trap 'rm -rf "$work"' EXIT
"$CUPEL" data synth --preset mag7 --seed 1 --out "$work/b" >/dev/null 2>&1

sweep() {
    "$CUPEL" sweep --bundle "$work/b" "$@" >"$work/out" 2>"$work/err"
    status=$?
    tap_why="status $status: $(head -3 "$work/err")"
}
refuses() {
    [ $status -eq 2 ] && [ "$(wc -l <"$work/err")" -eq 1 ] && grep -qF -- "$1" "$work/err" &&
        [ ! -s "$work/out" ]
}
says() { grep -qF -- "$1" "$work/err"; }
rows() { echo $(($(wc -l <"${1:-$work/out}") - 1)); }
same() { cmp -s "$1" "$2"; }
small=(--symbols AAPL,MSFT --param fast=2:6 --param slow=5:30:5) # 28 combinations
