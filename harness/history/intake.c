#include "harness/history/intake.h"

#include "harness/base/io.h"
#include "harness/base/json.h"
#include "harness/history/intake_point.h"
#include "harness/history/when.h"
#include "harness/result/file.h"

#include <libgen.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- what was done --------------------------------------------------------------------------- */

/* Settings that name market data stand for their content: a bundle may lie anywhere. */
static const char *hash_of_work(struct intake *in, const struct json *run,
                                const struct json *record, const struct json *side)
{
    struct text all = {0};
    char hex[SHA256_HEX];
    const struct json *inputs = json_get(run, "inputs");
    text_printf(&all, "kernel=%s\n", json_text(json_get(record, "kernel")));
    for (const struct json *s = json_first(json_get(side, "settings")); s; s = json_next(s)) {
        const struct json *input = json_get(inputs, json_key(s));
        text_printf(&all, "%s=", json_key(s));
        json_print(input ? json_get(input, "content") : s, &all);
        text_puts(&all, "\n");
    }
    sha256_of(all.p, all.n, hex);
    text_done(&all);
    hex[8] = '\0';
    return arena_text(&in->arena, hex);
}

/* ---- records --------------------------------------------------------------------------------- */

struct reading {
    struct intake *in;
    const struct json *run, *record;
    const char *benchmark;
    const char *awaits; /* what a second run decides: its id; NULL */
};

/* The second run is the benchmark: under its own name it would be a curve of slow days alone. */
static const char *first_id(struct reading *r, const char *id)
{
    static const char tail[] = " (confirmation)";
    size_t n = r->awaits ? strlen(r->awaits) : 0;
    bool confirms = n && strncmp(id, r->awaits, n) == 0 && strcmp(id + n, tail) == 0;
    const char *first = confirms ? r->awaits : id;
    if (confirms)
        r->awaits = NULL;
    return first;
}

/* Pairs of a comparison, runs of one side. */
static int measured(const struct json *record)
{
    const struct json *pairs = json_get(record, "pairs");
    return json_count(pairs ? pairs : json_get(record, "runs"));
}

static bool add_side(const struct reading *r, const char *member, const char *side_name,
                     struct err *e)
{
    const struct json *side, *metrics;
    const char *label;
    if (!json_need_object(r->record, member, &side, e))
        return false;
    if (!json_need_text(side, "label", &label, e) ||
        !json_need_object(side, "metrics", &metrics, e))
        return err_prefix(e, "%s", member);
    struct intake_point p = {
        .benchmark = r->benchmark,
        .side = side_name,
        .label = arena_text(&r->in->arena, label),
        .work = hash_of_work(r->in, r->run, r->record, side),
        .n = measured(r->record),
    };
    for (const struct json *m = json_first(metrics); m; m = json_next(m))
        if (!intake_point_timing(r->in, p, m, e))
            return err_prefix(e, "%s: metrics: %s", member, json_key(m));
    intake_point_counts(r->in, &p, side);
    intake_point_totals(r->in, &p, side);
    return true;
}

static double bound(const struct json *contrast, const char *key)
{
    const struct json *value = json_get(contrast, key);
    return json_kind(value) == JSON_NUMBER ? json_number(value) : (double)NAN;
}

static bool add_ratios(const struct reading *r, struct err *e)
{
    const struct json *compare, *base = json_get(r->record, "base");
    const struct json *new = json_get(r->record, "new");
    if (!json_need_object(r->record, "compare", &compare, e))
        return false;
    struct intake_point p = {
        .benchmark = r->benchmark,
        .side = "ratio",
        .label = arena_format(&r->in->arena, "%s / %s", json_text(json_get(new, "label")),
                              json_text(json_get(base, "label"))),
        .work = hash_of_work(r->in, r->run, r->record, new),
        .unit = "1",
    };
    for (const struct json *c = json_first(compare); c; c = json_next(c)) {
        if (!json_need_number(c, "ratio", &p.value, e))
            return err_prefix(e, "compare: %s", json_key(c));
        p.metric = arena_text(&r->in->arena, json_key(c));
        p.lower = bound(c, "lower");
        p.upper = bound(c, "upper");
        p.n = measured(r->record);
        intake_point_add(r->in, &p);
    }
    return true;
}

