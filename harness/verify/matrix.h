/* Which sets of layers are tried on what: all of it, or a covering array (tried by matrix_run.h).
 *
 *     struct matrix m = {.universe = all, .strategies = subject_strategies, .strength = 2, .seed = 1, ...levels...};
 *     if (!matrix_plan(&m, arena, e)) ...
 *     for (long i = 0; i < m.case_count; i++) ... m.cases[i] ...
 */
#ifndef CUPEL_VERIFY_MATRIX_H
#define CUPEL_VERIFY_MATRIX_H

#include "harness/verify/sets.h"
#include "harness/verify/states.h"
#include "harness/verify/subject.h"

enum { MATRIX_LEVELS_MAX = 16 };

/* What varies besides layers. */
enum matrix_factor {
    MATRIX_STRATEGY, /* of the matrix's strategies */
    MATRIX_SEARCH,   /* of subject_searches */
    MATRIX_FILL,     /* of bt_fill_names */
    MATRIX_STATE,    /* of states */
    MATRIX_WORKERS,  /* a number */
    MATRIX_FACTORS
};

/* The levels that take part: places in the table, or numbers. */
struct matrix_levels {
    int v[MATRIX_LEVELS_MAX], n;
};

struct matrix_case {
    uint64_t layers, universe; /* universe: what the rest is resumed by is made of */
    int level[MATRIX_FACTORS]; /* the values */
};

/* What was computed, and the one digest of all who computed it. */
struct matrix_subject {
    const char *strategy, *search, *fill;
    long backtests, cases, passages;
    char digest[SHA256_HEX];
};

struct matrix {
    /* Chosen by the caller. */
    uint64_t universe;
    const struct subject_strategy *strategies; /* a table that no name ends */
    struct matrix_levels levels[MATRIX_FACTORS];
    bool full;    /* every set of sets_list with everything else; otherwise a covering array */
    int strength; /* of the array */
    uint64_t seed;

    /* Planned. */
    struct matrix_case *cases;
    long case_count;
    struct layer_sets sets;
    long combinations, impossible; /* covering.h */

    /* Done. */
    struct matrix_subject *subjects;
    int subject_count;
    long cases_done, passages;
    int sets_tried;
    uint64_t tried, used; /* layers: in some set; that did something in some passage */
    /* Of a difference: the case, and the fewest of its layers that show one. */
    bool differs;
    struct matrix_case at, least;
};

/* Fills cases and sets. Everything lives in the arena. Error: too many cases. */
bool matrix_plan(struct matrix *m, struct arena *a, struct err *e) MUST_CHECK;

/* Does its state resume a run, so that the universe matters? */
bool matrix_is_resumed(const struct matrix_case *c);

/* "sma-cross, grid, close, warm, workers 2, layers pre-group,batch". */
void matrix_print_case(const struct matrix *m, const struct matrix_case *c, struct text *out);
/* The options of `cupel verify` that try this case. */
void matrix_print_options(const struct matrix *m, const struct matrix_case *c, struct text *out);

#endif
