#include "reports/characteristics/measure.h"

#include "reports/model.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- paths ------------------------------------------------------------------------------------- */

/* "name" of "totals[name]": the element called so; of digits: the element at that place. */
static const struct json *element(const struct json *list, struct str name)
{
    long place;
    bool by_place = str_to_long(name, &place);
    for (const struct json *v = json_first(list); v; v = json_next(v))
        if (by_place ? place-- == 0 : str_is(name, at_text(v, "name")))
            return v;
    return NULL;
}

static const struct json *member(const struct json *value, struct str word)
{
    char key[64];
    struct str name = word, of = str_cut(&name, '[');
    if (of.n >= sizeof key)
        return NULL;
    memcpy(key, of.p, of.n);
    key[of.n] = '\0';
    value = json_get(value, key);
    return name.p && name.n ? element(value, (struct str){name.p, name.n - 1}) : value;
}

const struct json *measure_at(const struct json *record, const char *path)
{
    struct str rest = str_of(path);
    while (record && rest.p)
        record = member(record, str_cut(&rest, '.'));
    return record;
}

const char *measure_path(struct arena *a, const char *path, const char *metric)
{
    const char *mark = path ? strchr(path, '~') : NULL;
    return mark ? arena_format(a, "%.*s%s%s", (int)(mark - path), path, metric, mark + 1) : path;
}

/* ---- rules ------------------------------------------------------------------------------------- */

static double value(const double *v)
{
    return v[0];
}

static double saving(const double *v)
{
    return 100 * (1 - v[0]);
}

static double change(const double *v)
{
    return 100 * (v[0] - 1);
}

static double times(const double *v)
{
    return 1 / v[0];
}

static double percent(const double *v)
{
    return 100 * v[0];
}

static double negated(const double *v)
{
    return -v[0];
}

static double milliseconds(const double *v)
{
    return 1e6 * v[0];
}

static double giga(const double *v)
{
    return v[0] / 1e9;
}

static double difference(const double *v)
{
    return v[0] - v[1];
}

static double sum(const double *v)
{
    return v[0] + v[1];
}

static double quotient(const double *v)
{
    return v[0] / v[1];
}

static double more(const double *v)
{
    return 100 * (v[0] - v[1]) / v[2];
}

static double fewer(const double *v)
{
    return 100 * (1 - v[0] / v[1]);
}

static double sharing(const double *v)
{
    return 100 * v[0] / v[1];
}

static double whole(const double *v)
{
    return round(v[0]);
}

static double a_minute(const double *v)
{
    return round(60e9 * v[1] / v[0]);
}

static double hit_rate(const double *v)
{
    return 100 * v[0] / (v[0] + v[1]);
}

static double efficiency(const double *v)
{
    return 100 / (v[0] * v[1]);
}

static double saved_each(const double *v)
{
    return (v[0] - v[1]) / v[2];
}

static const struct rule {
    const char *name;
    int fields;
    double (*of)(const double *v);
    int sense; /* what is above `even` is good (1), bad (-1), neither */
    double even;
} rules[] = {
    {"value",        1, value,        0,  0},
    {"saving",       1, saving,       1,  0}, /* percent less, of a ratio new / base */
    {"change",       1, change,       -1, 0}, /* percent more, of a ratio new / base */
    {"times",        1, times,        1,  1}, /* as fast, of a ratio new / base */
    {"percent",      1, percent,      0,  0}, /* of a share 0..1 */
    {"negated",      1, negated,      0,  0},
    {"whole",        1, whole,        0,  0}, /* of what nobody needs the fractions of */
    {"milliseconds", 1, milliseconds, 0,  0}, /* to nanoseconds */
    {"giga",         1, giga,         0,  0},
    {"difference",   2, difference,   0,  0},
    {"quotient",     2, quotient,     0,  0},
    {"sum",          2, sum,          0,  0},
    {"more",         3, more,         0,  0}, /* first less second, in percent of the third */
    {"fewer",        2, fewer,        1,  0}, /* first below second, in percent of the second */
    {"sharing",      2, sharing,      0,  0}, /* first in percent of the second */
    {"a-minute",     2, a_minute,     0,  0}, /* nanoseconds, work done in them */
    {"hit-rate",     2, hit_rate,     0,  0}, /* hits, misses */
    {"efficiency",   2, efficiency,   0,  0}, /* ratio new / base, workers */
    {"saved-each",   3, saved_each,   0,  0}, /* first less second, for each of the third */
};

static const struct rule *rule_of(const char *name)
{
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (strcmp(rules[i].name, name) == 0)
            return &rules[i];
    assert(!"a rule of this name");
    abort();
}

/* A reading that has a name and a reason beside its value stands for the value. */
static double number_at(const struct json *record, const char *path, struct measured *out)
{
    const struct json *found = measure_at(record, path);
    if (json_kind(found) == JSON_OBJECT) {
        const char *reason = at_text(found, "reason");
        if (*reason && !out->reason)
            out->reason = reason;
        found = json_get(found, "value");
    }
    double number = json_number(found);
    if (json_kind(found) == JSON_TEXT && !str_to_double(str_of(json_text(found)), &number))
        number = (double)NAN; /* a scale may be called "16" */
    if (!isfinite(number) && !out->field)
        out->field = path;
    return number;
}

static double bound(const struct json *record, const struct rule *r, const char *path,
                    const double *v)
{
    double w[MEASURE_FIELDS];
    memcpy(w, v, sizeof w);
    w[0] = path ? json_number(measure_at(record, path)) : (double)NAN;
    return r->of(w);
}

struct measured measure_take(const struct json *record, const struct measure *m, const char *metric,
                             struct arena *a)
{
    const struct rule *r = rule_of(m->rule);
    struct measured out = {(double)NAN, (double)NAN, (double)NAN, NULL, NULL};
    double v[MEASURE_FIELDS] = {0};
    for (int i = 0; i < r->fields; i++)
        v[i] = number_at(record, measure_path(a, m->fields[i], metric), &out);
    out.value = r->of(v);
    double low = bound(record, r, measure_path(a, m->low, metric), v);
    double high = bound(record, r, measure_path(a, m->high, metric), v);
    if (isfinite(low) && isfinite(high)) {
        out.low = fmin(low, high);
        out.high = fmax(low, high);
    } else if (m->interval && !out.field) {
        out.field = measure_path(a, m->low, metric);
    }
    return out;
}

int measure_sense(const char *rule, double low, double high)
{
    const struct rule *r = rule_of(rule);
    return low > r->even ? r->sense : high < r->even ? -r->sense : 0;
}
