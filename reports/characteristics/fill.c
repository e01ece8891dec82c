#include "reports/characteristics/fill.h"

#include "reports/characteristics/trace.h"

#include "harness/stats/interval.h"

#include <math.h>
#include <string.h>

/* ---- what is not there --------------------------------------------------------------------------- */

static const char *more_effort(const struct fill *f)
{
    return strcmp(f->studies->effort, "quick") == 0 ? "normal" : "full";
}

struct finding fill_missing(const struct fill *f, const struct study *s, const char *reason)
{
    struct arena *a = f->document->arena;
    bool whole = s && s->has && !s->is_cut && strcmp(s->state, "complete") == 0;
    if (!reason && s && !whole && strcmp(s->state, "not measured") != 0)
        reason = *s->reason ? s->reason : s->state;
    struct finding x = {.kind = "missing", .tone = TONE_DIM, .study = s, .record = ""};
    x.value = x.low = x.high = (double)NAN;
    x.text = study_is_left_out(s) ? "not measured: left out by --only"
             : reason
                 ? arena_format(a, "not measurable here: %s", reason)
                 : arena_format(a, "not measured at this effort: run --effort %s", more_effort(f));
    return x;
}

static struct finding missing_field(const struct fill *f, const struct study *s,
                                    const struct json *record, const struct measured *m)
{
    struct arena *a = f->document->arena;
    const char *why =
        m->reason ? m->reason
                  : arena_format(a, "the record holds no %s", m->field ? m->field : "value");
    struct finding x = fill_missing(f, s, why);
    x.record = at_text(record, "id");
    return x;
}

/* ---- what is ------------------------------------------------------------------------------------- */

static const char *record_name(const struct json *record)
{
    const char *id = at_text(record, "id");
    return *id ? id : at_text(record, "record");
}

static struct finding finding_of(const struct fill *f, const struct pick *p, const struct study *s,
                                 const struct json *record)
{
    struct arena *a = f->document->arena;
    const char *metric = p->metric ? p->metric : "cpu";
    struct measured m = measure_take(record, &p->m, metric, a);
    if (!isfinite(m.value) || (p->m.interval && !isfinite(m.low)))
        return missing_field(f, s, record, &m);
    struct finding x = {.kind = p->m.interval ? "interval" : "figure",
                        .value = m.value,
                        .low = m.low,
                        .high = m.high,
                        .as = p->m.as,
                        .study = s,
                        .rule = p->m.rule,
                        .record = record_name(record)};
    x.text = p->m.interval ? words_interval(a, p->m.as, m.low, m.high) : words(a, p->m.as, m.value);
    for (int i = 0; i < MEASURE_FIELDS; i++)
        x.fields[i] = measure_path(a, p->m.fields[i], metric);
    if (p->m.interval) {
        x.fields[MEASURE_FIELDS - 1] = measure_path(a, p->m.high, metric);
        x.fields[0] = measure_path(a, p->m.low, metric);
    } else if (isfinite(m.low)) {
        int sense = measure_sense(p->m.rule, m.low, m.high);
        x.tone = sense > 0 ? TONE_GOOD : sense < 0 ? TONE_BAD : TONE_PLAIN;
    }
    x.pairs = json_count(json_get(record, "pairs"));
    return x;
}

struct finding fill_find(const struct fill *f, const struct pick *p)
{
    const struct study *s = studies_find(f->studies, p->study);
    const char *kind = p->kind ? p->kind : "comparison";
    const struct json *record = study_record(s, kind, p->name, p->scale);
    if (record)
        return finding_of(f, p, s, record);
    struct arena *a = f->document->arena;
    struct finding x = fill_missing(f, s, study_reason(s, p->name, p->scale, a));
    if (p->name && p->scale)
        x.record = arena_format(a, "%s/%s", p->scale, p->name);
    return x;
}

struct finding fill_figure(const struct fill *f, const struct study *s, const char *record,
                           const char *rule, const char *field, enum words_kind as,
                           struct stats_interval value)
{
    struct finding x = {.kind = "figure",
                        .value = value.estimate,
                        .low = value.low,
                        .high = value.high,
                        .as = as,
                        .study = s,
                        .rule = rule,
                        .record = record,
                        .fields = {field}};
    if (!isfinite(value.estimate))
        return fill_missing(f, s, "it cannot be worked out of what was measured");
    x.text = words(f->document->arena, as, value.estimate);
    return x;
}

struct finding fill_bounds(const struct fill *f, const struct finding *figure, enum words_kind as)
{
    struct finding x = *figure;
    if (fill_is_missing(&x))
        return x;
    if (!isfinite(x.low) || !isfinite(x.high))
        return fill_missing(f, x.study, "too few values for an interval");
    x.kind = "interval";
    x.tone = TONE_PLAIN;
    x.text = words_interval(f->document->arena, as, x.low, x.high);
    return x;
}

struct finding fill_text(const struct fill *f, const struct study *s, const char *record,
                         const char *field, const char *text)
{
    if (!text || !*text)
        return fill_missing(f, s,
                            arena_format(f->document->arena, "the record holds no %s", field));
    return (struct finding){.kind = "text",
                            .text = text,
                            .tone = TONE_PLAIN,
                            .value = (double)NAN,
                            .low = (double)NAN,
                            .high = (double)NAN,
                            .study = s,
                            .record = record,
                            .rule = "text",
                            .fields = {field}};
}

/* ---- cells ---------------------------------------------------------------------------------------- */

