#include "kernels/backtest/windows.h"

#include <limits.h>
#include <stdio.h>

const char *const bt_phase_names[BT_PHASES] = {"train", "validation", "test"};

/* Bars [from, to) of window number `at`, as times; 0 bars: nothing. */
static struct bt_range slice(struct bt_times times, long from, long to, int at, enum bt_phase phase)
{
    struct bt_range r = {.name = ""};
    if (from == to)
        return r;
    r.from = times.v[from];
    r.to = times.v[to - 1];
    snprintf(r.name, sizeof r.name, "w%02d-%s", at + 1, bt_phase_names[phase]);
    return r;
}

static bool check_rule(const struct bt_window_rule *r, struct err *e)
{
    const struct {
        const char *name;
        long bars, least;
    } rows[] = {
        {"train",      r->train,      1},
        {"validation", r->validation, 0},
        {"test",       r->test,       1},
        {"step",       r->step,       0},
    };
    for (int i = 0; i < 4; i++)
        if (rows[i].bars < rows[i].least || rows[i].bars > INT_MAX)
            return err_input(e, "walk-forward: %s: expected from %ld to %d bars, found %ld",
                             rows[i].name, rows[i].least, INT_MAX, rows[i].bars);
    return true;
}

bool bt_windows_make(struct bt_times times, struct bt_window_rule rule, struct arena *a,
                     const struct bt_window **out, int *count, struct err *e)
{
    if (!check_rule(&rule, e))
        return false;
    long step = rule.step ? rule.step : rule.test;
    long all = rule.train + rule.validation + rule.test;
    if (times.n < all)
        return err_input(
            e,
            "walk-forward: expected at least %ld bars (train %ld, validation %ld, test "
            "%ld), the data has %ld",
            all, rule.train, rule.validation, rule.test, times.n);
    int n = (int)((times.n - all) / step) + 1;
    struct bt_window *w = ARENA_NEW(a, struct bt_window, n);
    for (int i = 0; i < n; i++) {
        long start = i * step, trained = start + rule.train, seen = trained + rule.validation;
        w[i].phase[BT_TRAIN] = slice(times, rule.expanding ? 0 : start, trained, i, BT_TRAIN);
        w[i].phase[BT_VALIDATION] = slice(times, trained, seen, i, BT_VALIDATION);
        w[i].phase[BT_TEST] = slice(times, seen, seen + rule.test, i, BT_TEST);
    }
    *out = w;
    *count = n;
    return true;
}
