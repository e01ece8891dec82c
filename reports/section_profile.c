#include "reports/section.h"

#include "harness/stats/proportion.h"
#include "reports/link.h"
#include "reports/plot_bottlenecks.h"
#include "reports/words.h"

#include <math.h>
#include <string.h>

enum { FUNCTIONS_SHOWN = 20 };

bool section_has_profile(const struct model_file *f, struct arena *a)
{
    (void)a;
    return f->profile_count > 0;
}

const char *section_profile_sentence(struct arena *a, const struct json *p)
{
    return arena_format(a, "%s: %s samples of %s CPU time in %s run%s, %s of them overhead.",
                        at_text(p, "id"), words(a, WORDS_COUNT, at_number(p, "samples")),
                        words(a, WORDS_TIME, at_number(p, "cpu_ns")),
                        words(a, WORDS_COUNT, at_number(p, "runs")),
                        at_number(p, "runs") == 1 ? "" : "s",
                        words(a, WORDS_LEVEL, at_number(p, "overhead.share")));
}

/* ---- bottlenecks ----------------------------------------------------------------------------------- */

static void add_share(struct table *t, struct stats_interval share)
{
    table_number(t, share.estimate, words(t->arena, WORDS_LEVEL, share.estimate));
    table_number(t, share.low, words_interval(t->arena, WORDS_LEVEL, share.low, share.high));
}

static void add_bottlenecks(struct document *d, const struct bottlenecks *b, const char *about,
                            const char *file)
{
    static const struct column columns[] = {
        {"Part",                   false},
        {"Kind",                   false},
        {"Before",                 true },
        {"95 % interval",          true },
        {"After",                  true },
        {"95 % interval",          true },
        {"CPU time a run, before", true },
        {"CPU time a run, after",  true },
    };
    struct table *t =
        table_new(d->arena, arena_format(d->arena, "Shares of the samples: %s", about), columns,
                  COUNT(columns));
    table_about(t, arena_format(d->arena, "%s in %s: parts of the samples", about, file));
    for (int i = 0; i < b->count; i++) {
        const struct bottleneck *row = &b->rows[i];
        table_text(t, row->title);
        table_text(t, row->overhead ? "overhead" : "computation");
        add_share(t, row->before);
        add_share(t, row->after);
        table_number(t, row->before_ns, words(d->arena, WORDS_TIME, row->before_ns));
        table_number(t, row->after_ns, words(d->arena, WORDS_TIME, row->after_ns));
    }
    document_table(d, t);
    plot_bottlenecks(d, about, b);
}

static void add_pairs(struct document *d, const struct model_file *f)
{
    struct bottlenecks_pairs pairs = bottlenecks_pairs(f, d->arena);
    for (int i = 0; i < pairs.count; i++) {
        struct bottlenecks b =
            bottlenecks_of(pairs.pairs[i].before, pairs.pairs[i].after, d->arena);
        add_bottlenecks(d, &b,
                        arena_format(d->arena, "%s and %s", at_text(pairs.pairs[i].before, "id"),
                                     at_text(pairs.pairs[i].after, "id")),
                        f->file.path);
    }
    for (int i = 0; i < f->profile_count && pairs.count == 0; i++) {
        struct bottlenecks b = bottlenecks_of(f->profiles[i], NULL, d->arena);
        add_bottlenecks(d, &b, at_text(f->profiles[i], "id"), f->file.path);
    }
}

/* ---- overhead -------------------------------------------------------------------------------------- */

/* One value of a profile; of a sum of samples its share, with bounds. */
static const struct overhead_value {
    const char *path;
    enum words_kind kind;
    bool is_sum;
} overhead_values[] = {
    {"samples",             WORDS_COUNT, false},
    {"runs",                WORDS_COUNT, false},
    {"cpu_ns",              WORDS_TIME,  false},
    {"computation.samples", WORDS_LEVEL, true },
    {"overhead.samples",    WORDS_LEVEL, true },
    {"overhead.ratio",      WORDS_RATIO, false},
    {"cut",                 WORDS_COUNT, false},
    {"lost",                WORDS_COUNT, false},
};

static void add_overhead_value(struct table *t, const struct json *p,
                               const struct overhead_value *v, struct arena *a)
{
    static const struct stats_interval unknown = {(double)NAN, (double)NAN, (double)NAN, 0.95};
    double value = at_number(p, v->path), samples = at_number(p, "samples");
    if (v->is_sum)
        add_share(t, value >= 0 && samples > 0 ? stats_proportion(value, samples, 0.95) : unknown);
    else
        table_number(t, value, words(a, v->kind, value));
}

