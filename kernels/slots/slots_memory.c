#include "kernels/slots/slots_memory.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *line;
    size_t field;
} lines[] = {
    {"Rss:",           offsetof(struct slots_memory, rss)   },
    {"Pss:",           offsetof(struct slots_memory, pss)   },
    {"Shared_Clean:",  offsetof(struct slots_memory, shared)},
    {"Shared_Dirty:",  offsetof(struct slots_memory, shared)},
    {"Private_Clean:", offsetof(struct slots_memory, own)   },
    {"Private_Dirty:", offsetof(struct slots_memory, own)   },
};

static void add_line(const char *name, unsigned long long kib, struct slots_memory *out)
{
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (strcmp(name, lines[i].line) == 0)
            *(uint64_t *)(void *)((char *)out + lines[i].field) += kib * 1024;
}

/* Not through base/io.h: a reading is no part of the work whose reads are counted. */
bool slots_memory_read(pid_t pid, struct slots_memory *out)
{
    char path[64], line[256], name[40];
    unsigned long long kib;
    *out = (struct slots_memory){0};
    snprintf(path, sizeof path, "/proc/%ld/smaps_rollup", (long)pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    while (fgets(line, sizeof line, file))
        if (sscanf(line, "%39s %llu kB", name, &kib) == 2)
            add_line(name, kib, out);
    fclose(file);
    return out->rss > 0;
}
