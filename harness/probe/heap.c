#define _GNU_SOURCE
#include "harness/probe/heap.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>

heap_mallctl *heap_control(void)
{
    heap_mallctl *control = NULL;
    void *found = dlsym(RTLD_DEFAULT, "mallctl");
    if (found)
        memcpy(&control, &found, sizeof found); /* C has no cast to a function pointer */
    return control;
}

static bool is_on(heap_mallctl *control, const char *name)
{
    bool on = false;
    size_t size = sizeof on;
    return control(name, &on, &size, NULL, 0) == 0 && on;
}

bool heap_is_supported(heap_mallctl *control, struct err *e)
{
    if (!control)
        return err_set(e, ERR_UNSUPPORTED,
                       "not supported here: this process does not use jemalloc");
    return is_on(control, "config.prof") ||
           err_set(e, ERR_UNSUPPORTED,
                   "not supported here: this jemalloc was built without --enable-prof");
}

bool heap_dump(heap_mallctl *control, const char *path, struct err *e)
{
    if (!heap_is_supported(control, e))
        return false;
    if (!is_on(control, "opt.prof"))
        return err_input(e,
                         "heap profile: this process was not started with MALLOC_CONF=prof:true");
    errno = control("prof.dump", NULL, NULL, &path, sizeof path);
    return errno == 0 || err_system(e, "heap profile %s", path);
}
