/* What a content is: counts, range, and the SHA-256 over "cupel prices 1\n" and, series by series,
 * ticker NUL field NUL, the number of rows (8 bytes), days (4 bytes each), values (8 bytes each); all
 * little-endian. */
#include "kernels/straddle/prices_parts.h"

#include "harness/base/mem.h"
#include "harness/base/sha256.h"

#include <math.h>
#include <string.h>

struct prices_tally {
    struct sha256 *hash;
    struct prices_facts facts;
    char ticker[PRICES_NAME_MAX + 1], field[PRICES_NAME_MAX + 1]; /* of the series before */
};

struct prices_tally *prices_tally_new(void)
{
    static const char head[] = "cupel prices 1\n";
    struct prices_tally *t = mem_alloc_zero(MEM_TABLES, sizeof *t);
    t->hash = sha256_new();
    sha256_add(t->hash, head, sizeof head - 1);
    return t;
}

static bool name_fits(const char *name)
{
    size_t n = strlen(name);
    return n > 0 && n <= PRICES_NAME_MAX;
}

static bool is_after(const struct prices_tally *t, const struct prices_series *s)
{
    int order = strcmp(t->ticker, s->ticker);
    return order < 0 || (order == 0 && strcmp(t->field, s->field) < 0);
}

static bool rows_fit(const struct prices_series *s)
{
    bool ok = s->n > 0;
    for (long i = 0; i < s->n && ok; i++)
        ok = isfinite(s->value[i]) && (i == 0 || s->day[i - 1] < s->day[i]);
    return ok;
}

static void add_facts(struct prices_facts *f, const struct prices_series *s, bool new_ticker)
{
    int32_t first = s->day[0], last = s->day[s->n - 1];
    f->first_day = f->series == 0 || first < f->first_day ? first : f->first_day;
    f->last_day = f->series == 0 || last > f->last_day ? last : f->last_day;
    f->rows += s->n;
    f->series++;
    f->tickers += new_ticker;
}

bool prices_tally_add(struct prices_tally *t, const struct prices_series *s, struct err *e)
{
    if (!name_fits(s->ticker) || !name_fits(s->field) || !is_after(t, s))
        return err_input(e, "damaged: series \"%.60s\", \"%.60s\" is not in its place", s->ticker,
                         s->field);
    if (!rows_fit(s))
        return err_input(e,
                         "damaged: series \"%.60s\", \"%.60s\": days do not rise, or a value is "
                         "no number",
                         s->ticker, s->field);
    add_facts(&t->facts, s, strcmp(t->ticker, s->ticker) != 0);
    memcpy(t->ticker, s->ticker, strlen(s->ticker) + 1);
    memcpy(t->field, s->field, strlen(s->field) + 1);
    uint64_t n = (uint64_t)s->n;
    sha256_add(t->hash, s->ticker, strlen(s->ticker) + 1);
    sha256_add(t->hash, s->field, strlen(s->field) + 1);
    sha256_add(t->hash, &n, sizeof n);
    sha256_add(t->hash, s->day, (size_t)n * sizeof *s->day);
    sha256_add(t->hash, s->value, (size_t)n * sizeof *s->value);
    return true;
}

void prices_tally_end(struct prices_tally *t, struct prices_facts *out)
{
    *out = t->facts;
    sha256_end(t->hash, out->content);
    mem_free(MEM_TABLES, t);
}
