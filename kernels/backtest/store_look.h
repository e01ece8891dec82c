/* Looking at a store from outside of a run: what it holds, and whether it is whole.
 *
 *     struct bt_store s;
 *     bt_store_open("runs/w1", BT_LOOK, &s, e) && bt_store_summary(&s, ..., e);
 *     bt_store_close(&s);
 *
 * Looking writes nothing and makes no file (an SQLite checkpoint that a killed run left has its log
 * played, as any opening of it does). A running sweep is in nobody's way: what it has stored can be
 * looked at; only its SQLite checkpoint is its own while it runs.
 */
#ifndef CUPEL_BACKTEST_STORE_LOOK_H
#define CUPEL_BACKTEST_STORE_LOOK_H

#include "kernels/backtest/store_facts.h"
#include "kernels/backtest/store_stamps.h"
#include "kernels/backtest/stored.h"

#include <sys/types.h>

enum bt_look {
    BT_LOOK,   /* whoever may be running */
    BT_QUIET,  /* nobody shall write meanwhile: refused when a run has the store */
    BT_CHANGE, /* as a run: nobody else at all */
};

enum { BT_NAMED_KINDS = 2 };

/* Folders of DIR that are of others: code that was captured with runs (kernels/capture). NULL-terminated. */
extern const char *const bt_store_foreign[];

struct bt_store {
    struct arena arena;
    const char *dir;
    struct bt_plan facts;                   /* bt_facts_read */
    struct bt_stamps stamps;                /* none when they cannot be read, then: */
    struct err stamps_problem;              /* code ERR_OK: none */
    struct result_store *results;           /* NULL: there are none */
    const char *checkpoint[BT_NAMED_KINDS]; /* paths: .json, .sqlite; NULL: no such file */
    int lock;                               /* -1: none */
    pid_t holder;                           /* with BT_LOOK: the run that has it; 0: nobody */
};

/* Error: no store there, or one that cannot be looked at so. bt_store_close after an error too. */
bool bt_store_open(const char *dir, enum bt_look how, struct bt_store *out,
                   struct err *e) MUST_CHECK;
void bt_store_close(struct bt_store *s);

/* ---- what is named ---------------------------------------------------------------------------- */

/* The checkpoint; both kinds of it when a conversion from one to the other was cut short. Error: also
 * ERR_INPUT when it is damaged. */
struct bt_named {
    struct checkpoint *doc[BT_NAMED_KINDS];
};

bool bt_named_read(const struct bt_store *s, struct bt_named *out, struct err *e) MUST_CHECK;
void bt_named_done(struct bt_named *n);
bool bt_named_has(const struct bt_named *n, const char *range, const char *id, const char *stamp);
/* One that both name is one. */
bool bt_named_each(const struct bt_named *n, checkpoint_fn *fn, void *context,
                   struct err *e) MUST_CHECK;
bool bt_named_count(const struct bt_named *n, long *count, struct err *e) MUST_CHECK;

/* There are results, but no checkpoint of either kind. */
static inline bool bt_store_lost_names(const struct bt_store *s)
{
    return s->results && !s->checkpoint[0] && !s->checkpoint[1];
}

/* ---- what is there ---------------------------------------------------------------------------- */

enum bt_age {
    BT_FRESH,
    BT_STALE,
    BT_UNKNOWN,
    BT_AGES
}; /* unknown: a stamp that nobody explains, or
                                                   * whose strategy is gone */
extern const char *const bt_age_names[BT_AGES];

/* Does a run of this code over this content of the bundle (NULL: any) still take it? */
enum bt_age bt_store_age(const struct bt_store *s, const char *stamp, const char *content);

struct bt_range_summary {
    const char *name;
    long results, damaged; /* damaged: records and files that cannot be read, and are not results */
    long ages[BT_AGES];
    long singles, segments; /* files */
    long last_segment;      /* number; 0: none */
    uint64_t bytes;         /* of these */
};

struct bt_leftovers {
    long damaged, temporaries; /* files kept aside, files of killed processes */
    uint64_t bytes;
};

struct bt_summary_of_store {
    struct bt_range_summary *ranges; /* in byte order of the names */
    int n;
    struct bt_leftovers left;
};

/* Reads every result once; memory does not depend on how many there are. Lives in s->arena. */
bool bt_store_summary(struct bt_store *s, const char *content, struct bt_summary_of_store *out,
                      struct err *e) MUST_CHECK;

/* The ranges that have a folder, in byte order. In s->arena. */
bool bt_store_ranges(struct bt_store *s, const char *const **names, int *n,
                     struct err *e) MUST_CHECK;
/* Fills what is said of files, for the range of that name. */
bool bt_store_files(const struct bt_store *s, struct bt_range_summary *r, struct err *e) MUST_CHECK;

/* What the last run's filters left out: ids in byte order. n 0: none, or no filters. */
struct bt_left_out {
    const char **ids;
    int n;
    const char *window_filter, *final_filter; /* NULL: none */
};
bool bt_store_left_out(struct bt_store *s, struct bt_left_out *out, struct err *e) MUST_CHECK;
bool bt_is_left_out(const struct bt_left_out *left, const char *id);

/* Files below DIR that nobody needs, in the order of the folders. is_temporary: else damaged. */
typedef bool bt_leftover_fn(void *context, const char *path, bool is_temporary, uint64_t bytes,
                            struct err *e);
bool bt_store_leftovers(struct bt_store *s, bt_leftover_fn *fn, void *context,
                        struct err *e) MUST_CHECK;
/* Such a function: adds to the struct bt_leftovers that is the context. */
bool bt_leftover_add(void *context, const char *path, bool is_temporary, uint64_t bytes,
                     struct err *e);

/* ---- one result ------------------------------------------------------------------------------- */

/* The id of the results with these parameters ("5-20"). Error: there is none. */
bool bt_store_find_key(struct bt_store *s, const char *key, char id[BT_ID_TEXT],
                       struct err *e) MUST_CHECK;

/* out: until bt_stored_done, after an error and when nothing is found too. Error: damaged. */
bool bt_store_get(struct bt_store *s, const char *range, const char *id, struct bt_stored *out,
                  bool *found, struct err *e) MUST_CHECK;

#endif