/* What a reader sees who points at a figure: "production/all, 10 pairs, -71..-69, FILE". */
static const char *tip_of(struct arena *a, const struct finding *x)
{
    if (!x->study || !x->record || !*x->record)
        return NULL;
    const char *pairs = x->pairs ? arena_format(a, ", %d pairs", x->pairs) : "";
    const char *bounds =
        isfinite(x->low) && isfinite(x->high)
            ? arena_format(a, ", interval %s", words_interval(a, x->as, x->low, x->high))
            : "";
    return arena_format(a, "%s%s%s; %s of %s", x->record, pairs, bounds,
                        x->fields[0] ? x->fields[0] : x->rule, x->study->file);
}

void fill_cell(struct fill *f, struct table *t, const struct finding *x)
{
    const struct column *column = &t->columns[t->count % t->column_count];
    const char *row =
        t->count % t->column_count ? table_row(t, t->count / t->column_count)->text : "";
    table_toned(t, x->tone, x->value, x->text);
    table_tip(t, tip_of(f->document->arena, x));
    trace_add(f, t->caption, row, column->heading, x);
}

void fill_label(struct fill *f, struct table *t, const char *text)
{
    fill_cell(f, t, &(struct finding){.kind = "label", .text = text, .value = (double)NAN});
}

bool fill_is_missing(const struct finding *x)
{
    return strcmp(x->kind, "missing") == 0;
}

void fill_next(struct fill *f, struct table *t, struct finding x, const char **told)
{
    static const char *const heads[] = {"not measurable here", "not measured at this effort",
                                        "not measured"};
    bool again = fill_is_missing(&x) && *told && strcmp(*told, x.text) == 0;
    if (fill_is_missing(&x) && !again)
        *told = x.text;
    for (int i = 0; i < COUNT(heads) && again; i++) {
        size_t n = strlen(heads[i]);
        if (strncmp(x.text, heads[i], n) == 0 && x.text[n] == ':')
            x.text = heads[i];
    }
    fill_cell(f, t, &x);
}

void fill_row(struct fill *f, struct table *t, const char *label, const struct finding *cells,
              int count)
{
    const char *told = NULL;
    fill_label(f, t, label);
    for (int i = 0; i < count; i++)
        fill_next(f, t, cells[i], &told);
}

/* ---- text ----------------------------------------------------------------------------------------- */

void fill_heading(struct fill *f, int level, const char *text)
{
    document_heading(f->document, level, text);
    if (level <= 2)
        f->chapter = text;
    f->section = level <= 2 ? text : arena_format(f->document->arena, "%s / %s", f->chapter, text);
}

void fill_list(struct fill *f, int level, const char *heading, const char *const *items, int count)
{
    fill_heading(f, level, heading);
    for (int i = 0; i < count; i++)
        document_add(f->document, BLOCK_ITEM, "%s", items[i]);
}

static const struct finding *missing_of(const struct finding *parts, int count)
{
    for (int i = 0; i < count; i++)
        if (fill_is_missing(&parts[i]))
            return &parts[i];
    return NULL;
}

/* "Memory overhead: {} of ..." without its figures: what it is about, and why it cannot be said. */
static const char *about(struct arena *a, const char *text)
{
    size_t gap = strcspn(text, "{"), colon = strcspn(text, ":");
    if (gap == 0)
        return "{}.";
    size_t n = colon < gap ? colon : gap;
    while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '('))
        n--;
    return arena_format(a, "%.*s: {}.", (int)n, text);
}

static void say(struct fill *f, enum block_kind kind, const char *text, const struct finding *parts,
                int count)
{
    struct text out = {0};
    int part = 0;
    for (struct str rest = str_of(text); rest.p;) {
        struct str words = str_cut(&rest, '{');
        text_add(&out, words.p, words.n);
        if (!rest.p || part == count)
            break;
        text_puts(&out, parts[part].text);
        trace_add(f, "", text, "", &parts[part++]);
        (void)str_cut(&rest, '}');
    }
    document_add(f->document, kind, "%s", out.p);
    text_done(&out);
}

/* "Wall time: {}." may hold a reason in place of the figure; "more than {} % fails" would be no sentence. */
static bool ends_with_figure(const char *text)
{
    const char *gap = strstr(text, "{}");
    return gap && (gap == text || (gap - text >= 2 && strncmp(gap - 2, ": ", 2) == 0)) &&
           (gap[2] == '.' || gap[2] == '\0');
}

void fill_say(struct fill *f, enum block_kind kind, const char *text, const struct finding *parts,
              int count)
{
    const struct finding *missing = missing_of(parts, count);
    if (missing && (count > 1 || !ends_with_figure(text)))
        say(f, kind, about(f->document->arena, text), missing, 1);
    else
        say(f, kind, text, parts, count);
}

void fill_say_picks(struct fill *f, enum block_kind kind, const char *text,
                    const struct pick *parts, int count)
{
    struct finding *found = ARENA_NEW(f->document->arena, struct finding, count);
    for (int i = 0; i < count; i++)
        found[i] = fill_find(f, &parts[i]);
    fill_say(f, kind, text, found, count);
}

bool fill_has(struct fill *f, const char *study)
{
    const struct study *s = studies_find(f->studies, study);
    if (s && s->has && !s->is_cut && strcmp(s->state, "complete") == 0)
        return true;
    const struct finding parts[] = {
        {.kind = "label", .text = s && *s->title ? s->title : study, .value = (double)NAN},
        fill_missing(f, s, NULL),
    };
    say(f, BLOCK_TEXT, s && s->has ? "{}, not all of it is there: {}." : "{}: {}.", parts, 2);
    if (s && *s->command)
        document_add(f->document, BLOCK_CODE, "%s", s->command);
    return s && s->has;
}
