/* Names of imports are names: no separator of paths is in them, and their lines are lines of the file. */
#include "tests/fuzz/fuzz.h"

#include "kernels/capture/capture_needs.h"

#include <string.h>

static void check_name(struct str name)
{
    FUZZ_HOLDS(name.n == 0 || (!memchr(name.p, '/', name.n) && !memchr(name.p, '\0', name.n)));
}

static void take(void *context, const struct capture_import *import)
{
    const struct str *text = context;
    FUZZ_HOLDS(import->line >= 1 && (size_t)import->line <= text->n + 1);
    FUZZ_HOLDS(import->level >= 0 && (import->level > 0 || import->module.n > 0));
    FUZZ_HOLDS(import->level == 0 || import->name.n > 0);
    check_name(import->name);
    for (struct str rest = import->module, part; rest.p && import->module.n;) {
        part = str_cut(&rest, '.');
        FUZZ_HOLDS(part.n > 0);
        check_name(part);
    }
}

static void doubt(void *context, int line, const char *what)
{
    const struct str *text = context;
    FUZZ_HOLDS(*what && line >= 1 && (size_t)line <= text->n + 1);
}

void fuzz_capture_python(struct str bytes)
{
    capture_python_parse(bytes, &(struct capture_python){take, doubt, &bytes});
}
