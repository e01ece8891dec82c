/* A campaign: cells measured one after the other, each as many pairs as its stopping rule wants, each
 * record appended as soon as it is there, progress shown.
 *
 *     struct campaign c;
 *     campaign_open(&c, &options, e);
 *     campaign_cell(&c, &plan.cells[i], &rule, &result, e);   ...
 *     campaign_close(&c, complete, e);
 */
#ifndef CUPEL_RUN_CAMPAIGN_H
#define CUPEL_RUN_CAMPAIGN_H

#include "harness/plan/judging.h"
#include "harness/result/cell.h"
#include "harness/result/file.h"
#include "harness/run/pair.h"
#include "harness/run/progress.h"

struct campaign_options {
    const char *tool;          /* "run", "gate" */
    const char *name, *title;  /* of the scenario; results/runs/NAME-TIME.jsonl by default */
    const char *path, *kernel; /* NULL for commands */
    double margin_percent;
    const struct judging *judging; /* NULL: nothing is judged */
    uint64_t seed;
    const char *out;     /* results file; NULL: a new one in results/runs */
    const char *state;   /* folder for the state of the sides; NULL: $TMPDIR or /var/tmp */
    struct json *inputs; /* object; owned by the campaign from open on */
    int cells;
    long pairs_planned; /* the most that all cells together can take */
};

struct campaign {
    struct pair_runner runner;
    struct result_writer writer;
    struct progress progress;
    struct json *inputs; /* as in the run record */
    int64_t started_ns;
    int cells_done;
    bool is_judged;      /* a gate's: the end record tells the two below */
    int status;          /* the exit status it came to */
    const char *verdict; /* the worst; NULL: none was reached */
};

/* Asked after each pair: goes on while it says so. */
struct campaign_rule {
    bool (*wants_more)(void *context, const struct cell_result *so_far);
    void *context;
    /* The word that progress shows when the cell is done. */
    const char *(*outcome)(void *context, const struct cell_result *result);
    /* By which metric progress tells the ratio (enum probe_metric_id); NULL: CPU time. */
    int (*metric)(const void *context);
    long pairs_max; /* for progress */
    /* How one more pair is measured (measure_context first); NULL: pair_run. */
    bool (*measure)(const void *context, struct pair_runner *r, struct cell_result *result,
                    struct err *e);
    const void *measure_context;
};

/* NAME-20260102T030405Z-PID: two runs in one second do not meet. Of the name at most 100 bytes. */
enum { CAMPAIGN_FRESH = 160 };
char *campaign_fresh(char out[CAMPAIGN_FRESH], const char *name);

/* Writes the run record. Error: results file or state folder. */
bool campaign_open(struct campaign *c, const struct campaign_options *o, struct err *e) MUST_CHECK;

/* One cell more than `cells` foresaw. */
void campaign_one_more(struct campaign *c, long pairs_max);

/* Measures one cell. What was measured before an error stays in *result. */
bool campaign_cell(struct campaign *c, const struct plan_cell *cell,
                   const struct campaign_rule *rule, struct cell_result *result,
                   struct err *e) MUST_CHECK;

/* The same for a part of a cell that is to go on with others: its end is not shown, nor counted. */
bool campaign_part(struct campaign *c, const struct plan_cell *cell,
                   const struct campaign_rule *rule, struct cell_result *result,
                   struct err *e) MUST_CHECK;

/* Appends a record (owned from here) and shows the outcome of the cell. */
bool campaign_record(struct campaign *c, struct json *record, struct err *e) MUST_CHECK;

/* Records of cells that gave no result. */
bool campaign_skip(struct campaign *c, const struct plan_cell *cell, struct err *e) MUST_CHECK;
bool campaign_failed(struct campaign *c, const struct plan_cell *cell, const struct err *why,
                     struct err *e) MUST_CHECK;

/* Writes the end record and clears up. */
bool campaign_close(struct campaign *c, bool complete, struct err *e) MUST_CHECK;

#endif
