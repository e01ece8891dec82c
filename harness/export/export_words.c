#include "harness/export/export_words.h"

#include "harness/base/units.h"
#include "harness/plan/metric.h"

#include <math.h>
#include <string.h>

void export_put(struct json *object, const char *key, double number)
{
    if (isfinite(number))
        json_put_number(object, key, number);
}

/* ---- escaping ------------------------------------------------------------------------------- */

/* How many bytes at p have no place in any text file: C1 controls, U+FFFE and U+FFFF. */
static size_t unfit(const char *p)
{
    const unsigned char *b = (const unsigned char *)p;
    if (b[0] == 0xC2 && b[1] >= 0x80 && b[1] <= 0x9F)
        return 2;
    return b[0] == 0xEF && b[1] == 0xBF && b[2] >= 0xBE ? 3 : 0;
}

void export_add_clean(struct text *out, const char *text, const char *(*escape)(char byte))
{
    while (*text) {
        size_t skip = unfit(text);
        unsigned char c = (unsigned char)*text;
        bool blank = c == '\t' || c == '\n' || c == '\r';
        const char *escaped = escape && !skip ? escape(*text) : NULL;
        if (blank)
            text_puts(out, " ");
        else if (escaped)
            text_puts(out, escaped);
        else if (!skip && c >= 0x20 && c != 0x7F)
            text_add(out, text, 1);
        text += skip ? skip : 1;
    }
}

/* ---- sentences ------------------------------------------------------------------------------ */

const char *export_metric_title(const char *metric)
{
    int id = metric_find(metric);
    return id >= 0 ? metric_rows[id].title : metric;
}

void export_say_quantity(struct text *out, double value, const char *unit)
{
    char shown[UNITS_TEXT];
    if (strcmp(unit, "ns") == 0)
        text_puts(out, units_time(shown, value));
    else if (strcmp(unit, "bytes") == 0)
        text_puts(out, units_bytes(shown, value));
    else if (isfinite(value))
        text_printf(out, "%.6g%s%s", value, *unit ? " " : "", unit);
    else
        text_puts(out, "n/a");
}

bool export_has_interval(const struct export_judged *j)
{
    return isfinite(j->lower) && isfinite(j->upper) && j->lower < j->upper;
}

double export_half_width_percent(const struct export_judged *j)
{
    return (j->upper - j->lower) / 2 / j->ratio * 100;
}

static void say_interval(struct text *out, const struct export_judged *j)
{
    char lower[UNITS_TEXT], upper[UNITS_TEXT];
    if (export_has_interval(j))
        text_printf(out, " (%s..%s)", units_change(lower, j->lower), units_change(upper, j->upper));
}

void export_say_judged(struct text *out, const struct export_benchmark *b,
                       const struct export_judged *j)
{
    char change[UNITS_TEXT];
    text_printf(out, "%s %s", export_metric_title(j->metric), units_change(change, j->ratio));
    say_interval(out, j);
    if (b->pairs && strcmp(j->kind, "exact") != 0)
        text_printf(out, ", %d pairs", b->pairs);
    if (isfinite(j->base) && isfinite(j->new)) {
        text_puts(out, ", base ");
        export_say_quantity(out, j->base, j->unit);
        text_puts(out, ", new ");
        export_say_quantity(out, j->new, j->unit);
    }
    if (isfinite(j->detectable_percent))
        text_printf(out, ", detectable %.1f %%", j->detectable_percent);
    if (j->reason)
        text_printf(out, ", %s", j->reason);
}

const struct export_judged *export_decisive(const struct export_benchmark *b)
{
    const struct export_judged *decisive = b->judged_count ? b->judged : NULL;
    for (int i = b->judged_count - 1; i >= 0; i--)
        if (strcmp(b->judged[i].metric, b->metric) == 0)
            decisive = &b->judged[i];
    for (int i = b->judged_count - 1; i >= 0; i--)
        if (b->judged[i].fails)
            decisive = &b->judged[i];
    return decisive;
}

void export_say_commands(struct text *out, const struct export_benchmark *b, const char *between)
{
    static const char *const names[SIDES] = {[SIDE_BASE] = "base", [SIDE_NEW] = "new"};
    bool is_first = true;
    for (int s = 0; s < SIDES; s++)
        if (b->sides[s].command) {
            text_printf(out, "%s%s: %s", is_first ? "" : between, names[s], b->sides[s].command);
            is_first = false;
        }
}

/* All that fail, or the first one. */
static void say_failing(struct text *out, const struct export_benchmark *b)
{
    size_t start = out->n;
    for (int i = 0; i < b->judged_count; i++) {
        const struct export_judged *j = &b->judged[i];
        if (!j->fails && (j != export_decisive(b)))
            continue;
        text_puts(out, out->n > start ? "; " : "");
        export_say_judged(out, b, j);
        if (isfinite(j->margin_percent))
            text_printf(out, ", margin %g %%", j->margin_percent);
    }
}

void export_say_outcome(struct text *out, const struct export_benchmark *b)
{
    const struct export_judged *j = export_decisive(b);
    if (b->reason) {
        text_puts(out, b->reason);
        return;
    }
    if (b->state == EXPORT_INCONCLUSIVE)
        text_puts(out, "inconclusive: ");
    if (b->state == EXPORT_INCONCLUSIVE && j && export_has_interval(j))
        text_printf(out, "too noisy to decide, half-width %.1f %%, ", export_half_width_percent(j));
    if (b->state == EXPORT_BORDERLINE)
        text_puts(out, "borderline: neither excluded nor proven, ");
    if (b->state == EXPORT_MEASURED)
        text_printf(out, "%s: ", b->verdict);
    if (j)
        say_failing(out, b);
    else
        text_printf(out, "%d runs", b->sides[SIDE_NEW].metrics[PROBE_CPU].n);
    if (b->confirmed)
        text_puts(out, "; confirmed by a second run");
    if (b->changed)
        text_printf(out, "; %s", b->changed);
}
