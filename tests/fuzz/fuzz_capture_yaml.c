/* Every path of a strategy.yaml is a text, and joined to the project it stays below it or is refused. */
#include "tests/fuzz/fuzz.h"

#include "kernels/capture/capture_paths.h"
#include "kernels/capture/capture_yaml.h"

static void check(const struct capture_lines *files, struct arena *a)
{
    FUZZ_HOLDS(files->n > 0);
    for (int i = 0; i < files->n; i++) {
        const char *place = capture_paths_join("strategies/rsi", files->v[i], a);
        FUZZ_HOLDS(files->v[i][0] != '\0');
        FUZZ_HOLDS(!place || capture_paths_is_place(place));
    }
}

void fuzz_capture_yaml(struct str bytes)
{
    struct arena a = {0};
    struct capture_lines files = {0}, others = {0};
    struct err e = {0};
    if (capture_yaml_parse(bytes, &a, &files, &others, &e))
        check(&files, &a);
    else
        fuzz_refused(&e);
    arena_done(&a);
}
