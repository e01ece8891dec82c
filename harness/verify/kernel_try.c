/* The trying: each case in a worker of its own, and the least that differs. */
#include "harness/verify/kernel_cases.h"

#include "harness/base/io.h"
#include "harness/result/agree.h"
#include "harness/verify/material.h"
#include "harness/verify/sets.h"
#include "kernels/pool/pool.h"

#include <string.h>

/* A case in a worker of its own; the answer is the digest as it stands. */
struct running {
    struct kernel_cases *v;
    struct kernel_watcher watcher;
    struct pool *pool;
    struct kernel_cases_row now;
    struct kernel_digest found;
};

static bool run_job(void *context, struct str job, struct text *out, struct err *e)
{
    struct running *r = context;
    struct kernel_cases_row c;
    struct kernel_digest found;
    memcpy(&c, job.p, sizeof c);
    if (!kernel_case_run(r->v, &c, &found, e))
        return false;
    text_add(out, (const char *)&found, sizeof found);
    return true;
}

static bool put_job(void *context, long number, struct text *bytes, struct err *e)
{
    struct running *r = context;
    (void)number;
    (void)e;
    text_add(bytes, (const char *)&r->now, sizeof r->now);
    return true;
}

static bool take_digest(void *context, long number, struct str result, struct err *e)
{
    struct running *r = context;
    (void)number;
    if (result.n != sizeof r->found)
        return err_set(e, ERR_SYSTEM, "a worker gave %zu bytes", result.n);
    memcpy(&r->found, result.p, sizeof r->found);
    return true;
}

static bool go_on(void *context, struct err *e)
{
    const struct kernel_watcher *w = &((struct running *)context)->watcher;
    return w->go_on(w->context, e);
}

/* Workers end after each case, so that the next begins in a process that ran none. */
static bool try_case(struct running *r, const struct kernel_cases_row *c, struct err *e)
{
    struct pool_batch batch = {
        .context = r, .jobs = 1, .job = put_job, .done = take_digest, .go_on = go_on};
    r->now = *c;
    bool ok = pool_run(r->pool, &batch, e);
    pool_restart(r->pool);
    return ok;
}

static bool same(const struct running *r, struct err *e)
{
    return agree_check(&r->found, &r->v->digest, "no layers give", e);
}

static bool still_differs(struct running *r, const struct kernel_cases_row *c)
{
    struct err unused = {0};
    return sets_accepted(r->v->kernel, c->layers, &unused) && try_case(r, c, &unused) &&
           !same(r, &unused);
}

static bool drop_layer(struct running *r, int layer)
{
    struct kernel_cases_row less = r->v->least;
    less.layers &= ~((uint64_t)1 << layer);
    if (less.layers == r->v->least.layers || !still_differs(r, &less))
        return false;
    r->v->least = less;
    return true;
}

/* One thing after the other is taken away, as long as a difference stays; what others need goes after
 * them. */
static void shrink(struct running *r)
{
    struct kernel_cases *v = r->v;
    v->least = v->at;
    for (bool again = true; again;) {
        again = false;
        for (int i = 0; i < v->kernel->layer_count; i++)
            again = drop_layer(r, i) || again;
    }
    for (int f = 0; f < v->factor_count; f++) {
        struct kernel_cases_row less = v->least;
        less.level[f] = 0;
        if (v->least.level[f] && still_differs(r, &less))
            v->least = less;
    }
}

static bool told(struct running *r, const struct kernel_cases_row *c, struct err *e)
{
    struct text name = {0};
    kernel_cases_print(r->v, c, &name);
    if (e->code == ERR_MISMATCH) {
        r->v->differs = true;
        r->v->at = *c;
        shrink(r);
    }
    err_prefix(e, "%s", name.p);
    text_done(&name);
    return false;
}

static bool try_all(struct running *r, struct err *e)
{
    struct kernel_cases *v = r->v;
    for (long i = 0; i < v->count; i++) {
        const struct kernel_cases_row *c = &v->rows[i];
        if (!r->watcher.next(r->watcher.context, v, c, e))
            return false;
        if (!try_case(r, c, e))
            return told(r, c, e);
        if (i == 0)
            v->digest = r->found;
        if (!same(r, e))
            return told(r, c, e);
        v->done++;
    }
    return true;
}

/* All cases' folders are in one, so that nothing stays even of a case that crashed. */
bool kernel_cases_run(struct kernel_cases *v, struct kernel_watcher watcher, struct err *e)
{
    const char *work = v->work;
    struct arena a = {0};
    struct err unused = {0};
    struct running r = {.v = v, .watcher = watcher};
    struct pool_work jobs = {.context = &r, .run = run_job};
    char *root = material_root(work, &a, e);
    bool ok = root != NULL;
    v->work = root;
    if (ok) {
        r.pool = pool_open(&(struct pool_settings){.workers = 1}, &jobs, e);
        ok = r.pool && try_all(&r, e);
        pool_close(r.pool);
        ok = io_remove_tree(root, ok ? e : &unused) && ok;
    }
    v->work = work;
    arena_done(&a);
    return ok;
}
