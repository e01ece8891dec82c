#include "kernels/straddle/tasks.h"

#include "harness/base/rng.h"
#include "kernels/straddle/base.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* ---- one asset -------------------------------------------------------------------------------- */

/* A task and its text, to be sorted by. */
struct sorted {
    char text[STRADDLE_TEXT];
    struct st_task task;
};

static int by_text(const void *pa, const void *pb)
{
    const struct sorted *a = pa, *b = pb;
    int order = memcmp(a->text, b->text, sizeof a->text);
    return order ? order : (int)a->task.entry - (int)b->task.entry;
}

struct making {
    struct st_tasks *tasks;
    const struct amt *amt;
    struct arena *arena;
    int32_t from, to; /* months of expiry, both included */
    long capacity;
};

/* out: [(to - from + 1) * schedule->n] */
static long expand(const struct making *m, const struct schedule *schedule, uint32_t asset,
                   struct straddle *month, struct sorted *out)
{
    long n = 0;
    for (int32_t expiry = m->from; expiry <= m->to; expiry++) {
        schedule_expand(schedule, expiry, month);
        for (int i = 0; i < schedule->n; i++, n++) {
            memset(out[n].text, 0, sizeof out[n].text);
            straddle_print(&month[i], out[n].text);
            out[n].task = (struct st_task){asset, expiry, (uint16_t)i};
        }
    }
    qsort(out, (size_t)n, sizeof *out, by_text);
    return n;
}

static void append(struct making *m, const struct sorted *v, long n)
{
    struct st_tasks *t = m->tasks;
    while (t->n + n > m->capacity) {
        m->capacity = m->capacity ? 2 * m->capacity : 1024;
        t->v = mem_resize(MEM_RESULTS, t->v, (size_t)m->capacity * sizeof *t->v);
    }
    for (long i = 0; i < n; i++)
        t->v[t->n++] = v[i].task;
}

static void note_asset(struct st_tasks *t, const struct amt_asset *asset, uint32_t number,
                       struct arena *a)
{
    static const int hedges[] = {
        [AMT_HEDGE_FUT] = 1, [AMT_HEDGE_NONFUT] = 1, [AMT_HEDGE_CDS] = 2, [AMT_HEDGE_CALC] = 4};
    t->assets[t->asset_count++] =
        (struct st_task_asset){number, asset->is_synthetic, arena_text(a, asset->note)};
    if (hedges[asset->hedge.source] > t->hedges)
        t->hedges = hedges[asset->hedge.source];
}

static bool are_same(const struct straddle *a, const struct straddle *b)
{
    char x[STRADDLE_TEXT], y[STRADDLE_TEXT];
    straddle_print(a, x);
    straddle_print(b, y);
    return strcmp(x, y) == 0;
}

/* Two entries that make one straddle would give each of its rows twice. Told by what they make, not by how
 * they are written: a letter is another day in each place, and may be the day that stands beside it. */
static bool check_entries(const struct making *m, const struct amt_asset *asset,
                          const struct schedule *schedule, struct err *e)
{
    const struct amt_schedule *text = amt_schedule_find(m->amt, asset->schedule);
    for (int i = 1; i < schedule->n; i++)
        for (int k = 0; k < i; k++)
            if (are_same(&schedule->entries[k], &schedule->entries[i]))
                return err_input(
                    e,
                    "expiry_schedules.%.60s: expected each straddle once, found \"%s\" "
                    "as entry %d and \"%s\" as entry %d, the same one for %s",
                    text->name, text->entries[k], k + 1, text->entries[i], i + 1,
                    asset->underlying);
    return true;
}

static void make_straddles(struct making *m, const struct schedule *schedule, uint32_t number)
{
    struct arena_mark mark = arena_mark(m->arena);
    size_t most = (size_t)(m->to - m->from + 1) * (size_t)schedule->n;
    struct sorted *v = ARENA_NEW_RAW(m->arena, struct sorted, most);
    struct straddle *month = ARENA_NEW(m->arena, struct straddle, schedule->n + 1);
    append(m, v, expand(m, schedule, number, month, v));
    arena_release(m->arena, mark);
}

