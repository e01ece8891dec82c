/* Where the samples of a profile fell, before and after, and the pictures of it. */
#include "reports/characteristics/chapter.h"

#include "reports/bottlenecks.h"
#include "reports/characteristics/sampled.h"
#include "reports/plot_bottlenecks.h"

#include "harness/base/io.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

static const struct json *profile(struct fill *f, const char *study, const char *scale,
                                  const char *name)
{
    return study_record(studies_find(f->studies, study), "profile", name, scale);
}

/* ---- links ---------------------------------------------------------------------------------------- */

static void add_link(struct fill *f, const char *words_of_it, const char *name)
{
    struct arena *a = f->document->arena;
    const struct study *s = studies_find(f->studies, "profile-production");
    const char *path = arena_format(a, "flame_graphs/%s", name);
    if (io_exists(arena_format(a, "%s/%s", f->studies->folder, path))) {
        document_link(f->document, words_of_it, path);
        return;
    }
    bool whole = s && s->has;
    struct finding missing =
        fill_missing(f, s, whole ? arena_format(a, "%s is not there", path) : NULL);
    fill_say(f, BLOCK_ITEM, arena_format(a, "%s: {}.", words_of_it), &missing, 1);
}

static void add_graph(struct fill *f, const char *what, const char *words_of_it)
{
    add_link(f, words_of_it,
             arena_format(f->document->arena, "%s_grid_search_%s.svg", what, f->studies->date));
}

/* ---- shares --------------------------------------------------------------------------------------- */

static struct pick share_of(struct fill *f, const char *study, const char *scale, const char *side,
                            const char *part, bool bounds)
{
    struct arena *a = f->document->arena;
    const char *path = arena_format(a, "parts[%s]", part);
    return (struct pick){
        study,
        "profile",
        side,
        scale,
        NULL,
        {"percent",
          WORDS_SHARE, {arena_format(a, "%s.share", path)},
          arena_format(a, "%s.low", path),
          arena_format(a, "%s.high", path),
          bounds}
    };
}

static void add_share(struct fill *f, struct table *t, struct pick p)
{
    struct finding x = fill_find(f, &p);
    fill_cell(f, t, &x);
}

/* "Total overhead: 83.0 % (81.3 %..84.6 %), computation ...", and after. */
static void say_sums(struct fill *f, const char *study, const char *scale, bool before_alone)
{
    static const char *const names[] = {"none", "all"};
    struct finding parts[8];
    for (int i = 0; i < COUNT(names); i++) {
        struct sampled x = sampled_of(f, study, names[i], scale);
        struct finding *to = parts + (ptrdiff_t)4 * i;
        to[0] = x.overhead;
        to[1] = x.overhead_bounds;
        to[2] = x.computation;
        to[3] = x.computation_bounds;
    }
    if (before_alone)
        fill_say(f, BLOCK_TEXT,
                 "Total overhead: {} of the samples (95 % interval {}), computation {} ({}).",
                 parts, 4);
    else
        fill_say(f, BLOCK_TEXT,
                 "Total overhead before: {} (95 % interval {}), computation {} ({}); after: {} "
                 "({}), computation {} ({}).",
                 parts, COUNT(parts));
    sampled_warn(f, study, names, before_alone ? 1 : COUNT(names), scale);
}

static const struct column before_after[] = {
    {"Part",                 false},
    {"Before (no layer)",    true },
    {"95 % interval",        true },
    {"After (all layers)",   true },
    {"95 % interval, after", true },
};

