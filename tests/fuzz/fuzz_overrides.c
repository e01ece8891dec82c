/* Every row's ticker has that row's day in the month of its expiry. */
#include "tests/fuzz/fuzz.h"

#include "kernels/store/dates.h"
#include "kernels/store/fields.h"
#include "kernels/straddle/overrides.h"
#include "kernels/straddle/straddle.h"

static void check(const struct overrides *o, struct str bytes)
{
    static const char *const columns[] = {"ticker", "expiry"};
    struct arena a = {0};
    struct err e = {0};
    struct str row[2];
    int64_t seconds = 0;
    int32_t day = 0;
    long n = 0;
    struct fields *f = fields_parse(bytes, "F", columns, 2, &e);
    FUZZ_HOLDS(f != NULL);
    for (; fields_next(f, row, &e) == FIELDS_ROW; n++) {
        FUZZ_HOLDS(date_parse(row[1], &seconds));
        struct date d = date_from_days(seconds / DATE_DAY_SECONDS);
        int32_t month = straddle_month(d.year, d.month);
        FUZZ_HOLDS(overrides_find(o, str_copy(&a, row[0]), month, &day));
        FUZZ_HOLDS(day == seconds / DATE_DAY_SECONDS);
    }
    FUZZ_HOLDS(n == overrides_rows(o));
    fields_close(f);
    arena_done(&a);
}

void fuzz_overrides(struct str bytes)
{
    struct err e = {0};
    struct overrides *o = overrides_parse(bytes, "F", &e);
    if (o)
        check(o, bytes);
    else
        fuzz_refused(&e);
    overrides_free(o);
}
