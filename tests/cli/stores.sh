# For tests of stores, after tests/tap.sh: `. tests/cli/stores.sh`. Makes $work with a small bundle b.
export CUPEL_LAYERS=exact,-share-indicators # a job is one backtest, bytes are compared
# In memory where there is room: a test syncs some thousand files.
if [ -w /dev/shm ]; then work=/dev/shm; else work=${CUPEL_BUILD:-build/release}/tests; fi
work=$(mktemp -d "$work/cupel-stores.XXXXXX")
trap 'rm -rf "$work"' EXIT

# small_bundle DIR SEED: three symbols of 60 bars.
small_bundle() {
    awk -v seed="$2" 'BEGIN {
        srand(seed); print "date,symbol,open,high,low,close,volume"
        for (s = 0; s < 3; s++) {
            p = 100
            for (d = 0; d < 60; d++) {
                p += rand() * 6 - 3
                printf "2020-%02d-%02d,S%c,%.2f,%.2f,%.2f,%.2f,1\n",
                    1 + int(d / 28), 1 + d % 28, 65 + s, p, p + 1, p - 1, p
            }
        }
    }' >"$1.csv"
    "$CUPEL" data import "$1.csv" --out "$1" --replace >/dev/null
}

# sweep WORDS...: over $work/b; leaves $status, $work/out and $work/err.
sweep() {
    { "$CUPEL" sweep --bundle "$work/b" --quiet "$@" >"$work/out" 2>"$work/err"; } 2>/dev/null
    status=$?
}

# The store $1 holds all that its checkpoint names; it may hold more.
intact() {
    local last
    [ -e "$1/store.json" ] || return 0 # it had not begun
    last=$("$CUPEL" store verify "$1" 2>&1 | tee "$work/verify" | tail -1)
    case $last in
    *": whole: "*) return 0 ;;
    *"; "*"; "*) return 1 ;;
    *"; not named: "*) return 0 ;;
    esac
    return 1
}

small_bundle "$work/b" 1
