/* What `hyperfine --export-json` writes, for its scripts and whatever else reads it: times in seconds of
 * wall time. A command is named by its line, else the side by its name. CPU time that is not parted into
 * that of the user and of the system is null: only `cupel bench` parts it.
 * A command stands there once: what bench compares of commands that it has measured is left out. */
#include "harness/export/export_rows.h"
#include "harness/export/export_words.h"

#include <math.h>

static void put_seconds(struct json *o, const char *key, double ns)
{
    json_put_number(o, key, ns / 1e9); /* null: a deviation of one run */
}

static void put_cpu(struct json *o, const struct export_side *s)
{
    put_seconds(o, "user", s->user_ns); /* null: nobody parted it */
    put_seconds(o, "system", s->system_ns);
}

/* null: ended by a signal, or a command of a gate, which may ignore how it ended. A kernel ended well. */
static double exit_of(const struct export_side *s, int run)
{
    return s->exits ? s->exits[run] : s->command ? (double)NAN : 0;
}

/* Scripts plot over the one parameter that there is, so that no others may stand beside bench's. */
static struct json *parameters_of(const struct export_row *r)
{
    if (r->benchmark->parameters)
        return json_copy(r->benchmark->parameters);
    struct json *o = json_object();
    json_put_text(o, "benchmark", r->benchmark->id);
    json_put_text(o, "side", r->side_name);
    return o;
}

static struct json *result_of(const struct export_row *r)
{
    const struct export_series *wall = &r->side->metrics[PROBE_WALL];
    struct json *o = json_object();
    json_put_text(o, "command", r->side->command ? r->side->command : r->name);
    put_seconds(o, "mean", wall->mean);
    put_seconds(o, "stddev", wall->sd);
    put_seconds(o, "median", wall->median);
    put_cpu(o, r->side);
    put_seconds(o, "min", wall->min);
    put_seconds(o, "max", wall->max);
    struct json *times = json_put_array(o, "times"), *codes = json_put_array(o, "exit_codes");
    for (int i = 0; i < wall->n; i++) {
        json_push(times, json_of_number(wall->values[i] / 1e9));
        json_push(codes, json_of_number(exit_of(r->side, i)));
    }
    json_put(o, "parameters", parameters_of(r));
    return o;
}

static void write_hyperfine(const struct export_model *m, const struct export_options *options,
                            struct text *out)
{
    struct export_rows rows;
    struct json *o = json_object(), *results = json_put_array(o, "results");
    export_rows_make(&rows, m, options);
    for (int i = 0; i < rows.count; i++)
        if (!rows.v[i].benchmark->repeats || options->sides == EXPORT_BASE_ONLY)
            json_push(results, result_of(&rows.v[i]));
    export_rows_done(&rows);
    json_print_pretty(o, out);
    text_puts(out, "\n");
    json_free(o);
}

const struct exporter export_hyperfine = {
    .name = "hyperfine",
    .summary = "JSON as of hyperfine --export-json",
    .files = EXPORT_SEVERAL,
    .takes_sides = true,
    .sides = EXPORT_BOTH,
    .write = write_hyperfine,
};
