#include "harness/profile/profiles.h"

#include "harness/base/io.h"
#include "harness/base/log.h"
#include "harness/base/units.h"
#include "harness/flame/flame_diff.h"
#include "harness/flame/flame_graph.h"
#include "harness/flame/flame_page.h"
#include "harness/flame/folded.h"
#include "harness/flame/pprof.h"
#include "harness/flame/speedscope.h"
#include "harness/profile/callgrind.h"
#include "harness/profile/profile_heap.h"
#include "harness/profile/profile_record.h"
#include "harness/profile/timeline.h"
#include "harness/run/counted.h"
#include "harness/run/valgrind.h"

#include <stdio.h>
#include <string.h>

#define COUNT_OF(v) ((int)(sizeof(v) / sizeof *(v)))

struct maker {
    struct campaign *campaign;
    const struct targets *targets;
    const struct profiles_options *options;
    struct arena *arena;
    struct profiled *profiled; /* of every side so far */
};

/* ---- files ----------------------------------------------------------------------------------- */

/* One file of a side or a pair: its key in the record, its suffix, what it says. */
struct drawing {
    const char *key, *suffix;
    struct text content;
};

/* Writes them all and names them in `files`; frees their contents in any case. */
static bool write_drawings(const struct maker *m, const char *file, struct drawing *v, int n,
                           struct json *files, struct err *e)
{
    bool ok = io_make_dirs(m->options->folder, e);
    for (int i = 0; i < n; i++) {
        const char *name = arena_format(m->arena, "%s%s", file, v[i].suffix);
        const char *path = arena_format(m->arena, "%s/%s", m->options->folder, name);
        ok = ok && io_write_file(path, v[i].content.p, v[i].content.n, e);
        json_put_text(files, v[i].key, arena_format(m->arena, "%s%s", m->options->beside, name));
        text_done(&v[i].content);
    }
    return ok;
}

static bool record_it(const struct maker *m, struct json *record, bool ok, struct err *e)
{
    if (ok && m->options->tell)
        m->options->tell(m->options->tell_context, record);
    if (ok)
        return campaign_record(m->campaign, record, e);
    json_free(record);
    return false;
}

/* ---- one side -------------------------------------------------------------------------------- */

/* "2,041 samples by perf task-clock, 12 runs"; and how many stacks do not reach down to main, if they are seen. */
static const char *about(const struct maker *m, int at)
{
    const struct profiled *p = &m->profiled[at];
    char samples[UNITS_TEXT], cut[UNITS_TEXT];
    const char *text = arena_format(m->arena, "%s samples by %s, %ld run%s",
                                    units_count(samples, p->facts.samples), p->facts.name, p->runs,
                                    p->runs > 1 ? "s" : "");
    if (100 * p->facts.cut < p->facts.samples || p->facts.cut == 0)
        return text;
    return arena_format(m->arena, "%s; of %s the callers are known in part only, they stand beside",
                        text, units_count(cut, p->facts.cut));
}

/* A folded file, a speedscope one, one for pprof, a picture. */
static bool draw_side(const struct maker *m, int at, struct json *files, struct err *e)
{
    const struct target *t = &m->targets->sides[at];
    const struct profiled *p = &m->profiled[at];
    struct drawing v[] = {
        {"folded",     ".folded",          {0}},
        {"speedscope", ".speedscope.json", {0}},
        {"pprof",      ".pb.gz",           {0}},
        {"flame",      ".svg",             {0}},
    };
    const struct flame_graph graph = {
        .title = arena_format(m->arena, "%s: %s", m->options->title, t->id),
        .subtitle = about(m, at),
        .icicle = true, /* stacks are deep: what is wide is to be seen at once */
    };
    const struct pprof_facts facts = {.period_ns = p->facts.period_ns,
                                      .duration_ns = (uint64_t)p->slice.wall_ns};
    folded_write(&p->stacks, &v[0].content);
    speedscope_write(&p->stacks, t->id, &v[1].content);
    pprof_write(&p->stacks, &facts, &v[2].content);
    flame_graph_write(&p->stacks, &graph, &v[3].content);
    return write_drawings(m, t->file, v, COUNT_OF(v), files, e);
}

/* Calls and instructions of one more run. unable: why not; "". */
static bool count_calls(const struct maker *m, const struct plan_side *side, struct callgrind *out,
                        const char **unable, struct err *e)
{
    struct pair_runner *r = &m->campaign->runner;
    struct counted counted = {0};
    struct valgrind v;
    *unable = "";
    if (!side->kernel) {
        *unable = "a command does not tell where its work begins";
        return true;
    }
    bool ok = counted_run(&counted, side, COUNTED_VALGRIND, r, e);
    valgrind_init(&v, r->state_root);
    if (ok && counted.unable[0])
        *unable = arena_text(m->arena, counted.unable);
    else if (ok)
        ok = callgrind_read(out, v.out, m->arena, e);
    counted_done(&counted);
    return ok;
}

