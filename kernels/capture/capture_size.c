#include "kernels/capture/capture_size.h"

#include <fts.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

static void add(struct capture_size *s, const FTSENT *entry)
{
    const struct stat *st = entry->fts_statp;
    uint64_t bytes = (uint64_t)st->st_size;
    s->allocated += (uint64_t)st->st_blocks * 512;
    if (entry->fts_info == FTS_D) {
        s->folders++;
        return;
    }
    s->files++;
    s->apparent += bytes;
    if (strcmp(entry->fts_parent->fts_name, "metadata") == 0)
        s->metadata += bytes;
    else
        s->code += bytes;
}

void capture_size_of(const char *folder, struct capture_size *out)
{
    char *paths[] = {(char *)(uintptr_t)folder, NULL};
    *out = (struct capture_size){0};
    FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    if (!walk)
        return;
    for (const FTSENT *entry; (entry = fts_read(walk));)
        if (entry->fts_info == FTS_D || entry->fts_info == FTS_F || entry->fts_info == FTS_SL)
            add(out, entry);
    fts_close(walk);
}
