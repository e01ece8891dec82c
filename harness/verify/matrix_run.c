#include "harness/verify/matrix_run.h"

#include "kernels/backtest/backtest.h"

#include <string.h>

/* The subject that cases are tried on now. */
struct running {
    struct matrix *m;
    struct material *material;
    struct arena arena; /* of the subject */
    struct bt_settings settings;
    struct references references;
    struct matrix_subject *subject;
    const struct matrix_case *last;
};

static void end_subject(struct running *r)
{
    references_done(&r->references);
    arena_done(&r->arena);
    r->subject = NULL;
}

static bool is_subject_of(const struct running *r, const struct matrix_case *c)
{
    return r->subject && r->last->level[MATRIX_STRATEGY] == c->level[MATRIX_STRATEGY] &&
           r->last->level[MATRIX_SEARCH] == c->level[MATRIX_SEARCH] &&
           r->last->level[MATRIX_FILL] == c->level[MATRIX_FILL];
}

static bool need_subject(struct running *r, const struct matrix_case *c, struct err *e)
{
    const struct subject_strategy *strategy = &r->m->strategies[c->level[MATRIX_STRATEGY]];
    const struct subject_search *search = &subject_searches[c->level[MATRIX_SEARCH]];
    const char *fill = bt_fill_names[c->level[MATRIX_FILL]];
    if (is_subject_of(r, c))
        return true;
    end_subject(r);
    r->subject = &r->m->subjects[r->m->subject_count++];
    r->last = c;
    *r->subject =
        (struct matrix_subject){.strategy = strategy->name, .search = search->name, .fill = fill};
    return subject_settings(r->material, strategy, search, fill, &r->arena, &r->settings, e);
}

static bool try_case(struct running *r, const struct matrix_case *c, struct err *e)
{
    struct trial t = {.material = r->material,
                      .settings = &r->settings,
                      .references = &r->references,
                      .layers = c->layers,
                      .universe = c->universe,
                      .workers = c->level[MATRIX_WORKERS]};
    bool ok = state_try(&states[c->level[MATRIX_STATE]], &t, e);
    r->m->passages += t.passages;
    r->m->tried |= c->layers;
    r->m->used |= t.used;
    r->subject->passages += t.passages;
    return ok;
}

static void note_case(struct running *r)
{
    struct matrix_subject *s = r->subject;
    const struct outcome *o = &r->references.plain;
    s->cases++;
    s->backtests = o->backtests;
    memcpy(s->digest, o->digest.exact, sizeof s->digest);
    r->m->cases_done++;
}

static bool still_differs(struct running *r, const struct matrix_case *c)
{
    struct err e = {0};
    return !try_case(r, c, &e) && e.code == ERR_MISMATCH;
}

/* Without this layer, in the set and in what resumes it. */
static bool drop_layer(struct running *r, int layer)
{
    struct matrix_case *least = &r->m->least, less = *least;
    struct err unused;
    less.universe &= ~((uint64_t)1 << layer);
    less.layers &= less.universe;
    if ((less.universe == least->universe ||
         !sets_accepted(&kernel_backtest, less.layers, &unused)) ||
        (less.layers == least->layers && !matrix_is_resumed(least)) || !still_differs(r, &less))
        return false;
    *least = less;
    return true;
}

/* Takes layers and workers away as long as a difference stays; what others need goes after them. */
static void shrink(struct running *r)
{
    bool again = true;
    r->m->least = r->m->at;
    while (again) {
        again = false;
        for (int i = 0; i < BT_SWITCHES; i++)
            again = drop_layer(r, i) || again;
    }
    struct matrix_case alone = r->m->least;
    alone.level[MATRIX_WORKERS] = 1;
    if (still_differs(r, &alone))
        r->m->least = alone;
}

static bool told(struct running *r, const struct matrix_case *c, struct err *e)
{
    struct text name = {0};
    matrix_print_case(r->m, c, &name);
    if (e->code == ERR_MISMATCH) {
        r->m->differs = true;
        r->m->at = *c;
        shrink(r);
    }
    err_prefix(e, "%s", name.p);
    text_done(&name);
    return false;
}

bool matrix_run(struct matrix *m, struct material *material, struct matrix_watcher watcher,
                struct err *e)
{
    struct running r = {.m = m, .material = material};
    bool ok = true;
    for (long i = 0; ok && i < m->case_count; i++) {
        const struct matrix_case *c = &m->cases[i];
        ok = watcher.next(watcher.context, m, c, e) && need_subject(&r, c, e);
        if (!ok)
            break;
        ok = try_case(&r, c, e) || told(&r, c, e);
        if (ok)
            note_case(&r);
    }
    end_subject(&r);
    return ok;
}
