# For shell tests: `. tests/tap.sh`. Prints TAP; the last line is the plan.
#   expect STATUS WORDS COMMAND...   runs it; true when the status fits and its output holds the words
#   check NAME                       ok or not ok, by the status of the command before
#   finish                           the plan; exit 1 when something failed
#   scratch NAME                     $tmp: a fresh folder of this test; what programs leave goes to its `state` ($TMPDIR)
# Where $tap_log names a file, that output is there too.
tap_n=0 tap_bad=0
tap_output=

expect() {
    tap_status=$1 tap_words=$2
    shift 2
    tap_output=$("$@" 2>&1 </dev/null)
    tap_got=$?
    [ -z "${tap_log:-}" ] || printf '%s\n' "$tap_output" >"$tap_log"
    if [ $tap_got -ne "$tap_status" ]; then
        tap_why="exit $tap_got, expected $tap_status"
        return 1
    fi
    case $tap_output in
    *"$tap_words"*) return 0 ;;
    esac
    tap_why="output lacks \"$tap_words\""
    return 1
}

check() {
    tap_result=$?
    tap_n=$((tap_n + 1))
    if [ $tap_result -eq 0 ]; then
        echo "ok $tap_n - $1"
    else
        tap_bad=$((tap_bad + 1))
        echo "not ok $tap_n - $1"
        printf '%s\n' "${tap_why:-}" "$tap_output" | head -12 | sed 's/^/# /'
    fi
    tap_why= tap_output=
}

skip() {
    tap_n=$((tap_n + 1))
    echo "ok $tap_n - $1 # SKIP $2"
}

finish() {
    echo "1..$tap_n"
    [ $tap_bad -eq 0 ]
}

scratch() {
    tmp=$CUPEL_BUILD/tests/tmp/$1
    export TMPDIR="$PWD/$tmp/state"
    rm -rf "$tmp" && mkdir -p "$tmp/state"
}