/* An asset whose schedule cannot be read has no straddles: that is told, and the others go on. */
static bool make_asset(struct making *m, const struct amt_asset *asset, uint32_t number,
                       struct err *e)
{
    struct st_tasks *t = m->tasks;
    struct err why;
    struct schedule *schedule = st_schedule_of(m->amt, asset, &why);
    if (!schedule) {
        text_printf(&t->notes, "%s\n", why.text);
        t->failed_assets++;
        return true;
    }
    bool ok = check_entries(m, asset, schedule, e);
    if (ok) {
        note_asset(t, asset, number, m->arena);
        make_straddles(m, schedule, number);
    }
    mem_free(MEM_BASE, schedule);
    return ok;
}

/* ---- all of them ------------------------------------------------------------------------------ */

/* A key that was typed wrong may be why: then there is no run to tell of it. */
static bool none_found(const struct st_tasks *t, const char *pattern, const char *file,
                       struct err *e)
{
    struct str rest = {t->notes.p, t->notes.n}, line = str_cut(&rest, '\n');
    return err_input(e,
                     "asset pattern \"%.100s\": expected one that a live asset of %s holds%s%.*s",
                     pattern, file, line.n ? "; " : "", (int)line.n, line.n ? line.p : "");
}

static bool make_all(struct making *m, const struct st_settings *s, const char *file,
                     struct st_names *names, struct err *e)
{
    const struct amt *amt = m->amt;
    m->tasks->assets = ARENA_NEW(m->arena, struct st_task_asset, amt->asset_count + 1);
    const struct amt_asset **chosen =
        ARENA_NEW(m->arena, const struct amt_asset *, amt->asset_count + 1);
    int n = amt_select(amt, s->asset, chosen, e);
    if (n < 0)
        return false;
    if (n == 0)
        return none_found(m->tasks, s->asset, file, e);
    for (int i = 0; i < n; i++)
        if (!make_asset(m, chosen[i], st_names_number(names, chosen[i]->underlying), e))
            return err_prefix(e, "%s", file);
    return m->tasks->n <= INT_MAX ||
           err_input(e, "%ld straddles: expected at most %d", m->tasks->n, INT_MAX);
}

static void shuffle(struct st_tasks *t, uint64_t seed)
{
    struct rng rng = rng_seeded(seed);
    t->order = mem_alloc(MEM_RESULTS, (size_t)t->n * sizeof *t->order + 1);
    for (long i = 0; i < t->n; i++)
        t->order[i] = (int32_t)i;
    rng_shuffle(&rng, t->order, (int)t->n);
}

static bool check_tables(const struct st_inputs *in, struct err *e)
{
    struct chain *chain = in->chain ? chain_load(in->chain, e) : NULL;
    struct overrides *overrides = in->overrides ? overrides_load(in->overrides, e) : NULL;
    bool ok = (chain || !in->chain) && (overrides || !in->overrides);
    chain_free(chain);
    overrides_free(overrides);
    return ok;
}

bool st_tasks_make(struct st_tasks *t, const struct st_settings *s, const struct st_inputs *in,
                   struct st_names *names, struct arena *a, struct err *e)
{
    *t = (struct st_tasks){0};
    if (s->from_year > s->to_year)
        return err_input(e, "from_year: expected at most to_year, %ld, found %ld", s->to_year,
                         s->from_year);
    struct amt *amt = amt_load_noting(in->amt, &t->notes, e);
    if (!amt)
        return false;
    struct making m = {.tasks = t,
                       .amt = amt,
                       .arena = a,
                       .from = straddle_month((int)s->from_year, 1),
                       .to = straddle_month((int)s->to_year, 12)};
    bool ok = make_all(&m, s, in->amt, names, e) && check_tables(in, e);
    amt_free(amt);
    if (ok && strcmp(s->order, "shuffled") == 0)
        shuffle(t, (uint64_t)s->seed);
    return ok;
}

void st_tasks_done(struct st_tasks *t)
{
    mem_free(MEM_RESULTS, t->v);
    mem_free(MEM_RESULTS, t->order);
    text_done(&t->notes);
    *t = (struct st_tasks){0};
}
