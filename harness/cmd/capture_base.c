#include "harness/cmd/capture_base.h"

#include <stdlib.h>
#include <time.h>

static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

const char *capture_base(const char *given, struct arena *a, struct err *e)
{
    if (given)
        return given;
    const char *data = variable("XDG_DATA_HOME"), *home = variable("HOME");
    if (data && *data == '/') /* the standard: a relative one does not count */
        return arena_format(a, "%s/cupel", data);
    if (home)
        return arena_format(a, "%s/.local/share/cupel", home);
    err_input(e, "base: expected --base DIR, as neither XDG_DATA_HOME nor HOME says where");
    return NULL;
}

int64_t capture_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
