/* What straddle_parse takes, straddle_print gives back byte for byte. */
#include "tests/fuzz/fuzz.h"

#include "kernels/straddle/straddle.h"

#include <string.h>

void fuzz_straddle(struct str bytes)
{
    struct err e = {0};
    struct straddle s;
    char out[STRADDLE_TEXT];
    if (!straddle_parse(bytes, &s, &e)) {
        fuzz_refused(&e);
        return;
    }
    FUZZ_HOLDS(bytes.n < STRADDLE_TEXT);
    FUZZ_HOLDS(straddle_print(&s, out) == bytes.n);
    FUZZ_HOLDS(out[bytes.n] == '\0' && memcmp(out, bytes.p, bytes.n) == 0);
}
