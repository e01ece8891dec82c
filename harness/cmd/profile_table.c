#include "harness/cmd/profile_table.h"

#include "harness/cmd/table.h"
#include "harness/result/file.h"

#include <math.h>
#include <string.h>

enum { FUNCTIONS_SHOWN = 10, CHANGES_SHOWN = 5, SIDES_SHOWN = TABLE_COLUMNS - 1, CELL = 80 };

static void keep(struct json **array, const struct json *record)
{
    if (!*array)
        *array = json_array();
    json_push(*array, json_copy(record));
}

void profile_table_add(struct profile_table *t, const struct json *record)
{
    if (result_is(record, "profile"))
        keep(&t->sides, record);
    else if (result_is(record, "profile-pair"))
        keep(&t->pairs, record);
}

void profile_table_done(struct profile_table *t)
{
    json_free(t->sides);
    json_free(t->pairs);
    *t = (struct profile_table){0};
}

/* ---- one side -------------------------------------------------------------------------------- */

static const char *percent(char out[CELL], double share)
{
    if (isfinite(share))
        snprintf(out, CELL, "%.1f %%", 100 * share);
    else
        snprintf(out, CELL, "-");
    return out;
}

static double number_of(const struct json *object, const char *key)
{
    const struct json *v = json_get(object, key);
    return json_kind(v) == JSON_NUMBER ? json_number(v) : (double)NAN;
}

/* A name may be a command with anything in it. */
static void print_plain(const char *text, FILE *out)
{
    struct arena arena = {0};
    char *plain = arena_text(&arena, text);
    err_one_line(plain);
    fputs(plain, out);
    arena_done(&arena);
}

/* "NAME: 2041 samples by perf task-clock, 12 runs", and what of them cannot be used as it should. */
static void print_head(const struct json *side, FILE *out)
{
    double runs = number_of(side, "runs"), lost = number_of(side, "lost");
    double cut = number_of(side, "cut"), samples = number_of(side, "samples");
    fputc('\n', out);
    print_plain(json_text(json_get(side, "id")), out);
    fprintf(out, ": %.0f samples by %s, %.0f run%s", samples, json_text(json_get(side, "sampler")),
            runs, runs > 1 ? "s" : "");
    if (lost > 0)
        fprintf(out, "; %.0f more were lost", lost);
    if (cut > 0.01 * samples)
        fprintf(out, "; of %.0f the callers are known in part only", cut);
    fputc('\n', out);
}

static void print_functions(const struct json *side, FILE *out)
{
    struct table table = {0};
    double samples = number_of(side, "samples");
    int n = 0;
    print_head(side, out);
    table_row(&table, "function", "self", "with callees", "file", NULL);
    for (const struct json *f = json_first(json_get(side, "functions")); f && n < FUNCTIONS_SHOWN;
         f = json_next(f), n++) {
        char self[CELL], total[CELL];
        table_row(
            &table, json_text(json_get(f, "name")), percent(self, number_of(f, "self") / samples),
            percent(total, number_of(f, "total") / samples), json_text(json_get(f, "file")), NULL);
    }
    table_print(&table, out);
    table_done(&table);
}

/* ---- the parts of all ------------------------------------------------------------------------ */

static const struct json *part_of(const struct json *side, const char *name)
{
    for (const struct json *p = json_first(json_get(side, "parts")); p; p = json_next(p))
        if (strcmp(json_text(json_get(p, "name")), name) == 0)
            return p;
    return NULL;
}

/* A row: the title, and of each side `share` of what `of` finds there. */
static void add_shares(struct table *t, const struct json *sides, const char *title,
                       const struct json *(*of)(const struct json *side, const char *name),
                       const char *name)
{
    const char *cells[TABLE_COLUMNS] = {title};
    char shares[SIDES_SHOWN][CELL];
    int n = 0;
    for (const struct json *s = json_first(sides); s && n < SIDES_SHOWN; s = json_next(s), n++)
        cells[n + 1] = percent(shares[n], number_of(of(s, name), "share"));
    table_cells(t, cells, n + 1);
}

