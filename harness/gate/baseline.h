/* A stored baseline: what benchmarks counted, took and gave, with the environment, as a committed file
 * (results/baseline.schema.json). Exact metrics are judged against it as numbers; times are shown, and no
 * verdict: stored times are another hour of another machine (ADVISORY).
 *
 *     struct baseline b;
 *     baseline_read(&b, baseline_path(name, arena), e) && baseline_find(&b, id) ...
 *     baseline_done(&b);
 *
 * Measuring: baseline_measure.h; a benchmark of the file from that: baseline_benchmark.h, judged against one:
 * baseline_judge.h.
 */
#ifndef CUPEL_GATE_BASELINE_H
#define CUPEL_GATE_BASELINE_H

#include "harness/base/json.h"
#include "harness/base/opt.h"

#define BASELINE_FOLDER "results/baselines"
enum { BASELINE_SCHEMA = 1 };

/* "SCALE/LAYERS" in the arena. */
const char *baseline_id(const char *scale, const char *layers, struct arena *a);

struct baseline {
    const char *path;
    struct json *document;         /* owned */
    const struct json *benchmarks; /* array */
};

/* "NAME" -> results/baselines/NAME.json; a name with '/' or ".json" is a path. In the arena. */
const char *baseline_path(const char *name, struct arena *a);

/* Error: names file and field. Owner: the caller, baseline_done. */
bool baseline_read(struct baseline *b, const char *path, struct err *e) MUST_CHECK;
void baseline_done(struct baseline *b);
bool baseline_is_meant(const char *path); /* does it say of itself that it is one, good or bad? */
const struct json *baseline_find(const struct baseline *b, const char *id); /* NULL: none */

/* The sets of layers in the order of the file, each once; texts of the document. */
struct opt_texts baseline_sets(const struct baseline *b, struct arena *a);

/* Are today's settings those that are stored? Error: names the setting, exit 2. */
bool baseline_same_work(const struct json *stored, const struct json *settings,
                        struct err *e) MUST_CHECK;
/* Is the market data that of the file? Error: names it, exit 2. */
bool baseline_same_inputs(const struct baseline *b, const struct json *inputs,
                          struct err *e) MUST_CHECK;

#endif
