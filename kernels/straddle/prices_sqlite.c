#include "kernels/straddle/prices_parts.h"

static void *sqlite_open(const char *path, struct err *e)
{
    err_input(e, "%s: SQLite: not yet", path);
    return NULL;
}

const struct prices_ops prices_sqlite = {
    .name = "SQLite",
    .begins = {"SQLite format 3", 16},
    .open = sqlite_open,
};
