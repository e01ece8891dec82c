/* Names of includes are one line each, and joined to the project they stay below it or are refused. */
#include "tests/fuzz/fuzz.h"

#include "kernels/capture/capture_needs.h"

#include <string.h>

static void take(void *context, int line, struct str name)
{
    const struct str *text = context;
    struct arena a = {0};
    FUZZ_HOLDS(name.n > 0 && line >= 1 && (size_t)line <= text->n + 1);
    FUZZ_HOLDS(!memchr(name.p, '\n', name.n) && !memchr(name.p, '\0', name.n));
    const char *place = capture_paths_join("src/rsi", str_copy(&a, name), &a);
    FUZZ_HOLDS(!place || capture_paths_is_place(place));
    arena_done(&a);
}

static void doubt(void *context, int line, const char *what)
{
    const struct str *text = context;
    FUZZ_HOLDS(*what && line >= 1 && (size_t)line <= text->n + 1);
}

void fuzz_capture_c(struct str bytes)
{
    capture_c_parse(bytes, &(struct capture_c){take, doubt, &bytes});
}
