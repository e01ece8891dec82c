#include "kernels/straddle/chain.h"

#include "kernels/store/dates.h"
#include "kernels/store/fields.h"
#include "kernels/store/symbol.h"
#include "kernels/straddle/map.h"

#include <string.h>

enum { NORMALIZED, ACTUAL, LAST_DATE, COLUMNS, SHOWN_BYTES = 32 };
static const char *const columns[COLUMNS] = {"normalized_future", "actual_future", "last_date"};

struct chain {
    struct map *names; /* struct contract by normalized name */
    long rows;
};

struct contract {
    const char *name;
    long line; /* that gave it */
};

static bool check(const struct fields *f, const struct str *row, struct err *e)
{
    int64_t day;
    if (row[NORMALIZED].n == 0)
        return fields_error(f, NORMALIZED, e, "expected the name of a contract, found nothing");
    for (int i = NORMALIZED; i <= ACTUAL; i++)
        if (!str_is_utf8(row[i]))
            return fields_error(f, i, e, "expected UTF-8");
    return row[LAST_DATE].n == 0 || date_parse(row[LAST_DATE], &day) ||
           fields_error(f, LAST_DATE, e, "expected YYYY-MM-DD or nothing, found \"%.*s\"",
                        (int)row[LAST_DATE].n, row[LAST_DATE].p);
}

static bool agrees(const struct fields *f, const struct contract *had, struct str now,
                   struct err *e)
{
    char x[SHOWN_BYTES], y[SHOWN_BYTES];
    return str_is(now, had->name) ||
           fields_error(f, ACTUAL, e,
                        "expected one row a normalized_future, line %ld says \"%s\", this \"%s\"",
                        had->line, text_shown(x, sizeof x, str_of(had->name)),
                        text_shown(y, sizeof y, now));
}

static bool take(struct chain *c, const struct fields *f, const struct str *row, struct err *e)
{
    if (!check(f, row, e))
        return false;
    c->rows++;
    if (row[ACTUAL].n == 0)
        return true;
    struct contract *contract = map_put(c->names, row[NORMALIZED].p, row[NORMALIZED].n);
    if (contract->name)
        return agrees(f, contract, row[ACTUAL], e);
    *contract = (struct contract){map_keep(c->names, row[ACTUAL].p, row[ACTUAL].n), fields_line(f)};
    return true;
}

/* Closes f. */
static struct chain *load(struct fields *f, struct err *e)
{
    if (!f)
        return NULL;
    struct chain *c = mem_alloc_zero(MEM_BASE, sizeof *c);
    struct str row[COLUMNS];
    enum fields_got got;
    c->names = map_new(sizeof(struct contract));
    while ((got = fields_next(f, row, e)) == FIELDS_ROW && take(c, f, row, e))
        ;
    fields_close(f);
    if (got == FIELDS_END)
        return c;
    chain_free(c);
    return NULL;
}

struct chain *chain_load(const char *path, struct err *e)
{
    return load(fields_open(path, columns, COLUMNS, e), e);
}

struct chain *chain_parse(struct str csv, const char *name, struct err *e)
{
    return load(fields_parse(csv, name, columns, COLUMNS, e), e);
}

void chain_free(struct chain *c)
{
    if (!c)
        return;
    map_free(c->names);
    mem_free(MEM_BASE, c);
}

const char *chain_find(const struct chain *c, const char *normalized)
{
    const struct contract *contract = map_find(c->names, normalized, strlen(normalized));
    return contract ? contract->name : NULL;
}

size_t chain_bytes(const struct chain *c)
{
    return sizeof *c + map_bytes(c->names);
}

long chain_rows(const struct chain *c)
{
    return c->rows;
}
