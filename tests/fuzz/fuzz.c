#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fuzz_holds(bool truth, const char *text, const char *file, int line)
{
    if (truth)
        return;
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, text);
    abort();
}

void fuzz_refused(const struct err *e)
{
    FUZZ_HOLDS(e->code == ERR_INPUT);
    FUZZ_HOLDS(e->text[0] != '\0' && memchr(e->text, '\0', sizeof e->text) != NULL);
    FUZZ_HOLDS(strchr(e->text, '\n') == NULL);
}
