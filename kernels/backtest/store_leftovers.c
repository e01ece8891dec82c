#include "kernels/backtest/store_leftovers.h"

#include "harness/base/io.h"
#include "kernels/backtest/store_folder.h"

#include <string.h>

struct leftovers {
    bt_leftover_fn *fn;
    void *context;
    int depth; /* DIR, results, RANGE */
};

/* NAME.damaged, and the log of a database: NAME.damaged-wal. */
static bool is_kept_aside(const char *name)
{
    static const char mark[] = ".damaged";
    const char *at = strstr(name, mark);
    return at && (at[sizeof mark - 1] == '\0' || at[sizeof mark - 1] == '-');
}

static bool is_foreign(const char *name)
{
    for (const char *const *f = bt_store_foreign; *f; f++)
        if (strcmp(*f, name) == 0)
            return true;
    return false;
}

static bool find_leftovers(void *context, const char *path, const char *name, const struct stat *st,
                           struct err *e)
{
    struct leftovers *l = context;
    bool temporary = io_is_temporary(name);
    if (S_ISREG(st->st_mode) && (temporary || is_kept_aside(name)))
        return l->fn(l->context, path, temporary, (uint64_t)st->st_size, e);
    if (!S_ISDIR(st->st_mode) || l->depth == 2 || (l->depth == 0 && is_foreign(name)))
        return true;
    struct leftovers below = {l->fn, l->context, l->depth + 1};
    return bt_folder_each(path, find_leftovers, &below, e);
}

bool bt_store_leftovers(struct bt_store *s, bt_leftover_fn *fn, void *context, struct err *e)
{
    struct leftovers l = {fn, context, 0};
    return bt_folder_each(s->dir, find_leftovers, &l, e);
}

bool bt_leftover_add(void *context, const char *path, bool is_temporary, uint64_t bytes,
                     struct err *e)
{
    (void)path;
    (void)e;
    struct bt_leftovers *sum = context;
    *(is_temporary ? &sum->temporaries : &sum->damaged) += 1;
    sum->bytes += bytes;
    return true;
}
