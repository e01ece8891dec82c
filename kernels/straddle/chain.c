#include "kernels/straddle/chain.h"

#include "kernels/store/dates.h"
#include "kernels/store/fields.h"
#include "kernels/straddle/map.h"

#include <string.h>

enum { NORMALIZED, ACTUAL, LAST_DATE, COLUMNS };
static const char *const columns[COLUMNS] = {"normalized_future", "actual_future", "last_date"};

struct chain {
    struct map *names; /* const char * by normalized name */
    long rows;
};

static bool take(struct chain *c, const struct fields *f, const struct str *row, struct err *e)
{
    int64_t day;
    if (row[NORMALIZED].n == 0)
        return fields_error(f, NORMALIZED, e, "expected the name of a contract, found nothing");
    if (row[LAST_DATE].n > 0 && !date_parse(row[LAST_DATE], &day))
        return fields_error(f, LAST_DATE, e, "expected YYYY-MM-DD or nothing, found \"%.*s\"",
                            (int)row[LAST_DATE].n, row[LAST_DATE].p);
    c->rows++;
    if (row[ACTUAL].n == 0)
        return true;
    const char **name = map_put(c->names, row[NORMALIZED].p, row[NORMALIZED].n);
    *name = map_keep(c->names, row[ACTUAL].p, row[ACTUAL].n);
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
    c->names = map_new(sizeof(const char *));
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
    const char *const *name = map_find(c->names, normalized, strlen(normalized));
    return name ? *name : NULL;
}

size_t chain_bytes(const struct chain *c)
{
    return sizeof *c + map_bytes(c->names);
}

long chain_rows(const struct chain *c)
{
    return c->rows;
}
