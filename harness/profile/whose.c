#include "harness/profile/whose.h"

#include <string.h>

static const char worker[] = "harness/run/worker.c";

/* Whatever folder it was built in. */
static bool is_of(const struct stacks_frame *f, const char *file)
{
    size_t n = strlen(f->file), m = strlen(file);
    return n >= m && strcmp(f->file + n - m, file) == 0;
}

/* The worker's functions that call the kernel: nothing else below the loop does. */
static bool calls_the_kernel(const struct stacks_frame *f)
{
    static const char *const names[] = {"prepare", "step", "finish"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(f->name, names[i]) == 0)
            return true;
    return false;
}

/* Called by `caller`, which is the worker's: of the harness, of the same program, or the system's kernel. */
static bool is_harness(const struct stacks_frame *f, const struct stacks_frame *caller)
{
    size_t folder = strlen(caller->file) - strlen("run/worker.c");
    return strcmp(f->name, "[kernel]") == 0 ||
           (strcmp(f->module, caller->module) == 0 && strncmp(f->file, caller->file, folder) == 0);
}

/* A process that the kernel forked has the loop in its stack, too: it counts by the call it came from. */
bool whose_kernel(const struct stacks_frame *const *frames, int n)
{
    int last = n - 1;
    while (last >= 0 && !is_of(frames[last], worker))
        last--;
    if (last < 0)
        return true;
    return calls_the_kernel(frames[last]) && last + 1 < n &&
           !is_harness(frames[last + 1], frames[last]);
}

bool whose_command(const struct stacks_frame *const *frames, int n)
{
    for (int i = 0; i < n; i++)
        if (strstr(frames[i]->module, "cupel-spawner"))
            return false;
    return true;
}
