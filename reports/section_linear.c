#include "reports/section.h"

#include "reports/tip.h"
#include "reports/words.h"

#include "harness/stats/fit.h"

#include <math.h>
#include <string.h>

/* From how many different amounts of work on, and how far apart, growth is worth a sentence. */
enum { SCALES_MIN = 3, SPAN_MIN = 1000 };

/* ---- the cells of one name ------------------------------------------------------------------ */

static double amount_of(const struct json *record, const char *side)
{
    return at_number(json_get(record, side), "throughput.bar_backtests");
}

struct points {
    double *x, *y; /* bar-backtests, ns of CPU time of the work: a pair each */
    int n, scales;
    double least, most;
    const struct model_cell *first, *last;
};

static bool is_new_amount(const struct points *p, double amount)
{
    for (int i = 0; i < p->n; i++)
        if (p->x[i] == amount)
            return false;
    return true;
}

static void add_cell(struct points *p, const struct model_cell *cell, const char *side)
{
    const struct json *record = cell->record;
    double amount = amount_of(record, side);
    if (!isfinite(amount))
        return;
    p->first = p->first ? p->first : cell;
    p->last = cell;
    p->scales += is_new_amount(p, amount);
    p->least = fmin(p->least, amount);
    p->most = fmax(p->most, amount);
    const struct json *pairs = json_get(record, "pairs");
    for (const struct json *pair = json_first(pairs); pair; pair = json_next(pair)) {
        p->x[p->n] = amount;
        p->y[p->n++] = at_number(json_get(pair, side), "cpu_ns");
    }
}

static struct points points_of(const struct model_file *f, const char *name, const char *side,
                               struct arena *a)
{
    int room = 0;
    for (int i = 0; i < f->cell_count; i++)
        room += json_count(json_get(f->cells[i].record, "pairs"));
    struct points p = {
        .x = ARENA_NEW(a, double, room), .y = ARENA_NEW(a, double, room), .least = INFINITY};
    for (int i = 0; i < f->cell_count; i++)
        if (strcmp(f->cells[i].name, name) == 0)
            add_cell(&p, &f->cells[i], side);
    return p;
}

static bool is_worth_it(const struct points *p)
{
    return p->scales >= SCALES_MIN && p->most >= SPAN_MIN * p->least;
}

/* Is the cell the first of its name? */
static bool is_first(const struct model_file *f, int i)
{
    for (int k = 0; k < i; k++)
        if (strcmp(f->cells[k].name, f->cells[i].name) == 0)
            return false;
    return true;
}

bool section_has_linear(const struct model_file *f, struct arena *a)
{
    for (int i = 0; i < f->cell_count; i++) {
        struct points p = points_of(f, f->cells[i].name, "new", a);
        if (is_worth_it(&p))
            return true;
    }
    return false;
}

/* ---- the table ------------------------------------------------------------------------------ */

/* The figures that follow are of all these points. */
static void about(struct table *t, const struct points *p, enum words_kind kind,
                  struct stats_interval i)
{
    table_about(t, tip_records(t->arena, p->first, p->last, p->n, kind, i.low, i.high));
}

static void add_interval(struct table *t, struct stats_interval i)
{
    table_number(t, i.estimate, words(t->arena, WORDS_PLAIN, i.estimate));
    table_number(t, i.low, words_interval(t->arena, WORDS_PLAIN, i.low, i.high));
}

static struct stats_line power_of(const struct points *p, struct arena *a)
{
    double *x = ARENA_NEW(a, double, p->n), *y = ARENA_NEW(a, double, p->n);
    for (int i = 0; i < p->n; i++) {
        x[i] = log(p->x[i]);
        y[i] = log(fmax(p->y[i], 1));
    }
    return stats_line_fit(x, y, p->n, 0.95);
}

/* The cost at each amount, from the fewest to the most: whether it falls or rises with the amount. */
static const char *costs_words(const struct points *p, struct arena *a)
{
    const char *list = "";
    for (double x = p->least, next; isfinite(x); x = next) {
        double sum = 0;
        int n = 0;
        next = INFINITY;
        for (int i = 0; i < p->n; i++) {
            if (p->x[i] == x) {
                sum += p->y[i];
                n++;
            } else if (p->x[i] > x) {
                next = fmin(next, p->x[i]);
            }
        }
        list = arena_format(a, "%s%s%.2g: %.3g", list, *list ? ", " : "", x, sum / n / x);
    }
    return list;
}

static void add_side(struct table *t, const struct model_file *f, const struct model_cell *cell,
                     const char *side)
{
    struct points p = points_of(f, cell->name, side, t->arena);
    if (!is_worth_it(&p))
        return;
    struct stats_line line = stats_line_fit(p.x, p.y, p.n, 0.95), power = power_of(&p, t->arena);
    const char *layers = at_text(json_get(cell->record, side), "label");
    table_text(t, strlen(layers) > 40 ? arena_format(t->arena, "%s, %s", cell->name, side)
                                      : arena_format(t->arena, "%s: %s", side, layers));
    about(t, &p, WORDS_PLAIN, line.each);
    add_interval(t, line.each);
    about(t, &p, WORDS_PLAIN, power.each);
    table_number(t, power.each.estimate, arena_format(t->arena, "%.4f", power.each.estimate));
    table_number(t, power.each.low,
                 arena_format(t->arena, "%.4f..%.4f", power.each.low, power.each.high));
    about(t, &p, WORDS_TIME, line.fixed);
    table_number(t, line.fixed.estimate, words(t->arena, WORDS_TIME, line.fixed.estimate));
    table_number(t, line.worst_miss,
                 arena_format(t->arena, "%.1f %% at %.2g", 100 * line.worst_miss, line.worst_x));
    table_text(t, costs_words(&p, t->arena));
}

void section_linear(struct document *d, const struct model_file *f, int level)
{
    static const struct column columns[] = {
        {"Side",                      false},
        {"ns a bar-backtest",         true },
        {"95 % interval",             true },
        {"Exponent (1: linear)",      true },
        {"95 % interval",             true },
        {"Fixed",                     true },
        {"Largest miss of a scale",   true },
        {"ns each, by bar-backtests", false},
    };
    (void)level;
    struct table *t = table_new(
        d->arena, "CPU time of the work against bar-backtests (bars x combinations x symbols)",
        columns, COUNT(columns));
    for (int i = 0; i < f->cell_count; i++) {
        if (!is_first(f, i))
            continue;
        add_side(t, f, &f->cells[i], "base");
        add_side(t, f, &f->cells[i], "new");
    }
    document_table(d, t);
    document_add(
        d, BLOCK_TEXT,
        "The cost of each is the slope of a line through all pairs of all scales (weighted "
        "least squares); the exponent is the slope of the logarithms, 1 where twice the work "
        "takes twice the time. The set-up is timed apart and is not in it.");
}
