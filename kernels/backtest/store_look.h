/* Looking at a store from outside of a run: what it holds, and whether it is whole.
 *
 *     struct bt_store s;
 *     bt_store_open("runs/w1", BT_LOOK, &s, e) && bt_store_get(&s, range, id, &stored, &found, e);
 *     bt_store_close(&s);
 *
 * What it holds in all: store_summary.h; what its checkpoint names: store_named.h; what its filters left out:
 * store_filtered.h; what nobody needs: store_leftovers.h.
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

/* DIR/name, in s->arena. */
const char *bt_store_path(struct bt_store *s, const char *name);

/* There are results, but no checkpoint of either kind. */
static inline bool bt_store_lost_names(const struct bt_store *s)
{
    return s->results && !s->checkpoint[0] && !s->checkpoint[1];
}

/* Unknown: a stamp that nobody explains, or whose strategy is gone. */
enum bt_age { BT_FRESH, BT_STALE, BT_UNKNOWN, BT_AGES };
extern const char *const bt_age_names[BT_AGES];

/* Does a run of this code over this content of the bundle (NULL: any) still take it? */
enum bt_age bt_store_age(const struct bt_store *s, const char *stamp, const char *content);

/* The id of the results with these parameters ("5-20"). Error: there is none. */
bool bt_store_find_key(struct bt_store *s, const char *key, char id[BT_ID_TEXT],
                       struct err *e) MUST_CHECK;

/* out: until bt_stored_done, after an error and when nothing is found too. Error: damaged. */
bool bt_store_get(struct bt_store *s, const char *range, const char *id, struct bt_stored *out,
                  bool *found, struct err *e) MUST_CHECK;

#endif
