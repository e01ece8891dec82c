#define _GNU_SOURCE
#include "harness/plan/scenario.h"

#include "harness/base/io.h"

#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The flat part of each object as a struct of its own: option rows fill it. */
struct document {
    const char *name, *title, *kernel;
    long pairs;
    double margin_percent;
    const char *state_dir;
    bool instructions, ceilings;
    const struct json *settings, *scales, *compare, *gate, *expect;
};

#define IN_DOCUMENT(field) offsetof(struct document, field)

static const struct opt document_rows[] = {
    {.name = "name",
     .kind = OPT_TEXT,
     .offset = IN_DOCUMENT(name),
     .arg = "text",
     .required = true,
     .help = "what results are filed under"},
    {.name = "title",
     .kind = OPT_TEXT,
     .offset = IN_DOCUMENT(title),
     .arg = "text",
     .help = "one line for the report"},
    {.name = "kernel",
     .kind = OPT_TEXT,
     .offset = IN_DOCUMENT(kernel),
     .arg = "text",
     .required = true,
     .help = "which workload (cupel list)"},
    {.name = "pairs",
     .kind = OPT_INT,
     .offset = IN_DOCUMENT(pairs),
     .min = SCENARIO_PAIRS_MIN,
     .max = SCENARIO_PAIRS_MAX,
     .fallback = "10",
     .help = "pairs of fresh processes per comparison"},
    {.name = "margin_percent",
     .kind = OPT_REAL,
     .offset = IN_DOCUMENT(margin_percent),
     .min = 0.1,
     .max = 1000,
     .fallback = "10",
     .help = "the slowdown that a gate fails on"},
    {.name = "state_dir",
     .kind = OPT_TEXT,
     .offset = IN_DOCUMENT(state_dir),
     .arg = "DIR",
     .help = "where the sides keep what they store; /dev/shm: in memory"},
    {.name = "instructions",
     .kind = OPT_FLAG,
     .offset = IN_DOCUMENT(instructions),
     .help = "count those of one run of each side too, under valgrind"                                                            },
    {.name = "ceilings",
     .kind = OPT_FLAG,
     .offset = IN_DOCUMENT(ceilings),
     .help = "measure what one core can do at best too, for a roofline"                                            },
    {.name = "settings",
     .kind = OPT_OBJECT,
     .offset = IN_DOCUMENT(settings),
     .help = "of the kernel, for every scale"                                                            },
    {.name = "scales",
     .kind = OPT_ARRAY,
     .offset = IN_DOCUMENT(scales),
     .arg = "an array",
     .required = true,
     .help = "named sizes of the work"},
    {.name = "compare",
     .kind = OPT_ARRAY,
     .offset = IN_DOCUMENT(compare),
     .arg = "an array",
     .required = true,
     .help = "base and new sides"},
    {.name = "gate",
     .kind = OPT_OBJECT,
     .offset = IN_DOCUMENT(gate),
     .help = "how a gate judges (plan/judging.h)"                                                           },
    {.name = "expect",
     .kind = OPT_ARRAY,
     .offset = IN_DOCUMENT(expect),
     .help = "digests that the results must have"                                         },
    OPT_END,
};

#define IN_SCALE(field) offsetof(struct scenario_scale, field)

static const struct opt scale_rows[] = {
    {.name = "name",
     .kind = OPT_TEXT,
     .offset = IN_SCALE(name),
     .arg = "text",
     .required = true,
     .help = "of the scale"                               },
    {.name = "settings",
     .kind = OPT_OBJECT,
     .offset = IN_SCALE(settings),
     .help = "over the scenario's"      },
    {.name = "pairs",
     .kind = OPT_INT,
     .offset = IN_SCALE(pairs),
     .min = SCENARIO_PAIRS_MIN,
     .max = SCENARIO_PAIRS_MAX,
     .help = "instead of the scenario's"},
    OPT_END,
};

struct compare_fields {
    const char *name, *expand;
    struct opt_texts scales, of;
    const struct json *groups, *base, *new;
};

static const char *const expansions[] = {"no",         "each-alone", "with-need", "leave-one-out",
                                         "cumulative", "coalitions", NULL};

#define IN_COMPARE(field) offsetof(struct compare_fields, field)

