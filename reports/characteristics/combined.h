/* What chapters say alike: a group of layers at both scales, a target met or missed, a claim of others.
 *
 *     combined_table(f, "Layer 1 against no layer", rows, COUNT(rows));
 *     combined_target(f, "Hit rate: {} (target: {}: {}).", &pick, COMBINED_HIT_RATE);
 */
#ifndef CUPEL_REPORTS_CHARACTERISTICS_COMBINED_H
#define CUPEL_REPORTS_CHARACTERISTICS_COMBINED_H

#include "reports/characteristics/fill.h"

struct combined_row {
    const char *label, *name; /* of the comparison in the study "cumulative" */
};

/* Production by wall time (two workers), micro by CPU time. */
void combined_table(struct fill *f, const char *caption, const struct combined_row *rows,
                    int count);

/* What is aimed at; none of them is a measurement. */
enum combined_target {
    COMBINED_HIT_RATE,   /* of the caches, percent */
    COMBINED_HISTORY,    /* bytes of the history cache */
    COMBINED_WORKER,     /* ns a worker after the first load */
    COMBINED_MEMORY,     /* caches, percent of the base's peak */
    COMBINED_CUMULATIVE, /* percent saved by layers 1 to 3 */
};

/* A sentence of three parts: the figure, the target, "met" or "missed". */
void combined_target(struct fill *f, const char *text, const struct pick *p,
                     enum combined_target target);
/* The same parts of a figure that is found already: out[3]. */
void combined_judge(struct fill *f, const struct finding *x, enum combined_target target,
                    struct finding out[3]);

/* Figures that the document claimed whose tables these are; ours stand beside them. */
enum combined_claim {
    CLAIM_SAVING,
    CLAIM_TIMES,
    CLAIM_MICRO_P,
    CLAIM_WALK_P,
    CLAIM_ASSET_LIST,
    CLAIM_WORKFLOW,
    CLAIM_MEMORY_RATIO,
    CLAIM_BREAK_EVEN,
    CLAIM_STRADDLES_ONE, /* a second */
    CLAIM_STRADDLES_SIX,
    CLAIM_STRADDLES_THREE,
    CLAIM_CAPTURE_LESS,
};
struct finding combined_claim(enum combined_claim claim);

#endif
