#define _GNU_SOURCE
#include "harness/plan/scenario.h"

#include "harness/base/io.h"
#include "harness/plan/scenario_compare.h"
#include "harness/plan/scenario_rows.h"

#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- lists ---------------------------------------------------------------------------------- */

static bool has_scale(const struct scenario *s, const char *name)
{
    for (int i = 0; i < s->scale_count; i++)
        if (strcmp(s->scales[i].name, name) == 0)
            return true;
    return false;
}

static bool read_scale(struct scenario *s, const struct json *object, struct arena *a,
                       struct err *e)
{
    struct scenario_scale *scale = &s->scales[s->scale_count];
    if (!scenario_read_rows(scenario_scale_rows, scale, object, a, e) ||
        !scenario_is_label(scale->name, e))
        return false;
    if (has_scale(s, scale->name))
        return err_input(e, "name: \"%.60s\" stands twice", scale->name);
    s->scale_count++;
    return true;
}

static bool read_scales(struct scenario *s, const struct json *list, struct arena *a, struct err *e)
{
    s->scales = ARENA_NEW(a, struct scenario_scale, json_count(list));
    for (const struct json *v = json_first(list); v; v = json_next(v))
        if (!read_scale(s, v, a, e))
            return err_prefix(e, "scales[%d]", s->scale_count);
    return s->scale_count > 0 || err_input(e, "scales: expected at least one");
}

static bool known_scale(const struct scenario *s, const char *name, struct err *e)
{
    return has_scale(s, name) || err_input(e, "no scale is named \"%.60s\"", name);
}

static bool read_compares(struct scenario *s, const struct json *list, struct arena *a,
                          struct err *e)
{
    s->compares = ARENA_NEW(a, struct scenario_compare, json_count(list));
    for (const struct json *v = json_first(list); v; v = json_next(v)) {
        struct scenario_compare *c = &s->compares[s->compare_count];
        bool ok = scenario_read_compare(c, v, a, e);
        for (int i = 0; ok && i < c->scales.n; i++)
            ok = known_scale(s, c->scales.v[i], e);
        if (!ok)
            return err_prefix(e, "compare[%d]", s->compare_count);
        s->compare_count++;
    }
    return s->compare_count > 0 || err_input(e, "compare: expected at least one");
}

static bool is_digest(const char *text, struct err *e)
{
    return (strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64) ||
           err_input(e, "digest: expected 64 hex digits, found \"%.80s\"", text);
}

static bool read_expects(struct scenario *s, const struct json *list, struct arena *a,
                         struct err *e)
{
    s->expects = ARENA_NEW(a, struct scenario_expect, json_count(list));
    for (const struct json *v = json_first(list); v; v = json_next(v)) {
        struct scenario_expect *x = &s->expects[s->expect_count];
        if (!scenario_read_rows(scenario_expect_rows, x, v, a, e) || !known_scale(s, x->scale, e) ||
            !is_digest(x->digest, e))
            return err_prefix(e, "expect[%d]", s->expect_count);
        s->expect_count++;
    }
    return true;
}

/* ---- the file ------------------------------------------------------------------------------- */

/* It becomes part of file names. */
static bool is_name(const char *text, struct err *e)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    size_t n = strlen(text);
    return (n > 0 && n <= 64 && text[0] != '.' && strspn(text, allowed) == n) ||
           err_input(e, "name: expected 1 to 64 of letters, digits, . _ -, found \"%.80s\"", text);
}

/* Folders that a name without ".json" is looked for in ("headline", "characteristics/memory"), those of the
 * program's own folder ('@') from any place: where `make install` puts them, and where a build has them. */
static bool find_named(const char *name, char path[PATH_MAX])
{
    static const char *const folders[] = {"scenarios", "@/../share/cupel/scenarios",
                                          "@/../../scenarios"};
    char self[PATH_MAX / 2];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    self[n > 0 ? n : 0] = '\0';
    const char *own = dirname(self);
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        bool is_own = folders[i][0] == '@';
        snprintf(path, PATH_MAX, "%s%s/%.200s.json", is_own ? own : "", folders[i] + is_own, name);
        if (io_exists(path))
            return true;
    }
    return false;
}

static bool find_file(const char *name, char path[PATH_MAX])
{
    snprintf(path, PATH_MAX, "%s", name);
    if (name[0] == '/' || name[0] == '.' || strstr(name, ".json"))
        return io_exists(path);
    return (strchr(name, '/') && io_exists(path)) || find_named(name, path);
}

bool scenario_is_there(const char *name)
{
    char path[PATH_MAX];
    return find_file(name, path);
}

static bool read_document(struct scenario *s, struct arena *a, struct err *e)
{
    struct scenario_document d;
    if (!scenario_read_rows(scenario_document_rows, &d, s->document, a, e) || !is_name(d.name, e))
        return false;
    s->name = d.name;
    s->title = d.title ? d.title : d.name;
    s->kernel = d.kernel;
    s->pairs = d.pairs;
    s->margin_percent = d.margin_percent;
    s->judging = judging_default();
    judging_time_margin(&s->judging, d.margin_percent);
    if (!judging_read(&s->judging, d.gate, a, e))
        return err_prefix(e, "gate");
    s->state_dir = d.state_dir;
    s->instructions = d.instructions;
    s->ceilings = d.ceilings;
    s->settings = d.settings;
    return read_scales(s, d.scales, a, e) && read_compares(s, d.compare, a, e) &&
           read_expects(s, d.expect, a, e);
}

bool scenario_read(struct scenario *s, const char *name, struct arena *a, struct err *e)
{
    *s = (struct scenario){0};
    char path[PATH_MAX];
    if (!find_file(name, path))
        return err_input(e,
                         "scenario %s: no such file, and no scenario of that name in ./scenarios "
                         "or beside the program",
                         name);
    s->path = arena_text(a, path);
    s->document = json_read_file(path, e);
    if (!s->document)
        return err_prefix(e, "scenario");
    if (read_document(s, a, e))
        return true;
    scenario_done(s);
    return err_prefix(e, "scenario %s", path);
}

void scenario_done(struct scenario *s)
{
    json_free(s->document);
    s->document = NULL;
}

/* ---- what is made of it --------------------------------------------------------------------- */

bool scenario_choose(struct scenario *s, const struct opt_texts *scales, struct err *e)
{
    for (int i = 0; i < scales->n; i++)
        if (!known_scale(s, scales->v[i], e))
            return err_prefix(e, "scenario %s", s->path);
    int kept = 0;
    for (int i = 0; i < s->scale_count; i++)
        if (!scales->n || opt_texts_hold(scales, s->scales[i].name))
            s->scales[kept++] = s->scales[i];
    s->scale_count = kept;
    return true;
}

void scenario_plain(struct scenario *s, const char *name, const char *kernel, struct arena *a)
{
    *s = (struct scenario){.name = name,
                           .title = name,
                           .kernel = kernel,
                           .pairs = SCENARIO_PAIRS_MIN,
                           .margin_percent = 10,
                           .judging = judging_default(),
                           .scales = ARENA_NEW(a, struct scenario_scale, 1),
                           .scale_count = 1};
    s->scales->name = "default";
}

const char *scenario_expected(const struct scenario *s, const char *scale, const char *bundle)
{
    for (int i = 0; i < s->expect_count; i++) {
        const struct scenario_expect *x = &s->expects[i];
        bool fits = !x->bundle || (bundle && strcmp(x->bundle, bundle) == 0);
        if (fits && strcmp(x->scale, scale) == 0)
            return x->digest;
    }
    return NULL;
}
