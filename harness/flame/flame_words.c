#include "harness/flame/flame_words.h"

#include "harness/base/units.h"

#include <math.h>

void flame_words_share(struct text *out, double share)
{
    text_printf(out, "%.*f %%", share < 0.0995 ? 2 : 1, 100 * share);
}

void flame_words_points(struct text *out, double change)
{
    double points = 100 * change;
    text_printf(out, "%+.*f", fabs(points) < 0.095 && points != 0 ? 2 : 1, points);
}

void flame_words_weight(struct text *out, enum stacks_unit unit, uint64_t weight)
{
    char number[UNITS_TEXT];
    if (unit == STACKS_NANOSECONDS)
        text_puts(out, units_time(number, (double)weight));
    else if (unit == STACKS_BYTES)
        text_puts(out, units_bytes(number, (double)weight));
    else
        text_printf(out, "%s %.*s", units_count(number, weight),
                    unit == STACKS_SAMPLES ? 6 + (weight != 1) : 11 + (weight != 1),
                    stacks_unit_word(unit));
}

void flame_words_place(struct text *out, const struct stacks_frame *f)
{
    text_puts(out, f->file);
    if (*f->file && f->line > 0)
        text_printf(out, ":%d", f->line);
    if (*f->module)
        text_printf(out, "%s%s", *f->file ? ", " : "", f->module);
}