static bool add_record(struct reading *r, bool is_pair, struct err *e)
{
    const char *id;
    if (!json_need_text(r->record, "id", &id, e))
        return false;
    id = first_id(r, id);
    const char *scenario = json_text(json_get(json_get(r->run, "scenario"), "name"));
    r->benchmark = arena_format(&r->in->arena, "%s/%s", scenario, id);
    for (int i = 0; i < r->in->count; i++)
        if (strcmp(r->in->points[i].benchmark, r->benchmark) == 0)
            return err_input(e, "id: \"%s\" stands twice", id);
    bool ok =
        is_pair ? add_side(r, "base", "base", e) && add_side(r, "new", "new", e) && add_ratios(r, e)
                : add_side(r, "side", "new", e);
    return ok || err_prefix(e, "\"%s\"", id);
}

static bool is_interrupted(const struct json *record)
{
    const struct json *complete = json_get(record, "complete");
    return json_kind(complete) == JSON_BOOL && !json_bool(complete);
}

static bool awaits_second(const struct json *record)
{
    return json_bool(json_get(json_get(record, "gate"), "provisional"));
}

static bool add_records(struct intake *in, const struct result_file *f, struct err *e)
{
    struct reading r = {.in = in, .run = f->run};
    for (r.record = json_first(f->records); r.record; r.record = json_next(r.record)) {
        bool is_pair = result_is(r.record, "comparison");
        if (!is_pair && !result_is(r.record, "benchmark"))
            continue;
        if (is_interrupted(r.record))
            in->left_out++;
        else if (awaits_second(r.record))
            r.awaits = json_text(json_get(r.record, "id"));
        else if (!add_record(&r, is_pair, e))
            return false;
    }
    in->left_out += r.awaits != NULL;
    return in->count > 0 || err_input(e, "holds no %scomparison", in->left_out ? "finished " : "");
}

/* ---- the run --------------------------------------------------------------------------------- */

static bool set_time(struct intake *in, const char *said, const char *measured, struct err *e)
{
    char utc[WHEN_TEXT];
    if (!when_utc(said ? said : measured, utc, e))
        return err_prefix(e, said ? "--time" : "environment: timestamp");
    in->run.time = arena_text(&in->arena, utc);
    return true;
}

static bool set_run(struct intake *in, const struct result_file *f, const char *path,
                    const struct intake_said *said, struct err *e)
{
    const struct json *facts = json_get(f->run, "environment");
    struct text environment = {0};
    char name[PATH_MAX];
    const char *commit = said->commit ? said->commit : json_text(json_get(facts, "commit"));
    if (!commit[0])
        return err_input(e, "environment: commit: not known, expected --commit");
    json_print(facts, &environment);
    snprintf(name, sizeof name, "%s", path);
    environment_fingerprint(facts, in->run.machine);
    in->run.commit = arena_text(&in->arena, commit);
    in->run.branch = arena_text(&in->arena, said->branch ? said->branch : "");
    in->run.cpu = arena_text(&in->arena, json_text(json_get(facts, "cpu_model")));
    in->run.environment = arena_text(&in->arena, environment.p);
    in->run.source = arena_text(&in->arena, basename(name));
    in->run.tool = arena_text(&in->arena, json_text(json_get(f->run, "tool")));
    in->run.version = arena_text(&in->arena, json_text(json_get(facts, "version")));
    text_done(&environment);
    return set_time(in, said->time, json_text(json_get(facts, "timestamp")), e);
}

/* Read apart from the records: a file that grows meanwhile is another run then, not a wrong one. */
static bool set_hash(struct intake *in, const char *path, struct err *e)
{
    struct text content = {0};
    bool ok = io_read_file(path, &content, e);
    if (ok)
        sha256_of(content.p, content.n, in->run.hash);
    text_done(&content);
    return ok;
}

bool intake_read(struct intake *in, const char *path, const struct intake_said *said, struct err *e)
{
    *in = (struct intake){0};
    struct result_file f;
    if (!set_hash(in, path, e) || !result_file_read(&f, path, e))
        return false;
    in->is_complete = f.complete;
    bool ok = set_run(in, &f, path, said, e) && add_records(in, &f, e);
    result_file_done(&f);
    if (!ok)
        intake_done(in);
    return ok || err_prefix(e, "%s", path);
}

void intake_done(struct intake *in)
{
    arena_done(&in->arena);
    *in = (struct intake){0};
}
