/* What `cupel profile` leaves, under the names of the day: flame graphs, their folded stacks, timelines of
 * memory, and one results file of all their records.
 *
 *     struct graphs g = {.study = s, .date = "2026-11-21", .scratch = tmp};
 *     for (int i = 0; i < graphs_calls(s); i++)
 *         ... cupel profile ... --layers graphs_layers(i) --out graphs_folder(&g, i, &arena)
 *     graphs_gather(&g, "flame_graphs/profile-micro_2026-11-21.jsonl", &arena, e);
 *
 * The first call profiles both sides of the headline, baseline and optimized; each other one a side with
 * the layers of one group more than the last.
 */
#ifndef CUPEL_CHARACTERISE_GRAPHS_H
#define CUPEL_CHARACTERISE_GRAPHS_H

#include "harness/characterise/study.h"

#define GRAPHS_RESULTS "profile.jsonl" /* in the folder of each call */

struct graphs {
    const struct study *study;
    const char *date;
    const char *scratch; /* where the calls have their folders */
};

int graphs_calls(const struct study *s);
const char *graphs_layers(int call); /* NULL: the headline's two sides */
const char *graphs_folder(const struct graphs *g, int call, struct arena *a);

/* Copies the files beside the results file `path`, which is written whole in the end and whose records name
 * the copies. Error: a record or file that should be there is not. */
bool graphs_gather(const struct graphs *g, const char *path, struct arena *a,
                   struct err *e) MUST_CHECK;

#endif
