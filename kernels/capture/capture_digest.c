#include "kernels/capture/capture_digest.h"

#include <string.h>

static void add_text(struct sha256 *h, const char *text)
{
    sha256_add(h, text, strlen(text) + 1);
}

static bool add_file(struct sha256 *h, const char *base, const struct capture_run *run,
                     const struct capture_file *f, struct err *e)
{
    struct text bytes = {0};
    bool ok = capture_content(base, run, f, &bytes, e);
    if (ok) {
        const uint64_t facts[3] = {bytes.n, f->mode, (uint64_t)f->mtime_ns};
        add_text(h, f->path);
        sha256_add(h, facts, sizeof facts);
        sha256_add(h, bytes.p, bytes.n);
    }
    text_done(&bytes);
    return ok;
}

static bool add_run(struct sha256 *h, const char *base, const char *id, bool all, struct err *e)
{
    struct arena a = {0};
    struct capture_run run;
    bool ok = capture_read(base, id, &a, &run, e);
    if (ok) {
        add_text(h, id);
        add_text(h, run.parameters);
    }
    for (int i = 0; ok && i < run.file_count; i++)
        if (all || (run.entry && strcmp(run.files[i].path, run.entry) == 0))
            ok = add_file(h, base, &run, &run.files[i], e);
    arena_done(&a);
    return ok;
}

bool capture_digest_add(struct sha256 *h, const char *base, bool all, struct err *e)
{
    struct arena a = {0};
    struct capture_lines ids;
    bool ok = capture_list(base, &a, &ids, NULL, e);
    for (int i = 0; ok && i < ids.n; i++)
        ok = add_run(h, base, ids.v[i], all, e);
    arena_done(&a);
    return ok;
}
