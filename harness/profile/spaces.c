#include "harness/profile/spaces.h"

#include "harness/base/io.h"
#include "harness/base/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct space {
    struct spaces_mapping *mappings; /* in the order that they came */
    int count, capacity;
};

static struct space *space_of(struct spaces *all, pid_t pid)
{
    int i = pairs_number(&all->by_pid, (uint64_t)pid, 0, all->count);
    if (i < all->count)
        return &all->spaces[i];
    if (all->count == all->capacity) {
        all->capacity = all->capacity ? 2 * all->capacity : 16;
        all->spaces =
            mem_resize(MEM_BASE, all->spaces, (size_t)all->capacity * sizeof *all->spaces);
    }
    all->spaces[all->count] = (struct space){0};
    return &all->spaces[all->count++];
}

static void reserve(struct space *s, int n)
{
    if (n <= s->capacity)
        return;
    s->capacity = n > 2 * s->capacity ? n + 16 : 2 * s->capacity;
    s->mappings = mem_resize(MEM_BASE, s->mappings, (size_t)s->capacity * sizeof *s->mappings);
}

void spaces_map(struct spaces *all, pid_t pid, const struct spaces_mapping *mapping)
{
    struct space *s = space_of(all, pid);
    int kept = 0;
    for (int i = 0; i < s->count; i++)
        if (s->mappings[i].start < mapping->start || s->mappings[i].end > mapping->end)
            s->mappings[kept++] = s->mappings[i];
    s->count = kept;
    reserve(s, s->count + 1);
    s->mappings[s->count++] = *mapping;
}

void spaces_exec(struct spaces *all, pid_t pid)
{
    space_of(all, pid)->count = 0;
}

void spaces_fork(struct spaces *all, pid_t parent, pid_t child)
{
    space_of(all, parent); /* made first: what is made moves the others */
    struct space *to = space_of(all, child), *from = space_of(all, parent);
    if (to == from)
        return;
    reserve(to, from->count);
    to->count = from->count;
    if (from->count > 0)
        memcpy(to->mappings, from->mappings, (size_t)from->count * sizeof *from->mappings);
}

const struct spaces_mapping *spaces_find(const struct spaces *all, pid_t pid, uint64_t address)
{
    int n = pairs_find(&all->by_pid, (uint64_t)pid, 0);
    if (n < 0)
        return NULL;
    const struct space *s = &all->spaces[n];
    for (int i = s->count - 1; i >= 0; i--)
        if (address >= s->mappings[i].start && address < s->mappings[i].end)
            return &s->mappings[i];
    return NULL;
}

void spaces_done(struct spaces *all)
{
    for (int i = 0; i < all->count; i++)
        mem_free(MEM_BASE, all->spaces[i].mappings);
    mem_free(MEM_BASE, all->spaces);
    pairs_done(&all->by_pid);
    *all = (struct spaces){0};
}

/* One line of maps: "start-end rwxp offset device inode   path". */
static void read_line(char *line, spaces_visit *visit, void *context)
{
    struct record_mapping m;
    char rights[8];
    int path = 0;
    int n =
        sscanf(line, "%" SCNx64 "-%" SCNx64 " %7s %" SCNx64 " %*s %*s %n", // NOLINT: the kernel's
               &m.start, &m.end, rights, &m.offset, &path);
    if (n < 4 || rights[2] != 'x')
        return;
    m.path = path > 0 ? line + path : "";
    visit(context, &m);
}

bool spaces_read(pid_t pid, spaces_visit *visit, void *context, struct err *e)
{
    char path[64];
    struct text maps = {0};
    snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
    bool ok = io_read_file(path, &maps, e);
    if (ok && maps.n > 0) {
        char *next;
        for (char *line = maps.p; line && *line; line = next) {
            next = strchr(line, '\n');
            if (next)
                *next++ = '\0';
            read_line(line, visit, context);
        }
    }
    text_done(&maps);
    return ok;
}
