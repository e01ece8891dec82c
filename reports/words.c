#include "reports/words.h"

#include "harness/base/units.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void count(char out[UNITS_TEXT], double value)
{
    char digits[UNITS_TEXT];
    bool whole = value == floor(value) && fabs(value) < 0x1p53;
    if (whole)
        snprintf(out, UNITS_TEXT, "%s%s", value < 0 ? "-" : "",
                 units_count(digits, (uint64_t)fabs(value)));
    else
        snprintf(out, UNITS_TEXT, "%.4g", value);
}

/* Three digits that count; of more before the point all: 1,176 and not 1.18e+03. */
static void plain(char out[UNITS_TEXT], double value)
{
    double whole = round(value);
    if (fabs(whole) >= 1000 && fabs(whole) < 1e15)
        count(out, whole);
    else
        snprintf(out, UNITS_TEXT, "%.3g", value);
}

static void times(char out[UNITS_TEXT], double value)
{
    plain(out, value);
    size_t n = strlen(out);
    snprintf(out + n, UNITS_TEXT - n, " x");
}

static void probability(char out[UNITS_TEXT], double p)
{
    snprintf(out, UNITS_TEXT, p < 0.0001 ? "< 0.0001" : "%.4f", p);
}

/* Small ones, and those that lack little to the whole, with a digit more. */
static void share(char out[UNITS_TEXT], double percent)
{
    bool fine = fabs(percent) < 1 || (percent > 99.9 && percent < 100);
    snprintf(out, UNITS_TEXT, fine ? "%.2f %%" : "%.1f %%", percent);
}

static void show(char out[UNITS_TEXT], enum words_kind kind, double value)
{
    switch (kind) {
    case WORDS_TIME: units_time(out, value); break;
    case WORDS_BYTES: units_bytes(out, value); break;
    case WORDS_COUNT: count(out, value); break;
    case WORDS_RATIO: units_ratio(out, value); break;
    case WORDS_PERCENT: snprintf(out, UNITS_TEXT, "%+.1f %%", value); break;
    case WORDS_SHARE: share(out, value); break;
    case WORDS_TIMES: times(out, value); break;
    case WORDS_P: probability(out, value); break;
    case WORDS_LEVEL: snprintf(out, UNITS_TEXT, "%.3g %%", value * 100); break;
    case WORDS_PLAIN: plain(out, value); break;
    }
}

const char *words(struct arena *a, enum words_kind kind, double value)
{
    char out[UNITS_TEXT];
    if (!isfinite(value))
        return WORDS_NONE;
    show(out, kind, value);
    return arena_text(a, out);
}

const char *words_interval(struct arena *a, enum words_kind kind, double lower, double upper)
{
    if (!isfinite(lower) || !isfinite(upper))
        return WORDS_NONE;
    return arena_format(a, "%s..%s", words(a, kind, lower), words(a, kind, upper));
}

const char *words_unit(struct arena *a, double value, const char *unit)
{
    static const struct {
        const char *unit;
        enum words_kind kind;
    } known[] = {
        {"ns",    WORDS_TIME },
        {"bytes", WORDS_BYTES},
        {"count", WORDS_COUNT},
        {"ratio", WORDS_RATIO},
        {"share", WORDS_LEVEL},
        {"",      WORDS_COUNT},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(unit, known[i].unit) == 0)
            return words(a, known[i].kind, value);
    return isfinite(value) ? arena_format(a, "%s %s", words(a, WORDS_COUNT, value), unit)
                           : WORDS_NONE;
}

const char *words_json(struct arena *a, const struct json *value)
{
    enum json_kind kind = json_kind(value);
    if (kind == JSON_NULL)
        return WORDS_NONE;
    if (kind == JSON_TEXT)
        return json_text(value);
    struct text printed = {0};
    json_print(value, &printed);
    const char *kept = arena_text(a, printed.p);
    text_done(&printed);
    return kept;
}
