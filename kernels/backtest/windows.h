/* Walk-forward windows: the data cut, by bars, into train | validation | test, again and again.
 *
 *     rolling     |train |val|test|                 each window `step` bars later
 *                     |train |val|test|
 *     expanding   |train |val|test|                 train begins at the first bar every time
 *                 |train     |val|test|
 *
 * A bar here is a bar time of the data, whichever symbols have it. Slices share no bar inside a
 * window; tests of neighbours do when step < test. Whatever is kept for a slice must be kept under
 * its dates: names are unique in one list only, and slices of one window share the bundle.
 */
#ifndef CUPEL_BACKTEST_WINDOWS_H
#define CUPEL_BACKTEST_WINDOWS_H

#include "kernels/backtest/ranges.h"

struct bt_window_rule {
    long train, validation, test; /* bars; validation may be 0 */
    long step;                    /* bars; 0: as many as test */
    bool expanding;
};

enum bt_phase { BT_TRAIN, BT_VALIDATION, BT_TEST, BT_PHASES };
extern const char *const bt_phase_names[BT_PHASES]; /* train, validation, test */

/* from, to: times of the first and last bar. Names: w01-train, w01-validation, w01-test. */
struct bt_window {
    struct bt_range phase[BT_PHASES]; /* no name: absent (validation of 0 bars) */
};

/* Every window that fits. Error: names the length that is wrong, or says how many bars a window
 * needs and how many there are. Lives in the arena. */
bool bt_windows_make(struct bt_times times, struct bt_window_rule rule, struct arena *a,
                     const struct bt_window **out, int *count, struct err *e) MUST_CHECK;

static inline bool bt_window_has(const struct bt_window *w, enum bt_phase phase)
{
    return w->phase[phase].name[0] != '\0';
}

#endif