static void add_parts(struct fill *f, const char *study, const char *scale, const char *caption,
                      bool before_alone)
{
    const struct json *none = profile(f, study, scale, "none"), *parts = json_get(none, "parts");
    if (json_count(parts) == 0) {
        struct finding missing = fill_missing(f, studies_find(f->studies, study), NULL);
        fill_say(f, BLOCK_TEXT, "Shares of the samples: {}.", &missing, 1);
        return;
    }
    struct table *t = table_new(f->document->arena, caption, before_after,
                                before_alone ? 3 : COUNT(before_after));
    for (const struct json *part = json_first(parts); part; part = json_next(part)) {
        const char *name = at_text(part, "name"), *title = at_text(part, "title");
        fill_label(f, t, *title ? title : name);
        add_share(f, t, share_of(f, study, scale, "none", name, false));
        add_share(f, t, share_of(f, study, scale, "none", name, true));
        if (before_alone)
            continue;
        add_share(f, t, share_of(f, study, scale, "all", name, false));
        add_share(f, t, share_of(f, study, scale, "all", name, true));
    }
    document_table(f->document, t);
    say_sums(f, study, scale, before_alone);
}

static void draw(struct fill *f, const char *study, const char *scale)
{
    const struct json *before = profile(f, study, scale, "none"),
                      *after = profile(f, study, scale, "all");
    if (!before || !after)
        return;
    struct bottlenecks b = bottlenecks_of(before, after, f->document->arena);
    plot_bottlenecks(f->document, scale, &b);
}

/* ---- the chapter ---------------------------------------------------------------------------------- */

static void say_sampler(struct fill *f, const char *study, const char *scale)
{
    struct finding parts[] = {
        {0},
        fill_find(f, &(struct pick){study, "profile", "none", scale, NULL,
                                    MEASURE("value", WORDS_COUNT, "samples")}),
        fill_find(f, &(struct pick){study, "profile", "all", scale, NULL,
                                    MEASURE("value", WORDS_COUNT, "samples")}),
    };
    const struct json *none = profile(f, study, scale, "none");
    parts[0] = fill_text(f, studies_find(f->studies, study), at_text(none, "id"), "sampler",
                         at_text(none, "sampler"));
    fill_say(f, BLOCK_TEXT,
             "Sampled by {}: {} samples without layers, {} with all. A sample belongs to the part "
             "nearest to where it fell.",
             parts, COUNT(parts));
}

void chapter_flame(struct fill *f)
{
    static const char *const scales[][4] = {
        {"profile-production", "production", "Production scale: where the time went without layers",
         "Production scale: bottlenecks before and after"},
        {"profile-micro",      "micro",      "Micro scale: where the time went without layers",
         "Micro scale: bottlenecks before and after"     },
    };
    fill_heading(f, 2, "Flame Graph Analysis");
    fill_heading(f, 3, "Baseline (Pre-Optimization)");
    for (int i = 0; i < COUNT(scales); i++)
        if (fill_has(f, scales[i][0])) {
            say_sampler(f, scales[i][0], scales[i][1]);
            add_parts(f, scales[i][0], scales[i][1], scales[i][2], true);
        }
    add_graph(f, "baseline", "Flame graph without layers");
    fill_heading(f, 3, "Optimized");
    for (int i = 0; i < COUNT(scales); i++)
        if (profile(f, scales[i][0], scales[i][1], "none")) {
            add_parts(f, scales[i][0], scales[i][1], scales[i][3], false);
            draw(f, scales[i][0], scales[i][1]);
        }
    document_add(f->document, BLOCK_TEXT,
                 "Shares of a smaller whole: a part whose share grows need not have become slower. "
                 "Its time is the share of that side's run.");
    add_graph(f, "optimized", "Flame graph with all layers");
    fill_heading(f, 3, "Comparison");
    add_graph(f, "layer1", "Flame graph with layer 1");
    add_graph(f, "layer2", "Flame graph with layers 1 and 2");
    add_graph(f, "layer3", "Flame graph with layers 1 to 3");
    add_graph(f, "phase6b", "Flame graph with layers 1 to 3 and phase 6B");
    add_link(f, "Side by side, with the differences",
             arena_format(f->document->arena, "comparison_%s.html", f->studies->date));
    add_link(f, "Flame graph of the differences",
             arena_format(f->document->arena, "comparison_%s.diff.svg", f->studies->date));
}
