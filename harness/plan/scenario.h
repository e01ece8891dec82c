/* A scenario: what is compared with what, at which scales. One JSON file, every field an option
 * row (scenario_rows.h), so that names, kinds and ranges are checked and errors name the field.
 *
 *     {"name": "micro-grid", "kernel": "backtest", "pairs": 10,
 *      "settings": {"bundle": "synth:mag7:1"},
 *      "scales":  [{"name": "micro", "settings": {"param": ["fast=5:25:5", "slow=30:70:10"]}}],
 *      "compare": [{"new": {"layers": "all"}}, {"expand": "each-alone"}],
 *      "gate":    {"metrics": ["timing", "fsyncs"], "margins": {"cpu": 5}},
 *      "expect":  [{"scale": "micro", "digest": "9f..."}]}
 *
 * "expand" makes a cell a layer; with "of" of these layers only, over those of the base:
 *
 *     {"expand": "each-alone", "of": ["simd", "events"], "base": {"layers": "pre-group"}}
 *
 * or one for each set of groups of layers, from one group to all of them, over the base's:
 *
 *     {"expand": "coalitions", "groups": [{"name": "columns", "layers": "pre-group,array-return"}, ...]}
 *
 * Settings are laid over each other: scenario, scale, side, command line.
 */
#ifndef CUPEL_PLAN_SCENARIO_H
#define CUPEL_PLAN_SCENARIO_H

#include "harness/base/json.h"
#include "harness/base/opt.h"
#include "harness/plan/judging.h"

struct scenario_side {
    const char *layers;          /* "none", "all", "a,b" */
    const struct json *settings; /* object or NULL */
    bool no_store;               /* works without a state folder: nothing is kept */
};

struct scenario_scale {
    const char *name;
    const struct json *settings;
    long pairs; /* 0: the scenario's */
};

enum { SCENARIO_GROUPS_MAX = 6 }; /* 63 cells a scale */

struct scenario_group {
    const char *name, *layers;
};

struct scenario_compare {
    const char *name;   /* NULL: made from the sides */
    const char *expand; /* "no", or one cell a layer: "each-alone", "with-need" (of those that
                         * alone are refused), "leave-one-out", "cumulative"; or one a set of groups:
                         * "coalitions" */
    struct scenario_group groups[SCENARIO_GROUPS_MAX];
    int group_count;
    struct opt_texts scales; /* names; none: all */
    struct opt_texts of; /* expand these layers only, over those of the base; none: all. One that
                              * this build lacks is a skipped cell */
    struct scenario_side base, new;
};

struct scenario_expect {
    const char *scale;
    const char *bundle; /* content hash that the digest belongs to; NULL: any input */
    const char *digest;
};

struct scenario {
    const char *path, *name, *title, *kernel;
    long pairs;             /* pairs of fresh processes per cell, at least 10 */
    double margin_percent;  /* of the timing metrics, where "gate" does not say another */
    struct judging judging; /* how a gate judges: "gate" over margin_percent over the defaults */
    bool instructions;      /* counted too, under valgrind */
    bool ceilings;          /* of one core measured too, once */
    const char *state_dir;  /* folder for what the sides store; NULL: $TMPDIR or /var/tmp */
    const struct json *settings;
    struct scenario_scale *scales;
    int scale_count;
    struct scenario_compare *compares;
    int compare_count;
    struct scenario_expect *expects;
    int expect_count;
    struct json *document; /* what the pointers above point into */
};

enum { SCENARIO_PAIRS_MIN = 10, SCENARIO_PAIRS_MAX = 1000 };

/* name: a path, or the name of a file NAME.json in ./scenarios or the installed folder.
 * Owner: the caller, scenario_done. Texts live in the arena. */
bool scenario_read(struct scenario *s, const char *name, struct arena *a, struct err *e) MUST_CHECK;
void scenario_done(struct scenario *s);

/* Would it find a file of that name? */
bool scenario_is_there(const char *name);

/* Keeps the scales of these names only; none: all. Error: no such scale. */
bool scenario_choose(struct scenario *s, const struct opt_texts *scales, struct err *e) MUST_CHECK;

/* One scale named "default" of a kernel, nothing set and nothing compared: for kernels that no scenario
 * speaks of. name: what results are filed under. */
void scenario_plain(struct scenario *s, const char *name, const char *kernel, struct arena *a);

/* The digest that results of this scale must have; `bundle` is the content hash of the market data
 * they come from, or NULL. NULL: the scenario does not say. */
const char *scenario_expected(const struct scenario *s, const char *scale, const char *bundle);

#endif
