#include "kernels/backtest/store_verify.h"

#include "kernels/backtest/store_filtered.h"
#include "kernels/backtest/store_leftovers.h"
#include "kernels/backtest/store_named.h"
#include "kernels/backtest/store_segments.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const bt_problem_names[BT_PROBLEMS] = {
#define PROBLEM_NAME(name, text) text,
    BT_STORE_PROBLEMS(PROBLEM_NAME)
#undef PROBLEM_NAME
};

struct tally {
    const char *range;
    long named, good; /* entries; results that are named as they are stored */
    long damaged;     /* records and files that nobody can read */
    long told;        /* of these, in a line of an entry that needs one */
};

struct verifying {
    struct bt_store *store;
    struct bt_named named;
    bool has_names; /* the checkpoint could be read */
    bt_problem_fn *tell;
    void *context;
    struct bt_verdict *out;
    struct tally *tallies; /* of the ranges that have a folder, in byte order */
    int n;
    struct tally *at; /* the range of the result or entry before */
};

static void problem(struct verifying *v, enum bt_problem what, const char *format, ...)
    PRINTF(3, 4);

static void problem(struct verifying *v, enum bt_problem what, const char *format, ...)
{
    char line[640];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    v->out->problems[what]++;
    v->out->all_problems++;
    v->tell(v->context, what, line);
}

/* ---- the results, against the checkpoint ------------------------------------------------------ */

static bool is_named(const struct verifying *v, const char *range, const char *id,
                     const char *stamp)
{
    return v->has_names && bt_named_has(&v->named, range, id, stamp);
}

static void judge_name(struct verifying *v, const struct bt_stored *r, const char *range,
                       const char *id)
{
    const char *dir = v->store->dir, *stamp = r->role.stamp;
    if (is_named(v, range, id, stamp))
        v->at->good++;
    else if (is_named(v, range, id, NULL))
        problem(v, BT_PROBLEM_OTHER_STAMP,
                "%s/results/%s: %s: stored under the stamp %s, the checkpoint names another", dir,
                range, id, stamp);
    else if (v->has_names)
        problem(v, BT_PROBLEM_UNNAMED,
                "%s/results/%s: %s: stored, but the checkpoint does not name it", dir, range, id);
}

/* One that is named is told of when the checkpoint is gone through. */
static bool judge_result(void *context, const char *range, const char *id, struct str payload,
                         struct err *e)
{
    (void)e;
    struct verifying *v = context;
    struct bt_stored r;
    struct err why = {0};
    if (bt_stored_read(&v->store->facts, range, id, payload, &r, &why)) {
        v->out->results++;
        judge_name(v, &r, range, id);
        if (!bt_stored_fits(&r, &why))
            problem(v, BT_PROBLEM_MISFIT, "%s/results/%s: %s", v->store->dir, range, why.text);
    } else if (!is_named(v, range, id, NULL)) {
        problem(v, BT_PROBLEM_DAMAGED, "%s/results/%s: %s", v->store->dir, range, why.text);
    }
    bt_stored_done(&r);
    return true;
}

/* ---- the checkpoint, against the results ------------------------------------------------------ */

static int by_range(const void *name, const void *tally)
{
    return strcmp(name, ((const struct tally *)tally)->range);
}

/* NULL: it has no folder. */
static struct tally *tally_of(struct verifying *v, const char *range)
{
    if (!v->at || strcmp(v->at->range, range) != 0)
        v->at =
            v->n ? bsearch(range, v->tallies, (size_t)v->n, sizeof *v->tallies, by_range) : NULL;
    return v->at;
}

static bool count_entry(void *context, const char *range, const char *id, const char *stamp,
                        struct err *e)
{
    (void)id;
    (void)stamp;
    (void)e;
    struct verifying *v = context;
    struct tally *t = tally_of(v, range);
    v->out->named++;
    if (t)
        t->named++;
    return true;
}

