#define _GNU_SOURCE
#include "harness/probe/levels.h"

#include "harness/probe/procfs.h"
#include "harness/probe/tree.h"

#include <dlfcn.h>
#include <math.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

const char *levels_name(int level)
{
    static const char *const names[LEVELS_COMPONENT] = {
        [LEVELS_ALLOCATED] = "allocated", [LEVELS_RESIDENT] = "resident", [LEVELS_RSS] = "rss"};
    return level < LEVELS_COMPONENT
               ? names[level]
               : mem_component_name((enum mem_component)(level - LEVELS_COMPONENT));
}

void levels_open(struct levels *l, pid_t root)
{
    *l = (struct levels){.root = root};
    void *found = root ? NULL : dlsym(RTLD_DEFAULT, "mallctl");
    if (found)
        memcpy(&l->control, &found, sizeof found); /* C has no cast to a function pointer */
}

bool levels_has(const struct levels *l, int level)
{
    return l->root == 0 || level == LEVELS_RSS;
}

static double heap_level(const struct levels *l, const char *name)
{
    size_t value = 0, size = sizeof value;
    return l->control && l->control(name, &value, &size, NULL, 0) == 0 ? (double)value
                                                                       : (double)NAN;
}

static void read_own(const struct levels *l, struct levels_reading *out)
{
    uint64_t epoch = 1; /* the heap's levels are those of the last epoch: start a new one */
    if (l->control)
        l->control("epoch", NULL, NULL, &epoch, sizeof epoch);
    out->bytes[LEVELS_ALLOCATED] = heap_level(l, "stats.allocated");
    out->bytes[LEVELS_RESIDENT] = heap_level(l, "stats.resident");
    for (int i = 0; i < MEM_COMPONENT_COUNT; i++)
        out->bytes[LEVELS_COMPONENT + i] = (double)mem_counts((enum mem_component)i).held_bytes;
}

static void clear(struct levels_reading *out)
{
    out->processes = 0;
    for (int i = 0; i < LEVELS_COUNT; i++)
        out->bytes[i] = (double)NAN;
}

void levels_read(const struct levels *l, struct levels_reading *out)
{
    struct tree tree;
    clear(out);
    if (l->root == 0)
        read_own(l, out);
    if (tree_read(l->root ? l->root : getpid(), l->root == 0, &tree)) {
        out->bytes[LEVELS_RSS] = (double)tree.rss_bytes;
        out->processes = tree.processes;
    }
}

/* VmHWM and not ru_maxrss, which survives exec. */
static double own_peak_rss(void)
{
    char text[8192];
    int fd = procfs_open("/proc/self/status");
    procfs_read(fd, text, sizeof text);
    procfs_close(fd);
    int64_t kib = procfs_field(text, "VmHWM");
    return kib < 0 ? (double)NAN : (double)(kib * 1024);
}

void levels_peaks(const struct levels *l, struct levels_reading *out)
{
    clear(out);
    if (l->root)
        return;
    out->bytes[LEVELS_RSS] = own_peak_rss();
    for (int i = 0; i < MEM_COMPONENT_COUNT; i++)
        out->bytes[LEVELS_COMPONENT + i] = (double)mem_counts((enum mem_component)i).peak_bytes;
}
