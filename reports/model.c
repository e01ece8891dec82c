#include "reports/model.h"

#include "harness/result/series.h"

#include <math.h>
#include <string.h>

const struct json *at(const struct json *value, const char *path)
{
    struct str rest = str_of(path);
    while (value && rest.p) {
        char key[64];
        struct str word = str_cut(&rest, '.');
        if (word.n >= sizeof key)
            return NULL;
        memcpy(key, word.p, word.n);
        key[word.n] = '\0';
        value = json_get(value, key);
    }
    return value;
}

double at_number(const struct json *value, const char *path)
{
    return json_number(at(value, path));
}

const char *at_text(const struct json *value, const char *path)
{
    return json_text(at(value, path));
}

/* ---- what a comparison must hold ------------------------------------------------------------- */

struct need {
    const char *path;
    enum json_kind kind;
    bool positive; /* a number that a logarithm is taken of */
};

static const struct need comparison_needs[] = {
    {"id",                        JSON_TEXT,   false},
    {"name",                      JSON_TEXT,   false},
    {"verdict",                   JSON_TEXT,   false},
    {"base.label",                JSON_TEXT,   false},
    {"new.label",                 JSON_TEXT,   false},
    {"base.metrics.cpu.median",   JSON_NUMBER, false},
    {"new.metrics.cpu.median",    JSON_NUMBER, false},
    {"base.metrics.wall.median",  JSON_NUMBER, false},
    {"new.metrics.wall.median",   JSON_NUMBER, false},
    {"base.metrics.cpu.outliers", JSON_ARRAY,  false},
    {"new.metrics.cpu.outliers",  JSON_ARRAY,  false},
    {"base.metrics.cpu.values",   JSON_ARRAY,  false},
    {"new.metrics.cpu.values",    JSON_ARRAY,  false},
    {"compare.cpu.pairs",         JSON_NUMBER, false},
    {"compare.cpu.ratio",         JSON_NUMBER, true },
    {"compare.cpu.level",         JSON_NUMBER, false},
    {"compare.cpu.percent",       JSON_NUMBER, false},
    {"compare.cpu.times",         JSON_NUMBER, false},
    {"compare.wall.ratio",        JSON_NUMBER, true },
    {"pairs",                     JSON_ARRAY,  false},
};

static const struct need pair_needs[] = {
    {"first",         JSON_TEXT,   false},
    {"base.cpu_ns",   JSON_NUMBER, false},
    {"new.cpu_ns",    JSON_NUMBER, false},
    {"log_ratio.cpu", JSON_NUMBER, false},
};

static const struct need benchmark_needs[] = {
    {"id",                     JSON_TEXT,   false},
    {"name",                   JSON_TEXT,   false},
    {"side.label",             JSON_TEXT,   false},
    {"side.metrics.wall.mean", JSON_NUMBER, false},
    {"median.wall.estimate",   JSON_NUMBER, true },
    {"usage",                  JSON_OBJECT, false},
    {"runs",                   JSON_ARRAY,  false},
};

static const struct need timeline_needs[] = {
    {"id",    JSON_TEXT, false},
    {"name",  JSON_TEXT, false},
    {"label", JSON_TEXT, false},
};

static const struct need profile_needs[] = {
    {"id",        JSON_TEXT,   false},
    {"name",      JSON_TEXT,   false},
    {"samples",   JSON_NUMBER, true },
    {"cpu_ns",    JSON_NUMBER, true },
    {"functions", JSON_ARRAY,  false},
    {"parts",     JSON_ARRAY,  false},
};

static const struct need judged_needs[] = {
    {"id",           JSON_TEXT,  false},
    {"baseline",     JSON_TEXT,  false},
    {"gate.verdict", JSON_TEXT,  false},
    {"gate.judged",  JSON_ARRAY, false},
};

static bool has(const struct json *value, const struct need *needs, size_t n, struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        const struct json *found = at(value, needs[i].path);
        if (json_kind(found) != needs[i].kind)
            return err_input(e, "%s: expected %s, found %s", needs[i].path,
                             json_kind_name(needs[i].kind),
                             found ? json_kind_name(json_kind(found)) : "nothing");
        if (needs[i].positive && !(json_number(found) > 0))
            return err_input(e, "%s: expected a number above 0, found %.9g", needs[i].path,
                             json_number(found));
    }
    return true;
}

/* One finite number a pair. */
static bool check_values(const struct json *record, const char *path, int pairs, struct err *e)
{
    const struct json *list = at(record, path);
    int numbers = 0;
    for (const struct json *v = json_first(list); v; v = json_next(v))
        numbers += json_kind(v) == JSON_NUMBER;
    return (numbers == pairs && json_count(list) == pairs) ||
           err_input(e, "%s: expected %d numbers, one a pair, found %d", path, pairs, numbers);
}

static bool check_comparison(const struct json *record, struct err *e)
{
    if (!has(record, comparison_needs, sizeof comparison_needs / sizeof *comparison_needs, e))
        return false;
    int number = 0;
    const struct json *pairs = json_get(record, "pairs");
    for (const struct json *p = json_first(pairs); p; p = json_next(p), number++)
        if (!has(p, pair_needs, sizeof pair_needs / sizeof *pair_needs, e))
            return err_prefix(e, "pair %d", number + 1);
    if (number == 0)
        return err_input(e, "pairs: expected at least one, found none");
    return check_values(record, "base.metrics.cpu.values", number, e) &&
           check_values(record, "new.metrics.cpu.values", number, e);
}

/* ---- reading --------------------------------------------------------------------------------- */

static void note_scale(struct model_file *f, const char *scale)
{
    for (int i = 0; i < f->scale_count; i++)
        if (strcmp(f->scales[i], scale) == 0)
            return;
    f->scales[f->scale_count++] = scale;
}