/* Only where the counts differ, so that a whole store is read once. */
static bool judge_entry(void *context, const char *range, const char *id, const char *stamp,
                        struct err *e)
{
    (void)stamp;
    (void)e;
    struct verifying *v = context;
    struct tally *t = tally_of(v, range);
    struct bt_stored r;
    struct err why = {0};
    bool found;
    if (t && t->good == t->named)
        return true;
    if (!bt_store_get(v->store, range, id, &r, &found, &why)) {
        problem(v, BT_PROBLEM_MISSING, "%s/%s: named, but not to be had: %s", range, id, why.text);
        if (t)
            t->told++;
    } else if (!found) {
        problem(v, BT_PROBLEM_MISSING, "%s/results/%s: %s: named, but missing", v->store->dir,
                range, id);
    }
    bt_stored_done(&r);
    return true;
}

/* Where each entry of a range is to be had in good order, what a gap has hidden was stored again, or
 * nobody needs it. */
static bool count_healed(struct verifying *v, const struct tally *t, long *healed, struct err *e)
{
    struct bt_segments there;
    *healed = 0;
    if (t->damaged == 0 || !v->has_names || t->good != t->named)
        return true;
    if (!bt_segments_count(v->store, t->range, &there, e))
        return false;
    *healed = there.gaps;
    return true;
}

static bool tell_damage(struct verifying *v, struct err *e)
{
    for (struct tally *t = v->tallies; t < v->tallies + v->n; t++) {
        long healed;
        if (!count_healed(v, t, &healed, e))
            return false;
        v->out->healed += healed;
        if (t->damaged > t->told + healed)
            problem(v, BT_PROBLEM_DAMAGED,
                    "%s/results/%s: damaged, and no entry of the checkpoint needs it: %ld of "
                    "records and files",
                    v->store->dir, t->range, t->damaged - t->told - healed);
    }
    return true;
}

static bool verify_results(struct verifying *v, struct err *e)
{
    const char *const *ranges;
    if (!bt_store_ranges(v->store, &ranges, &v->n, e))
        return false;
    v->tallies = ARENA_NEW(&v->store->arena, struct tally, v->n + 1);
    for (int r = 0; r < v->n; r++) {
        v->at = &v->tallies[r];
        v->at->range = ranges[r];
        if (!result_store_stream(v->store->results, ranges[r], judge_result, v, &v->at->damaged, e))
            return false;
    }
    v->at = NULL;
    if (v->has_names && (!bt_named_each(&v->named, count_entry, v, e) ||
                         !bt_named_each(&v->named, judge_entry, v, e)))
        return false;
    return tell_damage(v, e);
}

/* ---- the files beside ------------------------------------------------------------------------- */

static bool verify_names(struct verifying *v, struct err *e)
{
    struct bt_store *s = v->store;
    struct err why = {0};
    int n = 0;
    if (bt_store_lost_names(s) && !bt_store_ranges(s, &(const char *const *){NULL}, &n, e))
        return false;
    if (n)
        problem(v, BT_PROBLEM_UNNAMED, "%s: there are results, but no checkpoint", s->dir);
    v->has_names = n == 0 && bt_named_read(s, &v->named, &why);
    if (n == 0 && !v->has_names && why.code != ERR_INPUT)
        return err_set(e, why.code, "%s", why.text);
    if (why.text[0])
        problem(v, BT_PROBLEM_FILE, "%s", why.text);
    return true;
}

static bool verify_files(struct verifying *v, struct err *e)
{
    struct bt_left_out left;
    struct bt_leftovers aside = {0};
    struct err why = {0};
    if (v->store->stamps_problem.text[0])
        problem(v, BT_PROBLEM_FILE, "%s", v->store->stamps_problem.text);
    if (!bt_store_left_out(v->store, &left, &why))
        problem(v, BT_PROBLEM_FILE, "%s", why.text);
    bool ok = bt_store_leftovers(v->store, bt_leftover_add, &aside, e);
    v->out->kept_aside = aside.damaged;
    return ok;
}

bool bt_store_verify(struct bt_store *s, bt_problem_fn *tell, void *context, struct bt_verdict *out,
                     struct err *e)
{
    struct verifying v = {.store = s, .tell = tell, .context = context, .out = out};
    *out = (struct bt_verdict){0};
    bool ok = verify_files(&v, e) && verify_names(&v, e) && verify_results(&v, e);
    bt_named_done(&v.named);
    return ok;
}
