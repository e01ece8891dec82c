#include "reports/bottlenecks.h"

#include <math.h>
#include <string.h>

/* ---- parts ----------------------------------------------------------------------------------------- */

static const struct json *part_named(const struct json *profile, const char *name)
{
    const struct json *parts = json_get(profile, "parts");
    for (const struct json *p = json_first(parts); p; p = json_next(p))
        if (strcmp(at_text(p, "name"), name) == 0)
            return p;
    return NULL;
}

static struct stats_interval share_of(const struct json *part)
{
    return (struct stats_interval){at_number(part, "share"), at_number(part, "low"),
                                   at_number(part, "high"), 0.95};
}

/* CPU time of one run: several are put together until there are samples enough. */
static double run_ns(const struct json *profile)
{
    double runs = at_number(profile, "runs");
    return at_number(profile, "cpu_ns") / (runs > 0 ? runs : 1);
}

static void add_row(struct bottlenecks *b, const struct json *part, const struct json *before,
                    const struct json *after)
{
    const char *name = at_text(part, "name"), *title = at_text(part, "title");
    struct bottleneck *row = &b->rows[b->count++];
    *row = (struct bottleneck){.name = name,
                               .title = *title ? title : name,
                               .overhead = json_bool(json_get(part, "overhead")),
                               .before = share_of(part_named(before, name)),
                               .after = share_of(part_named(after, name))};
    row->before_ns = row->before.estimate * run_ns(before);
    row->after_ns = row->after.estimate * run_ns(after);
}

struct bottlenecks bottlenecks_of(const struct json *before, const struct json *after,
                                  struct arena *a)
{
    const struct json *parts = json_get(before, "parts"), *more = json_get(after, "parts");
    struct bottlenecks b = {
        .before = at_text(before, "name"),
        .after = at_text(after, "name"),
        .rows = ARENA_NEW(a, struct bottleneck, json_count(parts) + json_count(more))};
    for (const struct json *p = json_first(parts); p; p = json_next(p))
        add_row(&b, p, before, after);
    for (const struct json *p = json_first(more); p; p = json_next(p))
        if (!part_named(before, at_text(p, "name")))
            add_row(&b, p, before, after);
    return b;
}

/* ---- pairs of profiles ----------------------------------------------------------------------------- */

const struct json *bottlenecks_profile(const struct model_file *f, const char *id)
{
    for (int i = 0; i < f->profile_count; i++)
        if (strcmp(at_text(f->profiles[i], "id"), id) == 0)
            return f->profiles[i];
    return NULL;
}

static void add_pair(struct bottlenecks_pairs *list, const struct json *before,
                     const struct json *after, const struct json *files)
{
    if (before && after && before != after)
        list->pairs[list->count++] = (struct bottlenecks_pair){before, after, files};
}

/* The first profile of a scale against its last. */
static void add_scales(struct bottlenecks_pairs *list, const struct model_file *f)
{
    for (int i = 0; i < f->profile_count; i++) {
        const char *scale = at_text(f->profiles[i], "scale");
        bool first = true;
        for (int k = 0; k < i; k++)
            first = first && strcmp(at_text(f->profiles[k], "scale"), scale) != 0;
        const struct json *last = f->profiles[i];
        for (int k = i; k < f->profile_count; k++)
            if (strcmp(at_text(f->profiles[k], "scale"), scale) == 0)
                last = f->profiles[k];
        if (first)
            add_pair(list, f->profiles[i], last, NULL);
    }
}

struct bottlenecks_pairs bottlenecks_pairs(const struct model_file *f, struct arena *a)
{
    struct bottlenecks_pairs list = {
        ARENA_NEW(a, struct bottlenecks_pair, json_count(f->file.records)), 0};
    for (const struct json *r = json_first(f->file.records); r; r = json_next(r))
        if (result_is(r, "profile-pair"))
            add_pair(&list, bottlenecks_profile(f, at_text(r, "base")),
                     bottlenecks_profile(f, at_text(r, "new")), json_get(r, "files"));
    if (list.count == 0)
        add_scales(&list, f);
    return list;
}