/* What was allocated, given back or not, and what was held when the work had ended. */
static bool draw_heap(const struct maker *m, const struct target *t, struct json *record,
                      struct json *files, struct err *e)
{
    struct profile_heap h;
    bool ok = profile_heap_of(&h, t->side, &m->campaign->runner, e);
    if (ok && h.unable[0]) {
        json_put_text(record, "heap_reason", h.unable);
    } else if (ok) {
        struct drawing v[] = {
            {"heap",        ".heap.svg",      {0}},
            {"heap_held",   ".heap-held.svg", {0}},
            {"heap_folded", ".heap.folded",   {0}},
        };
        struct flame_graph graph = {
            .title = arena_format(m->arena, "%s: %s, bytes allocated", m->options->title, t->id),
            .subtitle = "by jemalloc's heap profile, of one run, given back or not",
            .icicle = true};
        flame_graph_write(&h.stacks[HEAP_ALLOCATED], &graph, &v[0].content);
        graph.title = arena_format(m->arena, "%s: %s, bytes held", m->options->title, t->id);
        graph.subtitle = "by jemalloc's heap profile, at the end of one run";
        flame_graph_write(&h.stacks[HEAP_HELD], &graph, &v[1].content);
        folded_write(&h.stacks[HEAP_ALLOCATED], &v[2].content);
        ok = write_drawings(m, t->file, v, COUNT_OF(v), files, e);
    }
    profile_heap_done(&h);
    return ok;
}

static bool profile_side(const struct maker *m, int at, struct err *e)
{
    const struct target *t = &m->targets->sides[at];
    struct callgrind counted = {0};
    const char *unable = "";
    if (m->options->calls && !count_calls(m, t->side, &counted, &unable, e))
        return false;
    struct json *record = profile_record(t, &m->profiled[at], counted.count ? &counted : NULL);
    if (*unable)
        json_put_text(record, "counted_reason", unable);
    struct json *files = json_put_object(record, "files");
    bool ok =
        draw_side(m, at, files, e) && (!m->options->heap || draw_heap(m, t, record, files, e));
    return record_it(m, record, ok, e);
}

/* ---- memory ---------------------------------------------------------------------------------- */

static bool follow_memory(const struct maker *m, int at, struct err *e)
{
    const struct target *t = &m->targets->sides[at];
    struct timeline timeline;
    log_info("%s: memory over time", t->id);
    bool ok = timeline_of_side(&timeline, t->side, 0, &m->campaign->runner, e);
    if (ok) {
        struct json *record = profile_record_head("timeline", t);
        struct drawing dat = {"dat", ".dat", {0}};
        timeline_put(&timeline, record);
        timeline_dat(&timeline, t->id, &dat.content);
        ok = record_it(m, record,
                       write_drawings(m, t->file, &dat, 1, json_put_object(record, "files"), e), e);
    }
    timeline_done(&timeline);
    return ok;
}

/* ---- two sides ------------------------------------------------------------------------------- */

static bool draw_pair(const struct maker *m, const struct target_pair *pair, struct json *record,
                      struct err *e)
{
    const struct stacks *before = &m->profiled[pair->base].stacks;
    const struct stacks *after = &m->profiled[pair->new].stacks;
    struct drawing v[] = {
        {"diff",    ".diff.svg",    {0}},
        {"reverse", ".reverse.svg", {0}},
        {"page",    ".html",        {0}},
        {"folded",  ".diff.folded", {0}},
    };
    struct flame_diff diff = {
        .before = m->targets->sides[pair->base].id,
        .after = m->targets->sides[pair->new].id,
        .subtitle = m->options->title,
        .scale = profiled_cost_ratio(&m->profiled[pair->base], &m->profiled[pair->new])};
    struct flame_pair both;
    flame_diff_write(before, after, &diff, &v[0].content);
    diff.by_before = true;
    flame_diff_write(before, after, &diff, &v[1].content);
    const struct flame_page page = {
        .title =
            arena_format(m->arena, "%s: %s against %s", m->options->title, diff.after, diff.before),
        .before = diff.before,
        .after = diff.after,
        .before_subtitle = about(m, pair->base),
        .after_subtitle = about(m, pair->new),
        .scale = diff.scale,
    };
    flame_page_write(before, after, &page, &v[2].content);
    flame_pair_init(&both, before, after);
    folded_write_pair(&both, &v[3].content);
    flame_pair_done(&both);
    return write_drawings(m, pair->file, v, COUNT_OF(v), json_put_object(record, "files"), e);
}

static bool profile_pair(const struct maker *m, const struct target_pair *pair, struct err *e)
{
    const struct target *sides = m->targets->sides;
    struct json *record =
        profile_record_pair(pair->id, &sides[pair->base], &m->profiled[pair->base],
                            &sides[pair->new], &m->profiled[pair->new]);
    return record_it(m, record, draw_pair(m, pair, record, e), e);
}

/* ---- all of them ------------------------------------------------------------------------------ */

static bool sample_sides(const struct maker *m, struct err *e)
{
    const struct targets *t = m->targets;
    const struct plan_side **sides = ARENA_NEW(m->arena, const struct plan_side *, t->count + 1);
    for (int i = 0; i < t->count; i++) {
        sides[i] = t->sides[i].side;
        log_info("%s: sampling%s", t->sides[i].id, t->count > 1 ? ", in turn with the others" : "");
    }
    return profiled_sides(m->profiled, sides, t->count, &m->options->rule, &m->campaign->runner, e);
}

bool profiles_make(struct campaign *c, const struct targets *t, const struct profiles_options *o,
                   struct arena *a, struct err *e)
{
    struct maker m = {c, t, o, a, ARENA_NEW(a, struct profiled, t->count)};
    bool ok = sample_sides(&m, e);
    for (int i = 0; i < t->count && ok; i++)
        ok = profile_side(&m, i, e) && (!o->memory || follow_memory(&m, i, e));
    for (int i = 0; i < t->pair_count && ok; i++)
        ok = profile_pair(&m, &t->pairs[i], e);
    for (int i = 0; i < t->count; i++)
        profiled_done(&m.profiled[i]);
    return ok;
}