static bool take_comparison(struct model_file *f, const struct json *r, struct err *e)
{
    if (!check_comparison(r, e))
        return false;
    struct model_cell cell = {r, at_text(r, "id"), at_text(r, "name"), at_text(r, "scale"),
                              f->name};
    f->cells[f->cell_count++] = cell;
    note_scale(f, cell.scale);
    return true;
}

static bool take_benchmark(struct model_file *f, const struct json *r, struct err *e)
{
    f->benchmarks[f->benchmark_count++] = r;
    return has(r, benchmark_needs, sizeof benchmark_needs / sizeof *benchmark_needs, e);
}

static bool take_timeline(struct model_file *f, const struct json *r, struct err *e)
{
    f->timelines[f->timeline_count++] = r;
    return has(r, timeline_needs, sizeof timeline_needs / sizeof *timeline_needs, e) &&
           series_check(r, e);
}

static bool take_profile(struct model_file *f, const struct json *r, struct err *e)
{
    f->profiles[f->profile_count++] = r;
    return has(r, profile_needs, sizeof profile_needs / sizeof *profile_needs, e);
}

static bool take_judged(struct model_file *f, const struct json *r, struct err *e)
{
    const char *id = at_text(r, "id");
    f->judged[f->judged_count++] = (struct model_cell){r, id, id, at_text(r, "scale"), f->name};
    return has(r, judged_needs, sizeof judged_needs / sizeof *judged_needs, e);
}

/* Records of other kinds are no part of the model. */
static const struct {
    const char *kind;
    bool (*take)(struct model_file *f, const struct json *r, struct err *e);
} kinds[] = {
    {"comparison", take_comparison},
    {"benchmark",  take_benchmark },
    {"timeline",   take_timeline  },
    {"profile",    take_profile   },
    {"judged",     take_judged    },
};

static bool take(struct model_file *f, const struct json *r, struct err *e)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (result_is(r, kinds[i].kind))
            return kinds[i].take(f, r, e);
    return true;
}

static bool collect_cells(struct model_file *f, struct arena *a, struct err *e)
{
    int records = json_count(f->file.records);
    f->benchmarks = ARENA_NEW(a, const struct json *, records);
    f->timelines = ARENA_NEW(a, const struct json *, records);
    f->profiles = ARENA_NEW(a, const struct json *, records);
    f->cells = ARENA_NEW(a, struct model_cell, records);
    f->judged = ARENA_NEW(a, struct model_cell, records);
    f->scales = ARENA_NEW(a, const char *, records);
    int line = 1;
    for (const struct json *r = json_first(f->file.records); r; r = json_next(r), line++)
        if (!take(f, r, e))
            return err_prefix(e, "%s:%d: %s %s", f->file.path, line, at_text(r, "record"),
                              at_text(r, "id"));
    int taken =
        f->cell_count + f->benchmark_count + f->timeline_count + f->profile_count + f->judged_count;
    return taken > 0 || err_input(e, "%s: no comparison in it: nothing to report", f->file.path);
}

static bool read_file(struct model_file *f, const char *path, struct arena *a, struct err *e)
{
    if (!result_file_read(&f->file, path, e))
        return false;
    const struct json *scenario = json_get(f->file.run, "scenario");
    const char *slash = strrchr(path, '/');
    f->name = slash ? slash + 1 : path;
    f->title = at_text(scenario, "title");
    if (!*f->title)
        f->title = at_text(scenario, "name");
    f->margin_percent = at_number(scenario, "margin_percent");
    if (!(f->margin_percent > 0))
        return err_input(e, "%s:1: scenario.margin_percent: expected a number above 0", path);
    const struct json *inputs = json_get(f->file.run, "inputs");
    for (const struct json *input = json_first(inputs); input; input = json_next(input))
        f->synthetic = f->synthetic || json_bool(json_get(input, "synthetic"));
    return collect_cells(f, a, e);
}

bool model_read(struct model *m, const char *const *paths, int count, struct arena *a,
                struct err *e)
{
    *m = (struct model){.files = ARENA_NEW(a, struct model_file, count)};
    for (int i = 0; i < count; i++) {
        bool ok = read_file(&m->files[i], paths[i], a, e);
        m->count += m->files[i].file.records != NULL;
        if (!ok) {
            model_done(m);
            return false;
        }
    }
    return true;
}

void model_done(struct model *m)
{
    for (int i = 0; i < m->count; i++)
        result_file_done(&m->files[i].file);
    m->count = 0;
}

/* ---- questions ------------------------------------------------------------------------------- */

static int layers_on(const struct model_cell *cell)
{
    const char *layers = at_text(cell->record, "new.layers");
    int n = *layers && strcmp(layers, "none") != 0;
    for (const char *p = layers; *p; p++)
        n += *p == ',';
    return n;
}

const struct model_cell *model_headline(const struct model_file *f)
{
    const struct model_cell *best = &f->cells[0];
    for (int i = 1; i < f->cell_count; i++)
        if (layers_on(&f->cells[i]) >= layers_on(best))
            best = &f->cells[i];
    return best;
}

bool model_one_machine(const struct model *m)
{
    static const char *const facts[] = {"environment.cpu_model", "environment.hostname",
                                        "environment.memory_bytes"};
    bool same = true;
    for (int i = 1; i < m->count; i++)
        for (size_t k = 0; k < sizeof facts / sizeof *facts; k++) {
            const struct json *a = at(m->files[0].file.run, facts[k]);
            const struct json *b = at(m->files[i].file.run, facts[k]);
            same = same && strcmp(json_text(a), json_text(b)) == 0 &&
                   (json_number(a) == json_number(b) || json_kind(a) != JSON_NUMBER);
        }
    return same;
}
