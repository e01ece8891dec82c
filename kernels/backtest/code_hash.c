#include "kernels/backtest/strategies.h"

/* From the Makefile, which lists the files. */
const char *bt_code_hash(void)
{
    return CUPEL_CODE_HASH;
}
