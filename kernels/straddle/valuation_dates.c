/* Which days a straddle's months and anchors are. */
#include "kernels/store/dates.h"
#include "kernels/straddle/valuation.h"

static int32_t first_of(int32_t month)
{
    return (int32_t)date_to_days((struct date){month / 12, month % 12 + 1, 1});
}

/* weekday: 0 Monday; n from 1. */
static int32_t nth_weekday(int32_t first, int weekday, int n)
{
    return first + (weekday - date_weekday(first) + 7) % 7 + 7 * (n - 1);
}

static int32_t nth_business_day(int32_t first, int n)
{
    int weekday = date_weekday(first);
    int32_t monday = weekday < 5 ? first - weekday : first + 7 - weekday;
    int past = (weekday < 5 ? weekday : 0) + n - 1; /* business days since that Monday */
    return monday + past / 5 * 7 + past % 5;
}

static const struct rule {
    bool business_day;
    int weekday;
} rules[] = {
    [STRADDLE_FRIDAY] = {false, 4},
    [STRADDLE_THURSDAY] = {false, 3},
    [STRADDLE_WEDNESDAY] = {false, 2},
    [STRADDLE_BUSINESS_DAY] = {true,  0},
};

bool valuation_anchor(const struct straddle *s, int32_t month, const char *underlying,
                      const struct overrides *overrides, int32_t *day)
{
    if (month == STRADDLE_EMPTY)
        return false;
    if (s->code == STRADDLE_OVERRIDE)
        return overrides && overrides_find(overrides, underlying, month, day);
    if (s->code < STRADDLE_FRIDAY || s->code > STRADDLE_BUSINESS_DAY || s->n < 1 || s->n > 31)
        return false;
    const struct rule *rule = &rules[s->code];
    int32_t first = first_of(month);
    *day = rule->business_day ? nth_business_day(first, s->n)
                              : nth_weekday(first, rule->weekday, s->n);
    return *day < first_of(month + 1);
}

void valuation_days(const struct straddle *s, int32_t *from, int32_t *to)
{
    *from = 0;
    *to = -1;
    if (s->entry == STRADDLE_EMPTY || s->expiry == STRADDLE_EMPTY)
        return;
    *from = first_of(s->entry);
    *to = first_of(s->expiry + 1) - 1;
}
