#include "kernels/straddle/prices_rows.h"

#include <string.h>

enum { FIRST_ROWS = 1024 };

bool prices_rows_add(struct prices_rows *r, int64_t day, double value, struct err *e)
{
    if (day < INT32_MIN || day > INT32_MAX)
        return err_input(e, "damaged: a day is out of range");
    if (r->n == r->capacity) {
        r->capacity = r->capacity ? 2 * r->capacity : FIRST_ROWS;
        r->day = mem_resize(MEM_TABLES, r->day, (size_t)r->capacity * sizeof *r->day);
        r->value = mem_resize(MEM_TABLES, r->value, (size_t)r->capacity * sizeof *r->value);
    }
    r->day[r->n] = (int32_t)day;
    r->value[r->n++] = value;
    return true;
}

bool prices_rows_span(const struct prices_rows *r, long from, struct arena *a,
                      struct prices_span *out, struct err *e)
{
    long n = r->n - from;
    *out = (struct prices_span){0};
    for (long i = from + 1; i < r->n; i++)
        if (r->day[i - 1] >= r->day[i])
            return err_input(e, "damaged: days do not rise");
    if (n == 0)
        return true;
    int32_t *day = ARENA_NEW_RAW(a, int32_t, n);
    double *value = ARENA_NEW_RAW(a, double, n);
    memcpy(day, r->day + from, (size_t)n * sizeof *day);
    memcpy(value, r->value + from, (size_t)n * sizeof *value);
    *out = (struct prices_span){day, value, n};
    return true;
}

void prices_rows_done(struct prices_rows *r)
{
    mem_free(MEM_TABLES, r->day);
    mem_free(MEM_TABLES, r->value);
    *r = (struct prices_rows){0};
}

/* ---- series ----------------------------------------------------------------------------------- */

static bool hand_on(struct prices_gather *g, struct err *e)
{
    struct prices_series s = {g->ticker, g->field, g->rows.day, g->rows.value, g->rows.n};
    bool ok = s.n == 0 || g->take(g->context, &s, e);
    g->rows.n = 0;
    return ok;
}

static bool keep_name(char kept[PRICES_NAME_MAX + 1], const char *name, struct err *e)
{
    size_t n = strlen(name);
    if (n > PRICES_NAME_MAX)
        return err_input(e, "damaged: a name of %zu bytes", n);
    memcpy(kept, name, n + 1);
    return true;
}

bool prices_gather_add(struct prices_gather *g, const char *ticker, const char *field, int64_t day,
                       double value, struct err *e)
{
    bool same = strcmp(g->ticker, ticker) == 0 && strcmp(g->field, field) == 0;
    if (!same &&
        !(hand_on(g, e) && keep_name(g->ticker, ticker, e) && keep_name(g->field, field, e)))
        return false;
    return prices_rows_add(&g->rows, day, value, e);
}

bool prices_gather_end(struct prices_gather *g, bool ok, struct err *e)
{
    ok = ok && hand_on(g, e);
    prices_rows_done(&g->rows);
    return ok;
}
