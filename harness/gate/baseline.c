#include "harness/gate/baseline.h"

#include "harness/result/agree.h"

#include <string.h>

const char *baseline_id(const char *scale, const char *layers, struct arena *a)
{
    return arena_format(a, "%s/%s", scale, layers);
}

const char *baseline_path(const char *name, struct arena *a)
{
    if (strchr(name, '/') || strstr(name, ".json"))
        return arena_text(a, name);
    return arena_format(a, BASELINE_FOLDER "/%s.json", name);
}

/* ---- reading -------------------------------------------------------------------------------- */

static bool check_exact(const struct json *b, struct err *e)
{
    const struct json *exact, *times;
    double unused;
    if (!json_need_object(b, "exact", &exact, e) || !json_need_object(b, "times", &times, e))
        return false;
    for (const struct json *v = json_first(exact); v; v = json_next(v))
        if (!json_need_number(exact, json_key(v), &unused, e))
            return err_prefix(e, "exact");
    for (const struct json *v = json_first(times); v; v = json_next(v))
        if (!json_need_number(v, "estimate", &unused, e))
            return err_prefix(e, "times.%s", json_key(v));
    return true;
}

static bool check_benchmark(const struct json *b, struct err *e)
{
    const char *text;
    const struct json *settings;
    struct kernel_digest digest;
    return json_need_text(b, "id", &text, e) && json_need_text(b, "scale", &text, e) &&
           json_need_text(b, "layers", &text, e) && json_need_object(b, "settings", &settings, e) &&
           agree_read(b, &digest, e) && check_exact(b, e);
}

static bool check_document(struct baseline *b, struct err *e)
{
    int64_t schema;
    const char *text;
    const struct json *part;
    if (!json_need_int(b->document, "baseline", 1, 1 << 30, &schema, e))
        return false;
    if (schema != BASELINE_SCHEMA)
        return err_input(e, "baseline: expected schema %d, found %lld", BASELINE_SCHEMA,
                         (long long)schema);
    if (!json_need_text(b->document, "scenario", &text, e) ||
        !json_need_text(b->document, "seed", &text, e) ||
        !json_need_text(b->document, "fingerprint", &text, e) ||
        !json_need_object(b->document, "inputs", &part, e) ||
        !json_need_object(b->document, "environment", &part, e) ||
        !json_need_array(b->document, "benchmarks", &b->benchmarks, e))
        return false;
    int n = 0;
    for (const struct json *v = json_first(b->benchmarks); v; v = json_next(v), n++)
        if (!check_benchmark(v, e))
            return err_prefix(e, "benchmarks[%d]", n);
    return n > 0 || err_input(e, "benchmarks: expected at least one");
}

bool baseline_read(struct baseline *b, const char *path, struct err *e)
{
    *b = (struct baseline){.path = path, .document = json_read_file(path, e)};
    if (!b->document)
        return err_prefix(e, "baseline");
    if (check_document(b, e))
        return true;
    baseline_done(b);
    return err_prefix(e, "baseline %s", path);
}

bool baseline_is_meant(const char *path)
{
    struct err unused;
    struct json *document = json_read_file(path, &unused);
    bool meant = json_get(document, "baseline") != NULL;
    json_free(document);
    return meant;
}

void baseline_done(struct baseline *b)
{
    json_free(b->document);
    b->document = NULL;
}

const struct json *baseline_find(const struct baseline *b, const char *id)
{
    for (const struct json *v = json_first(b->benchmarks); v; v = json_next(v))
        if (strcmp(json_text(json_get(v, "id")), id) == 0)
            return v;
    return NULL;
}

struct opt_texts baseline_sets(const struct baseline *b, struct arena *a)
{
    struct opt_texts sets = {ARENA_NEW(a, const char *, json_count(b->benchmarks)), 0};
    for (const struct json *v = json_first(b->benchmarks); v; v = json_next(v)) {
        const char *set = json_text(json_get(v, "layers"));
        int i = 0;
        while (i < sets.n && strcmp(sets.v[i], set) != 0)
            i++;
        if (i == sets.n)
            sets.v[sets.n++] = set;
    }
    return sets;
}

/* ---- is it the same work? ------------------------------------------------------------------- */

/* Market data are told apart by their content. */
static const char *other_setting(const struct json *one, const struct json *other)
{
    for (const struct json *v = json_first(one); v; v = json_next(v))
        if (strcmp(json_key(v), "bundle") != 0 && !json_same(v, json_get(other, json_key(v))))
            return json_key(v);
    return NULL;
}

bool baseline_same_work(const struct json *stored, const struct json *settings, struct err *e)
{
    const struct json *before = json_get(stored, "settings");
    const char *name = other_setting(before, settings);
    name = name ? name : other_setting(settings, before);
    return !name || err_input(e,
                              "%s: setting %s is not the baseline's: save it again with --refresh, "
                              "or give the same",
                              json_text(json_get(stored, "id")), name);
}

bool baseline_same_inputs(const struct baseline *b, const struct json *inputs, struct err *e)
{
    const struct json *before = json_get(b->document, "inputs");
    for (const struct json *v = json_first(inputs); v; v = json_next(v)) {
        const char *now = json_text(json_get(v, "content"));
        const struct json *known = json_get(before, json_key(v));
        const char *then = json_text(json_get(known, "content"));
        if (strcmp(now, then) != 0)
            return err_input(e,
                             "%s: %s (%s) is not the data of the baseline: content %.12s, there "
                             "%.12s",
                             b->path, json_key(v), json_text(json_get(v, "path")), now,
                             *then ? then : "none");
    }
    return true;
}
