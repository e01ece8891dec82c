#include "harness/storage/space.h"

#include "harness/base/units.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

/* ---- the disk --------------------------------------------------------------------------------- */

/* Cuts the path to the nearest folder that is there. */
static void cut_to_existing(struct text *path)
{
    struct stat st;
    while (stat(path->p, &st) != 0 && errno == ENOENT) {
        char *slash = strrchr(path->p, '/');
        if (!slash || slash == path->p) {
            bool from_root = slash != NULL;
            text_clear(path);
            text_puts(path, from_root ? "/" : ".");
            return;
        }
        *slash = '\0';
        path->n = strlen(path->p);
    }
}

bool space_read(const char *folder, struct space *out, struct err *e)
{
    struct statvfs v;
    struct text path = {0};
    text_puts(&path, folder);
    cut_to_existing(&path);
    bool ok = statvfs(path.p, &v) == 0 || err_system(e, "%s", path.p);
    if (ok)
        *out = (struct space){.used = (uint64_t)(v.f_blocks - v.f_bfree) * v.f_frsize,
                              .available = (uint64_t)v.f_bavail * v.f_frsize,
                              .block = v.f_frsize};
    text_done(&path);
    return ok;
}

double space_after(const struct space *s, uint64_t more_bytes)
{
    double all = (double)s->used + (double)s->available;
    return all > 0 ? ((double)s->used + (double)more_bytes) / all : 0;
}

void space_warn(const struct space *s, const char *folder, uint64_t more_bytes, struct text *out)
{
    char need[UNITS_TEXT], have[UNITS_TEXT];
    double after = space_after(s, more_bytes);
    if (after < SPACE_WARN)
        return;
    units_bytes(need, (double)more_bytes);
    units_bytes(have, (double)s->available);
    if (more_bytes > s->available)
        text_printf(out, "the disk of %s is too small: needs about %s, %s are free", folder, need,
                    have);
    else
        text_printf(out, "%.0f %% of the disk of %s will be used: needs about %s, %s are free",
                    100 * after, folder, need, have);
}

/* ---- a run ------------------------------------------------------------------------------------ */

/* What metadata says beside what it says of each file, and of each file. */
enum { METADATA_BYTES = 1500, METADATA_FILE_BYTES = 330 };

static uint64_t rounded(uint64_t bytes, uint64_t block)
{
    return block ? (bytes + block - 1) / block * block : bytes;
}

/* Folders between code/ and the files, each once: the files are sorted. */
static uint64_t folders_of(const struct capture_plan *plan)
{
    uint64_t n = 0;
    const char *last = "";
    for (int i = 0; i < plan->file_count; i++) {
        const char *path = plan->files[i].path;
        for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/'))
            n += strncmp(last, path, (size_t)(slash - path) + 1) != 0;
        last = path;
    }
    return n;
}

struct space_run space_of_plan(const struct capture_plan *plan, enum capture_how how,
                               const struct space *s)
{
    uint64_t code = 0, blocks = 0, folders = 3; /* the run, metadata, results */
    uint64_t metadata = METADATA_BYTES + METADATA_FILE_BYTES * (uint64_t)plan->file_count;
    for (int i = 0; i < plan->file_count; i++) {
        code += plan->files[i].bytes;
        blocks += rounded(plan->files[i].bytes, s->block);
    }
    bool copies = how == CAPTURE_COPIES;
    folders += copies ? 1 + folders_of(plan) : 0;
    uint64_t each = folders * s->block + rounded(metadata, s->block);
    uint64_t once = copies ? 0 : blocks + (uint64_t)plan->file_count * s->block;
    each += copies ? blocks : 0;
    return (struct space_run){.first = each + once,
                              .next = each,
                              .apparent = folders * s->block + metadata + (copies ? code : 0)};
}

struct space_run space_of_usage(const struct usage *u)
{
    uint64_t allocated = 0, apparent = 0;
    for (int i = 0; i < u->n; i++) {
        allocated += u->runs[i].all.allocated;
        apparent += u->runs[i].all.apparent;
    }
    uint64_t n = (uint64_t)u->n, mean = (allocated + n - 1) / n;
    return (struct space_run){.first = mean, .next = mean, .apparent = apparent / n};
}