static const struct opt compare_rows[] = {
    {.name = "name",                                              .kind = OPT_TEXT, .offset = IN_COMPARE(name), .help = "of the cell"},
    {.name = "expand",
     .kind = OPT_TEXT,
     .offset = IN_COMPARE(expand),
     .choices = expansions,
     .fallback = "no",
     .help = "one cell a layer"},
    {.name = "scales",
     .kind = OPT_TEXTS,
     .offset = IN_COMPARE(scales),
     .help = "names of scales; none: all"                                                                                                               },
    {.name = "of",
     .kind = OPT_TEXTS,
     .offset = IN_COMPARE(of),
     .help = "expand: these layers only, over those of the base"                                                                                                               },
    {.name = "groups",
     .kind = OPT_ARRAY,
     .offset = IN_COMPARE(groups),
     .help = "coalitions: names and layers of 1 to 6 groups"                                                                                                               },
    {.name = "base",     .kind = OPT_OBJECT,                     .offset = IN_COMPARE(base),                                  .help = "layers and settings"},
    {.name = "new",                              .kind = OPT_OBJECT,                                              .offset = IN_COMPARE(new),                           .help = "layers and settings"                                                                               },
    OPT_END,
};

#define IN_SIDE(field) offsetof(struct scenario_side, field)

static const struct opt side_rows[] = {
    {.name = "layers",
     .kind = OPT_TEXT,
     .offset = IN_SIDE(layers),
     .fallback = "none",
     .help = "a layer set"},
    {.name = "settings",
     .kind = OPT_OBJECT,
     .offset = IN_SIDE(settings),
     .help = "over the scale's"},
    {.name = "no_store",
     .kind = OPT_FLAG,
     .offset = IN_SIDE(no_store),
     .help = "works without a state folder"},
    OPT_END,
};

#define IN_GROUP(field) offsetof(struct scenario_group, field)

static const struct opt group_rows[] = {
    {.name = "name",
     .kind = OPT_TEXT,
     .offset = IN_GROUP(name),
     .arg = "text",
     .required = true,
     .help = "of the group"},
    {.name = "layers",
     .kind = OPT_TEXT,
     .offset = IN_GROUP(layers),
     .arg = "text",
     .required = true,
     .help = "a layer set" },
    OPT_END,
};

#define IN_EXPECT(field) offsetof(struct scenario_expect, field)

static const struct opt expect_rows[] = {
    {.name = "scale",
     .kind = OPT_TEXT,
     .offset = IN_EXPECT(scale),
     .arg = "text",
     .required = true,
     .help = "name of a scale"                             },
    {.name = "bundle",
     .kind = OPT_TEXT,
     .offset = IN_EXPECT(bundle),
     .help = "content hash of the input"},
    {.name = "digest",
     .kind = OPT_TEXT,
     .offset = IN_EXPECT(digest),
     .arg = "text",
     .required = true,
     .help = "SHA-256 of the results"},
    OPT_END,
};

/* One object of the file by its rows; `object` may be NULL (all defaults). */
static bool read_rows(const struct opt *rows, void *into, const struct json *object,
                      struct arena *a, struct err *e)
{
    opt_defaults(rows, into, a);
    if (object && json_kind(object) != JSON_OBJECT)
        return err_input(e, "expected an object, found %s", json_kind_name(json_kind(object)));
    return (!object || opt_from_json(rows, into, object, a, e)) && opt_complete(rows, into, e);
}

/* Names stand in tables and reports: one line of text. */
static bool is_label(const char *text, struct err *e)
{
    bool ok = *text != '\0';
    for (const char *p = text; *p; p++)
        ok = ok && (unsigned char)*p >= ' ' && *p != 0x7f;
    return ok ||
           err_input(e, "name: expected text without control characters, found \"%.80s\"", text);
}

/* Names of cells are those of groups, joined by "+". */
static bool group_is_new(const struct scenario_compare *c, const char *name, struct err *e)
{
    if (!is_label(name, e))
        return false;
    if (strchr(name, '+'))
        return err_input(e, "name: expected no \"+\" in the name of a group, found \"%.60s\"",
                         name);
    for (int i = 0; i < c->group_count; i++)
        if (strcmp(c->groups[i].name, name) == 0)
            return err_input(e, "name: \"%.60s\" stands twice", name);
    return true;
}

