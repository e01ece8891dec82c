/* Every actual name is found under the name that stands beside it, whichever row that is. */
#include "tests/fuzz/fuzz.h"

#include "kernels/store/fields.h"
#include "kernels/straddle/chain.h"

static void check(const struct chain *c, struct str bytes)
{
    static const char *const columns[] = {"normalized_future", "actual_future"};
    struct arena a = {0};
    struct err e = {0};
    struct str row[2];
    long n = 0;
    struct fields *f = fields_parse(bytes, "F", columns, 2, &e);
    FUZZ_HOLDS(f != NULL);
    for (; fields_next(f, row, &e) == FIELDS_ROW; n++) {
        const char *actual = chain_find(c, str_copy(&a, row[0]));
        if (row[1].n > 0)
            FUZZ_HOLDS(actual && str_is(row[1], actual));
    }
    FUZZ_HOLDS(n == chain_rows(c));
    fields_close(f);
    arena_done(&a);
}

void fuzz_chain(struct str bytes)
{
    struct err e = {0};
    struct chain *c = chain_parse(bytes, "F", &e);
    if (c)
        check(c, bytes);
    else
        fuzz_refused(&e);
    chain_free(c);
}
