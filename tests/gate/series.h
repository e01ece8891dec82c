/* A recorded series: the times of two equal sides in the order in which they were measured, pair of
 * processes by pair of processes, turn by turn. What a machine really does, for replays of the gate.
 *
 *     struct series s;
 *     series_read(&s, "tests/data/gate/spin-quiet.csv.gz", e);
 *     ... series_time(&s, pair, turn, 0) / series_time(&s, pair, turn, 1) ...
 *     series_done(&s);
 *
 * The file: gzipped text. A line "# name unit=NS slices=N", then a line a pair: which side was first in
 * each turn, as 0 and 1, then the times in units: side 0 and side 1 of the first turn, of the second, ...
 * Side 0 is the one whose process was started first.
 */
#ifndef CUPEL_TESTS_GATE_SERIES_H
#define CUPEL_TESTS_GATE_SERIES_H

#include "harness/base/err.h"

#include <stdint.h>

enum { SERIES_SLICES_MAX = 32 };

struct series_pair {
    uint8_t first[SERIES_SLICES_MAX];
    float time[SERIES_SLICES_MAX][2];
};

struct series {
    char name[64];
    int slices, count, capacity; /* turns a pair; pairs */
    double unit_ns;
    struct series_pair *pairs;
};

/* Error: names file and line. Owner: the caller, series_done. */
bool series_read(struct series *s, const char *path, struct err *e) MUST_CHECK;
bool series_write(const struct series *s, const char *path, struct err *e) MUST_CHECK;
void series_add(struct series *s, const struct series_pair *pair);
void series_done(struct series *s);

#endif
