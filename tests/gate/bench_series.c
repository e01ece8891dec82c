/* Records the times of two equal sides, for replays of the gate: make gate-series.
 *
 *     bench_series CUPEL CELL PAIRS FILE.csv.gz          e.g. build/release/cupel spin/quiet 400 ...
 */
#include "harness/base/log.h"
#include "harness/base/rng.h"
#include "harness/base/str.h"
#include "harness/run/interrupt.h"
#include "tests/gate/series.h"
#include "tests/gate/trial.h"

#include <stdio.h>
#include <string.h>

/* What a pair's turns were: the last ones of those that were seen, as calibration and warm-up come
 * before. */
struct recorder {
    struct series series;
    int cell;
    long pairs, seen;
    struct {
        int first;
        struct probe_slice slices[SIDES];
    } turns[SERIES_SLICES_MAX];
};

static void keep_turn(void *context, int first, const struct probe_slice slices[SIDES])
{
    struct recorder *r = context;
    long at = r->seen++ % SERIES_SLICES_MAX;
    r->turns[at].first = first;
    memcpy(r->turns[at].slices, slices, sizeof r->turns[at].slices);
}

static float time_of(const struct recorder *r, const struct probe_slice *slice)
{
    return (float)(probe_metrics[trial_cells[r->cell].metric].value(slice) / r->series.unit_ns);
}

/* A kernel that repeats: the pair's turns one by one. Side 0 is the process that was started first. */
static void record_turns(struct recorder *r, const struct cell_pair *pair)
{
    struct series_pair out = {0};
    r->series.slices = pair->slices;
    for (int i = 0; i < pair->slices; i++) {
        long at = (r->seen - pair->slices + i) % SERIES_SLICES_MAX;
        out.first[i] = r->turns[at].first != pair->first;
        for (int side = 0; side < 2; side++)
            out.time[i][side] = time_of(r, &r->turns[at].slices[side ^ pair->first]);
    }
    series_add(&r->series, &out);
}

/* Others: only the sums count. */
static void record_sums(struct recorder *r, const struct cell_pair *pair)
{
    struct series_pair out = {0};
    r->series.slices = 1;
    for (int side = 0; side < 2; side++)
        out.time[0][side] = time_of(r, &pair->work[side ^ pair->first]);
    series_add(&r->series, &out);
}

static bool record_pair(void *context, const struct cell_result *so_far)
{
    struct recorder *r = context;
    const struct cell_pair *pair = &so_far->pairs[so_far->count - 1];
    bool by_turns = so_far->cell->base.kernel->cut == KERNEL_REPEAT;
    by_turns ? record_turns(r, pair) : record_sums(r, pair);
    return so_far->count < r->pairs;
}

static bool record(const char *cupel, const char *cell, long pairs, const char *path, struct err *e)
{
    struct recorder r = {.series = {.unit_ns = 100}, .pairs = pairs};
    while (r.cell < TRIAL_CELLS && strcmp(trial_cells[r.cell].name, cell) != 0)
        r.cell++;
    if (r.cell == TRIAL_CELLS)
        return err_input(e, "no cell \"%.60s\"", cell);
    snprintf(r.series.name, sizeof r.series.name, "%s", cell);
    const struct trial_options o = {
        .cupel = cupel, .state = "/var/tmp", .seed = rng_entropy(), .watch = {keep_turn, &r}
    };
    struct trial_pairs p;
    interrupt_watch();
    bool ok =
        trial_measure(&p, r.cell, 0, &o, record_pair, &r, e) && series_write(&r.series, path, e);
    trial_pairs_done(&p);
    series_done(&r.series);
    return ok;
}

int main(int argc, char **argv)
{
    struct err e;
    long pairs;
    if (argc != 5 || !str_to_long(str_of(argv[3]), &pairs) || pairs < 1) {
        log_error("usage: bench_series CUPEL CELL PAIRS FILE.csv.gz");
        return 2;
    }
    if (record(argv[1], argv[2], pairs, argv[4], &e))
        return 0;
    log_error("%s", e.text);
    return err_exit_status(e.code);
}
