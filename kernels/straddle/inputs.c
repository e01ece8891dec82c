#include "kernels/straddle/inputs.h"

#include "kernels/straddle/world.h"

#include <limits.h>
#include <unistd.h>

/* So that what is asked for means the same wherever the process goes. */
static bool make_absolute(const char **path, struct arena *a, struct err *e)
{
    char here[PATH_MAX];
    if (!*path || **path == '/')
        return true;
    if (!getcwd(here, sizeof here))
        return err_system(e, "current folder");
    *path = arena_format(a, "%s/%s", here, *path);
    return true;
}

static bool is_needed(const char *path, const char *what, struct err *e)
{
    return path || err_input(e, "%s: expected a file, or a world that has one", what);
}

bool st_inputs_find(const struct st_settings *s, struct arena *a, struct st_inputs *out,
                    struct err *e)
{
    struct world_paths world = {0};
    bool all = s->amt && s->chain && s->overrides && s->prices;
    if (s->world && !all && !world_find(s->world, s->store, a, &world, e))
        return false;
    *out = (struct st_inputs){
        .amt = s->amt ? s->amt : world.amt,
        .chain = s->chain ? s->chain : world.chain,
        .overrides = s->overrides ? s->overrides : world.overrides,
        .prices = s->prices ? s->prices : world.prices,
    };
    return is_needed(out->amt, "amt", e) && is_needed(out->prices, "prices", e) &&
           make_absolute(&out->amt, a, e) && make_absolute(&out->chain, a, e) &&
           make_absolute(&out->overrides, a, e) && make_absolute(&out->prices, a, e);
}
