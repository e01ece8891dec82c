#include "harness/profile/tracees.h"

#include "harness/base/mem.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct tracee *tracees_find(struct tracees *t, pid_t thread)
{
    for (int i = 0; i < t->count; i++)
        if (t->threads[i].thread == thread)
            return &t->threads[i];
    return NULL;
}

struct tracee *tracees_adopt(struct tracees *t, pid_t process, pid_t thread)
{
    char path[80];
    if (t->count == t->capacity) {
        t->capacity = t->capacity ? 2 * t->capacity : 16;
        t->threads = mem_resize(MEM_BASE, t->threads, (size_t)t->capacity * sizeof *t->threads);
    }
    snprintf(path, sizeof path, "/proc/%d/task/%d/stat", (int)process, (int)thread);
    t->threads[t->count] = (struct tracee){
        .process = process, .thread = thread, .stat = open(path, O_RDONLY | O_CLOEXEC)};
    return &t->threads[t->count++];
}

void tracees_drop(struct tracees *t, pid_t thread)
{
    struct tracee *gone = tracees_find(t, thread);
    if (!gone)
        return;
    if (gone->stat >= 0)
        close(gone->stat);
    *gone = t->threads[--t->count];
}

pid_t tracees_process(pid_t thread)
{
    char path[64], line[128];
    long process = thread;
    snprintf(path, sizeof path, "/proc/%d/status", (int)thread);
    FILE *f = fopen(path, "re");
    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, "Tgid:", 5) == 0)
            process = strtol(line + 5, NULL, 10);
    if (f)
        fclose(f);
    return (pid_t)process;
}

/* The letter after the name, which may hold anything but ends with the last bracket. */
bool tracees_runs(const struct tracee *thread)
{
    char stat[512];
    ssize_t n = thread->stat >= 0 ? pread(thread->stat, stat, sizeof stat - 1, 0) : -1;
    if (n <= 0)
        return false;
    stat[n] = '\0';
    const char *name = strrchr(stat, ')');
    return name && strncmp(name, ") R", 3) == 0;
}
