/* What `cupel profile` leaves, under the names of the day: flame graphs, their folded stacks, timelines of
 * memory, and one results file of their records.
 *
 *     const struct graphs g = {.study = s, .date = "2026-11-21", .scratch = tmp};
 *     ... cupel profile ... --out tmp
 *     graphs_gather(&g, "flame_graphs/profile-micro_2026-11-21.jsonl", &arena, e);
 *
 * Sides go by the names of scenarios/characteristics/README.md: "none" is the baseline, "all" optimized, those
 * between have one group of layers more each.
 */
#ifndef CUPEL_CHARACTERISE_GRAPHS_H
#define CUPEL_CHARACTERISE_GRAPHS_H

#include "harness/characterise/study.h"

#define GRAPHS_RESULTS "profile.jsonl" /* in the folder that it left */

struct graphs {
    const struct study *study;
    const char *date;
    const char *scratch; /* that folder */
};

/* Copies the files beside the results file `path`, which is written whole in the end and whose records name
 * the copies. Error: a side or file that should be there is not. */
bool graphs_gather(const struct graphs *g, const char *path, struct arena *a,
                   struct err *e) MUST_CHECK;

#endif
