/* Bencher Metric Format, for `bencher run --adapter json`: {benchmark: {measure: {value, lower_value,
 * upper_value}}}. Measures by slug: latency (wall time) and cpu-time in ns, net-time where it is known,
 * peak-memory and allocated-memory in bytes, allocations, cpu-ratio (new / base). A name of more than 1024 characters is
 * cut and ends with 16 digits of its SHA-256. */
#include "harness/export/export_rows.h"
#include "harness/export/export_words.h"

#include "harness/base/sha256.h"

#include <math.h>
#include <string.h>

enum { NAME_MAX_BYTES = 1024, HASH_DIGITS = 16 };

static void put_measure(struct json *o, const char *slug, double value, double lower, double upper)
{
    if (!isfinite(value))
        return;
    struct json *metric = json_put_object(o, slug);
    json_put_number(metric, "value", value);
    export_put(metric, "lower_value", lower);
    export_put(metric, "upper_value", upper);
}

static void put_series(struct json *o, const char *slug, const struct export_series *s)
{
    if (s->n)
        put_measure(o, slug, s->median, s->lower, s->upper);
}

static struct json *measures(const struct export_row *r)
{
    struct json *o = json_object();
    const struct export_side *s = r->side;
    const struct export_contrast *c = &r->benchmark->contrasts[PROBE_CPU];
    put_series(o, "latency", &s->metrics[PROBE_WALL]);
    put_series(o, "cpu-time", &s->metrics[PROBE_CPU]);
    put_series(o, "net-time", &s->metrics[PROBE_NET]);
    put_measure(o, "peak-memory", s->peak_bytes, (double)NAN, (double)NAN);
    put_measure(o, "allocated-memory", s->allocated_bytes, (double)NAN, (double)NAN);
    put_measure(o, "allocations", s->allocations, (double)NAN, (double)NAN);
    if (r->which == SIDE_NEW && c->pairs)
        put_measure(o, "cpu-ratio", c->ratio, c->lower, c->upper);
    return o;
}

static const char *fitting_name(const char *name, struct arena *a)
{
    size_t n = strlen(name);
    char hex[SHA256_HEX];
    if (n <= NAME_MAX_BYTES)
        return name;
    sha256_of(name, n, hex);
    for (n = NAME_MAX_BYTES - HASH_DIGITS - 1; n && ((unsigned char)name[n] & 0xC0) == 0x80;)
        n--; /* whole characters */
    return arena_format(a, "%.*s-%.*s", (int)n, name, HASH_DIGITS, hex);
}

static void write_bencher(const struct export_model *m, const struct export_options *options,
                          struct text *out)
{
    struct export_rows rows;
    struct json *o = json_object();
    export_rows_make(&rows, m, options);
    for (int i = 0; i < rows.count; i++)
        json_put(o, fitting_name(rows.v[i].name, &rows.arena), measures(&rows.v[i]));
    export_rows_done(&rows);
    json_print_pretty(o, out);
    text_puts(out, "\n");
    json_free(o);
}

const struct exporter export_bencher = {
    .name = "bencher",
    .summary = "Bencher Metric Format",
    .files = EXPORT_DISTINCT,
    .takes_sides = true,
    .sides = EXPORT_NEW_ONLY,
    .write = write_bencher,
};
