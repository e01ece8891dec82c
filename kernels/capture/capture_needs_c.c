/* C: which files of the project its includes lead to. */
#include "kernels/capture/capture_needs.h"

static void doubt(void *context, int line, const char *what)
{
    const struct capture_source *s = context;
    capture_doubt(s->found->plan, s->found->arena, "%s:%d: %s", s->place, line, what);
}

static void include(void *context, int line, struct str name)
{
    const struct capture_source *s = context;
    struct arena *a = s->found->arena;
    const char *text = str_copy(a, name), *from[] = {s->folder, ""};
    bool leaves = !capture_paths_join(s->folder, text, a);
    for (int i = 0; i < 2; i++) {
        const char *place = capture_paths_join(from[i], text, a);
        if (place && capture_found_take(s->found, place))
            return;
    }
    capture_doubt(s->found->plan, a, "%s:%d: \"%s\" %s", s->place, line, text,
                  leaves ? "leaves the project: left out" : "is not in the project");
}

void capture_needs_c(const struct capture_source *s)
{
    capture_c_parse(s->text, &(struct capture_c){include, doubt, (void *)(uintptr_t)s});
}