static void add_overhead(struct document *d, const struct model_file *f)
{
    static const struct column columns[] = {
        {"Profile",                 false},
        {"Layers",                  false},
        {"Samples",                 true },
        {"Runs",                    true },
        {"CPU time",                true },
        {"Computation",             true },
        {"95 % interval",           true },
        {"Overhead",                true },
        {"95 % interval",           true },
        {"Overhead to computation", true },
        {"Stacks cut",              true },
        {"Lost",                    true },
        {"Sampler",                 false},
    };
    struct table *t =
        table_new(d->arena, "Profiles: overhead against computation", columns, COUNT(columns));
    for (int i = 0; i < f->profile_count; i++) {
        const struct json *p = f->profiles[i];
        table_about(t, arena_format(d->arena, "%s in %s", at_text(p, "id"), f->file.path));
        table_text(t, at_text(p, "id"));
        table_text(t, at_text(p, "layers"));
        for (int k = 0; k < COUNT(overhead_values); k++)
            add_overhead_value(t, p, &overhead_values[k], d->arena);
        table_text(t, at_text(p, "sampler"));
    }
    document_table(d, t);
}

/* ---- functions and files --------------------------------------------------------------------------- */

static const char *place_of(struct arena *a, const struct json *function)
{
    const char *file = at_text(function, "file");
    double line = at_number(function, "line");
    if (!*file)
        return at_text(function, "module");
    return line > 0 ? arena_format(a, "%s:%.0f", file, line) : file;
}

static void add_functions(struct document *d, const struct json *profile, const char *from)
{
    static const struct column columns[] = {
        {"Function",     false},
        {"Where",        false},
        {"Self",         true },
        {"With callees", true },
        {"Calls",        true },
    };
    const struct json *functions = json_get(profile, "functions");
    double samples = at_number(profile, "samples");
    struct table *t = table_new(
        d->arena,
        arena_format(d->arena, "Functions of %s by their own samples", at_text(profile, "id")),
        columns, COUNT(columns));
    int n = 0;
    table_about(t,
                arena_format(d->arena, "%s in %s, functions: of %s samples", at_text(profile, "id"),
                             from, words(d->arena, WORDS_COUNT, samples)));
    for (const struct json *v = json_first(functions); v && n < FUNCTIONS_SHOWN;
         v = json_next(v), n++) {
        double self = at_number(v, "self") / samples, total = at_number(v, "total") / samples;
        table_text(t, at_text(v, "name"));
        table_text(t, place_of(d->arena, v));
        table_number(t, self, words(d->arena, WORDS_LEVEL, self));
        table_number(t, total, words(d->arena, WORDS_LEVEL, total));
        table_number(t, at_number(v, "calls"), words(d->arena, WORDS_COUNT, at_number(v, "calls")));
    }
    if (n == 0)
        return;
    document_add(d, BLOCK_FOLD, "%s: the first %d of %d functions", at_text(profile, "id"), n,
                 json_count(functions));
    document_table(d, t);
    document_add(d, BLOCK_FOLD_END, "%s", "");
}

static const char *beside(struct arena *a, const char *file, const char *name)
{
    const char *slash = strrchr(file, '/');
    return slash ? arena_format(a, "%.*s/%s", (int)(slash - file), file, name) : name;
}

/* Those that are there as links, of the others the names. */
static void add_files(struct document *d, const char *id, const struct json *files,
                      const char *from)
{
    const char *list = "";
    for (const struct json *v = json_first(files); v; v = json_next(v)) {
        const char *name = json_text(v);
        const char *link = *name ? link_to(d->arena, d->home, beside(d->arena, from, name)) : NULL;
        if (link)
            document_link(d, arena_format(d->arena, "%s: %s, %s", id, json_key(v), name), link);
        else if (*name)
            list = arena_format(d->arena, "%s%s%s", list, *list ? ", " : "", name);
    }
    if (*list)
        document_add(d, BLOCK_ITEM, "%s: %s", id, list);
}

void section_profile(struct document *d, const struct model_file *f, int level)
{
    (void)level;
    add_overhead(d, f);
    add_pairs(d, f);
    for (int i = 0; i < f->profile_count; i++)
        add_functions(d, f->profiles[i], f->file.path);
    document_add(d, BLOCK_TEXT,
                 "Pictures and stacks, beside %s (flame graphs, folded stacks, speedscope, pprof):",
                 f->file.path);
    for (const struct json *r = json_first(f->file.records); r; r = json_next(r))
        if (result_is(r, "profile") || result_is(r, "profile-pair"))
            add_files(d, at_text(r, "id"), json_get(r, "files"), f->file.path);
}
