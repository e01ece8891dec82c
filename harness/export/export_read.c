#include "harness/export/export_read.h"

#include "harness/export/export_member.h"
#include "harness/export/export_read_judged.h"
#include "harness/export/export_read_side.h"

#include <math.h>
#include <string.h>

static double wall_ns(const struct json *slice)
{
    double ns = export_number(slice, "wall_ns");
    return isfinite(ns) && ns > 0 ? ns : 0;
}

static double seconds_of(const struct json *pairs)
{
    static const char *const names[] = {"base", "new", "side"};
    double ns = 0;
    for (const struct json *p = json_first(pairs); p; p = json_next(p)) {
        ns += wall_ns(p) + wall_ns(json_get(p, "prepare"));
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            ns += wall_ns(json_get(p, names[i])) + wall_ns(export_member(p, "prepare", names[i]));
    }
    return ns / 1e9;
}

static void end_as(struct export_benchmark *b, enum export_state state, const char *reason)
{
    b->state = state;
    b->verdict = export_state_word(state);
    b->reason = reason;
}

static void cut_short(struct export_benchmark *b, const char *reason)
{
    end_as(b, EXPORT_ERROR, reason);
    b->fails = false;
}

/* Of a FAIL that a second run decides, that run is another record, which takes this one's place. */
static void check_end(struct export_benchmark *b, const struct json *record)
{
    const struct json *complete = json_get(record, "complete");
    if (json_bool(export_member(record, "gate", "provisional")))
        cut_short(
            b, "cut short: a FAIL by wall time whose second run, which decides, was not measured");
    if (json_kind(complete) == JSON_BOOL && !json_bool(complete))
        cut_short(b, "cut short: not all of its pairs were measured");
}

/* `cupel bench` compares by the metric that it was asked for, with bounds of its own. */
static const struct json *read_simultaneous(struct export_benchmark *b, const struct json *record)
{
    const struct json *own = json_get(record, "simultaneous");
    if (json_kind(own) != JSON_OBJECT)
        return NULL;
    b->repeats = true;
    b->metric = json_text(json_get(own, "metric"));
    b->verdict = export_number(own, "lower") > 1   ? "slower"
                 : export_number(own, "upper") < 1 ? "faster"
                                                   : "no difference proven";
    return own;
}

static bool read_measured(struct export_benchmark *b, const struct json *record, struct arena *a,
                          struct err *e)
{
    const struct json *pairs = json_get(record, "pairs"), *gate = json_get(record, "gate");
    const struct json *one = json_get(record, "side");
    pairs = pairs ? pairs : json_get(record, "runs");
    if (!export_read_side(&b->sides[SIDE_BASE], json_get(record, "base"), pairs, "base", a, e) ||
        !export_read_side(&b->sides[SIDE_NEW], one ? one : json_get(record, "new"), pairs, "new", a,
                          e))
        return false;
    if (!b->sides[SIDE_BASE].present && !b->sides[SIDE_NEW].present)
        return err_input(e, "expected a side (base, new or side)");
    for (int m = 0; m < PROBE_METRIC_COUNT; m++)
        export_read_contrast(&b->contrasts[m],
                             export_member(record, "compare", probe_metrics[m].name));
    b->pairs = json_count(pairs);
    b->seconds = seconds_of(pairs);
    b->verdict = export_text_or(record, "verdict", export_state_word(EXPORT_MEASURED));
    if (one) {
        export_read_runs(&b->sides[SIDE_NEW], record, a);
        b->parameters = json_get(record, "parameters");
    }
    const struct json *own = read_simultaneous(b, record);
    if (json_kind(gate) == JSON_OBJECT && !export_read_verdict(b, gate, e))
        return false;
    export_read_judged(b, own ? own : gate, a);
    check_end(b, record);
    return true;
}

/* Against a stored baseline: numbers of the metrics that were judged, none of sides. */
static bool read_stored(struct export_benchmark *b, const struct json *record, struct arena *a,
                        struct err *e)
{
    const struct json *gate;
    if (!json_need_object(record, "gate", &gate, e) || !export_read_verdict(b, gate, e))
        return false;
    export_read_judged(b, gate, a);
    return true;
}

static bool read_skipped(struct export_benchmark *b, const struct json *record, struct arena *a,
                         struct err *e)
{
    (void)a;
    const char *why;
    if (!json_need_text(record, "reason", &why, e))
        return false;
    end_as(b, EXPORT_SKIPPED, why);
    return true;
}

static bool read_failed(struct export_benchmark *b, const struct json *record, struct arena *a,
                        struct err *e)
{
    (void)a;
    const char *why;
    if (!json_need_text(record, "error", &why, e))
        return false;
    end_as(b, strstr(why, "results differ") ? EXPORT_MISMATCH : EXPORT_ERROR, why);
    return true;
}

static const struct kind {
    const char *name;
    bool (*read)(struct export_benchmark *b, const struct json *record, struct arena *a,
                 struct err *e);
} kinds[] = {
    {"comparison", read_measured},
    {"benchmark",  read_measured},
    {"judged",     read_stored  },
    {"skipped",    read_skipped },
    {"failed",     read_failed  },
};

static const struct kind *kind_of(const struct json *record)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (result_is(record, kinds[i].name))
            return &kinds[i];
    return NULL;
}

bool export_read_is_benchmark(const struct json *record)
{
    return kind_of(record) != NULL;
}

bool export_read_benchmark(struct export_benchmark *b, const struct json *record, struct arena *a,
                           struct err *e)
{
    *b = (struct export_benchmark){.metric = ""};
    for (int s = 0; s < SIDES; s++) {
        b->sides[s].label = "";
        b->sides[s].peak_bytes = b->sides[s].allocated_bytes = (double)NAN;
        b->sides[s].user_ns = b->sides[s].system_ns = (double)NAN;
        b->sides[s].allocations = (double)NAN;
    }
    if (!json_need_text(record, "id", &b->id, e))
        return false;
    return kind_of(record)->read(b, record, a, e) || err_prefix(e, "\"%.200s\"", b->id);
}

/* ---- profiles -------------------------------------------------------------------------------- */

const char *export_read_changed(const struct json *pair, struct arena *a)
{
    enum { NAMED = 3 };
    struct text t = {0};
    int n = 0;
    for (const struct json *f = json_first(json_get(pair, "changed")); f && n < NAMED;
         f = json_next(f)) {
        if (!json_bool(json_get(f, "shown")))
            continue;
        text_printf(&t, "%s%s %+.1f points",
                    n++ ? ", " : "profile: ", json_text(json_get(f, "name")),
                    json_number(json_get(f, "points")));
    }
    const char *page = json_text(json_get(json_get(pair, "files"), "page"));
    if (n)
        text_printf(&t, " of the base's cost; %s", page);
    const char *said = arena_text(a, t.p ? t.p : "");
    text_done(&t);
    return said;
}