static const struct json *member_of(const struct json *side, const char *name)
{
    return json_get(side, name);
}

static void print_parts(const struct json *sides, FILE *out)
{
    struct table table = {0};
    const char *heading[TABLE_COLUMNS] = {"share of samples"};
    int n = 0;
    const struct json *first = json_first(sides);
    if (!json_first(json_get(first, "parts")))
        return;
    for (const struct json *s = first; s && n < SIDES_SHOWN; s = json_next(s), n++)
        heading[n + 1] = json_text(json_get(s, "name"));
    table_cells(&table, heading, n + 1);
    for (const struct json *p = json_first(json_get(first, "parts")); p; p = json_next(p))
        add_shares(&table, sides, json_text(json_get(p, "title")), part_of,
                   json_text(json_get(p, "name")));
    add_shares(&table, sides, "overhead in all", member_of, "overhead");
    add_shares(&table, sides, "computation in all", member_of, "computation");
    fputc('\n', out);
    table_print(&table, out);
    table_done(&table);
}

/* ---- what changed ---------------------------------------------------------------------------- */

static void print_bounds(char out[CELL], double low, double high)
{
    if (isfinite(low) && isfinite(high))
        snprintf(out, CELL, "%+.1f..%+.1f", low, high);
    else
        snprintf(out, CELL, "-");
}

/* The ratio of costs by which shares become time, and how sure it is. */
static void print_cost(const struct json *pair, FILE *out)
{
    const struct json *runs = json_get(pair, "cost_runs");
    double low = number_of(pair, "cost_low"), high = number_of(pair, "cost_high");
    double base = number_of(runs, "base"), new = number_of(runs, "new");
    fprintf(out, "in shares of the CPU time before; all after is %.1f %% of it\n",
            100 * number_of(pair, "cost_ratio"));
    if (isfinite(low) && isfinite(high))
        fprintf(out,
                "(95 %%: %.1f..%.1f, by the scatter of %.0f and %.0f runs; it is in the intervals "
                "too)\n",
                100 * low, 100 * high, base, new);
    else
        fprintf(out, "no intervals: %.0f and %.0f runs are too few to tell how sure that is\n",
                base, new);
}

/* Shares of one whole, what the work cost before: they and the change can be subtracted. */
void profile_table_changes(const struct json *pair, int most, FILE *out)
{
    struct table table = {0};
    int n = 0;
    double scale = number_of(pair, "cost_ratio");
    fputc('\n', out);
    print_plain(json_text(json_get(pair, "new")), out);
    fputs(" against ", out);
    print_plain(json_text(json_get(pair, "base")), out);
    fputs(": functions whose own cost changed the most\n", out);
    print_cost(pair, out);
    table_row(&table, "function", "before", "after", "change", "95 % interval", NULL);
    for (const struct json *f = json_first(json_get(pair, "changed")); f && n < most;
         f = json_next(f), n++) {
        char before[CELL], after[CELL], change[CELL], interval[CELL];
        double points = number_of(f, "points");
        snprintf(change, CELL, "%+.1f points", points);
        print_bounds(interval, number_of(f, "low"), number_of(f, "high"));
        table_row(&table, json_text(json_get(f, "name")), percent(before, number_of(f, "before")),
                  percent(after, scale * number_of(f, "after")), change, interval, NULL);
    }
    table_print(&table, out);
    table_done(&table);
}

void profile_table_print(const struct profile_table *t, FILE *out)
{
    for (const struct json *s = json_first(t->sides); s; s = json_next(s))
        print_functions(s, out);
    if (t->sides)
        print_parts(t->sides, out);
    for (const struct json *p = json_first(t->pairs); p; p = json_next(p))
        profile_table_changes(p, CHANGES_SHOWN, out);
}
