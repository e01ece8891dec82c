#include "kernels/straddle/prices_parts.h"

static void *parquet_open(const char *path, struct err *e)
{
    err_input(e, "%s: Parquet: not yet", path);
    return NULL;
}

const struct prices_ops prices_parquet = {
    .name = "Parquet",
    .begins = {"PAR1", 4},
    .open = parquet_open,
};