static bool read_groups(struct scenario_compare *c, const struct json *list, struct arena *a,
                        struct err *e)
{
    bool wanted = strcmp(c->expand, "coalitions") == 0;
    if (!wanted)
        return !list || err_input(e, "groups: expected beside \"expand\": \"coalitions\"");
    if (c->of.n)
        return err_input(e, "of: coalitions are of \"groups\", not of single layers");
    int n = json_count(list);
    if (n < 1 || n > SCENARIO_GROUPS_MAX)
        return err_input(e, "groups: expected 1 to %d with \"expand\": \"coalitions\", found %d",
                         SCENARIO_GROUPS_MAX, n);
    for (const struct json *v = json_first(list); v; v = json_next(v)) {
        struct scenario_group *g = &c->groups[c->group_count];
        if (!read_rows(group_rows, g, v, a, e) || !group_is_new(c, g->name, e))
            return err_prefix(e, "groups[%d]", c->group_count);
        c->group_count++;
    }
    return true;
}

static bool read_compare(struct scenario_compare *c, const struct json *object, struct arena *a,
                         struct err *e)
{
    struct compare_fields fields;
    if (!read_rows(compare_rows, &fields, object, a, e) ||
        (fields.name && !is_label(fields.name, e)))
        return false;
    *c = (struct scenario_compare){
        .name = fields.name, .expand = fields.expand, .scales = fields.scales, .of = fields.of};
    if (c->of.n && strcmp(c->expand, "no") == 0)
        return err_input(e, "of: expected beside \"expand\"");
    return read_groups(c, fields.groups, a, e) &&
           (read_rows(side_rows, &c->base, fields.base, a, e) || err_prefix(e, "base")) &&
           (read_rows(side_rows, &c->new, fields.new, a, e) || err_prefix(e, "new"));
}

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
    if (!read_rows(scale_rows, scale, object, a, e) || !is_label(scale->name, e))
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
        bool ok = read_compare(c, v, a, e);
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
        if (!read_rows(expect_rows, x, v, a, e) || !known_scale(s, x->scale, e) ||
            !is_digest(x->digest, e))
            return err_prefix(e, "expect[%d]", s->expect_count);
        s->expect_count++;
    }
    return true;
}

/* It becomes part of file names. */
static bool is_name(const char *text, struct err *e)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    size_t n = strlen(text);
    return (n > 0 && n <= 64 && text[0] != '.' && strspn(text, allowed) == n) ||
           err_input(e, "name: expected 1 to 64 of letters, digits, . _ -, found \"%.80s\"", text);
}

/* Folders that a name without ".json" is looked for in ("headline", "characteristics/memory"); the second
 * is where `make install` puts them. */
static bool find_file(const char *name, char path[PATH_MAX])
{
    snprintf(path, PATH_MAX, "%s", name);
    if (name[0] == '/' || name[0] == '.' || strstr(name, ".json"))
        return io_exists(path);
    if (strchr(name, '/') && io_exists(path))
        return true;
    snprintf(path, PATH_MAX, "scenarios/%s.json", name);
    if (io_exists(path))
        return true;
    char self[PATH_MAX / 2];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    self[n > 0 ? n : 0] = '\0';
    snprintf(path, PATH_MAX, "%s/../share/cupel/scenarios/%.200s.json", dirname(self), name);
    return io_exists(path);
}

bool scenario_is_there(const char *name)
{
    char path[PATH_MAX];
    return find_file(name, path);
}

static bool read_document(struct scenario *s, struct arena *a, struct err *e)
{
    struct document d;
    if (!read_rows(document_rows, &d, s->document, a, e) || !is_name(d.name, e))
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
        return err_input(e, "scenario %s: no such file, and no scenario of that name", name);
    s->path = arena_text(a, path);
    s->document = json_read_file(path, e);
    if (!s->document)
        return err_prefix(e, "scenario");
    if (read_document(s, a, e))
        return true;
    scenario_done(s);
    return err_prefix(e, "scenario %s", path);
}

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

void scenario_done(struct scenario *s)
{
    json_free(s->document);
    s->document = NULL;
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
