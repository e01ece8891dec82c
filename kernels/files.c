#include "kernels/files.h"

#include "harness/base/io.h"
#include "harness/base/mem.h"
#include "harness/base/rng.h"
#include "harness/base/sha256.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

struct files_settings {
    long files;
    double extra_percent;
    long extra_allocations, extra_fsyncs;
};

#define AT(field) offsetof(struct files_settings, field)

static const struct opt files_options[] = {
    {.name = "files",
     .kind = OPT_INT,
     .offset = AT(files),
     .arg = "N",
     .min = 1,
     .max = 1e6,
     .fallback = "100",
     .help = "jobs, of one file each"                                },
    {.name = "extra_percent",
     .kind = OPT_REAL,
     .offset = AT(extra_percent),
     .arg = "PERCENT",
     .min = 0,
     .max = 1000,
     .fallback = "0",
     .help = "planted slowdown: this many per cent more files"       },
    {.name = "extra_allocations",
     .kind = OPT_INT,
     .offset = AT(extra_allocations),
     .arg = "N",
     .min = 0,
     .max = 1e6,
     .fallback = "0",
     .help = "planted count: this many allocations more, of 64 bytes"},
    {.name = "extra_fsyncs",
     .kind = OPT_INT,
     .offset = AT(extra_fsyncs),
     .arg = "N",
     .min = 0,
     .max = 1e6,
     .fallback = "0",
     .help = "planted count: this many fsyncs more"                  },
    OPT_END,
};

enum { WRITES = 4, PIECE = 4096, PIECE_WORDS = PIECE / sizeof(uint64_t), ALLOCATION = 64 };

struct files {
    struct files_settings settings;
    char path[PATH_MAX];
    uint64_t seed, sum; /* sum: of what the jobs read back, in their order */
    uint64_t piece[PIECE_WORDS];
    struct io_counts io; /* of the steps so far */
    uint64_t allocations;
};

/* ---- one file ---------------------------------------------------------------------------------- */

static bool write_pieces(struct files *f, int fd, uint64_t key, struct err *e)
{
    for (uint64_t w = 0; w < WRITES; w++) {
        for (uint64_t i = 0; i < PIECE_WORDS; i++)
            f->piece[i] = rng_mix(key + w * PIECE_WORDS + i);
        if (!io_write(fd, f->piece, sizeof f->piece, e))
            return false;
    }
    return true;
}

/* Adds what is in the file to *sum. Error: not as much as was written. */
static bool read_pieces(struct files *f, int fd, uint64_t *sum, struct err *e)
{
    if (lseek(fd, 0, SEEK_SET) != 0)
        return err_system(e, "%s", f->path);
    for (int w = 0; w < WRITES; w++) {
        size_t got;
        if (!io_read(fd, f->piece, sizeof f->piece, &got, e))
            return false;
        if (got != sizeof f->piece)
            return err_input(e, "%s: read back %zu bytes of %zu", f->path, got, sizeof f->piece);
        for (int i = 0; i < (int)PIECE_WORDS; i++)
            *sum = rng_mix(*sum ^ f->piece[i]);
    }
    return true;
}

static bool handle_file(struct files *f, uint64_t key, long more_syncs, uint64_t *sum,
                        struct err *e)
{
    int fd = io_open(f->path, O_RDWR | O_CREAT | O_TRUNC, e);
    if (fd < 0)
        return false;
    bool ok = write_pieces(f, fd, key, e) && io_sync(fd, e);
    for (long i = 0; i < more_syncs && ok; i++)
        ok = io_sync(fd, e);
    ok = ok && read_pieces(f, fd, sum, e);
    io_close(fd);
    return ok && io_remove(f->path, e);
}

/* ---- jobs -------------------------------------------------------------------------------------- */

/* Extra files of the first n jobs; the small part more is for products such as 100 x 0.07. */
static long extras_of(const struct files *f, long n)
{
    return (long)((double)n * f->settings.extra_percent / 100 + 1e-9);
}

static void allocate(long n)
{
    for (long i = 0; i < n; i++)
        mem_free(MEM_BASE, mem_alloc(MEM_BASE, ALLOCATION));
}

static bool do_job(struct files *f, long job, struct err *e)
{
    uint64_t key = rng_mix(f->seed + (uint64_t)job), of_extras = 0;
    long extras = extras_of(f, job + 1) - extras_of(f, job);
    if (job == 0)
        allocate(f->settings.extra_allocations);
    if (!handle_file(f, key, job == 0 ? f->settings.extra_fsyncs : 0, &f->sum, e))
        return false;
    for (long i = 0; i < extras; i++)
        if (!handle_file(f, key, 0, &of_extras, e))
            return false;
    return true;
}

/* Only what happens within the steps is counted: how the harness talks to this process is not. */
static void count_since(struct files *f, const struct io_counts *io, uint64_t allocations)
{
    struct io_counts now = io_counts_now();
    for (int i = 0; i < IO_OP_COUNT; i++)
        f->io.calls[i] += now.calls[i] - io->calls[i];
    f->io.bytes_read += now.bytes_read - io->bytes_read;
    f->io.bytes_written += now.bytes_written - io->bytes_written;
    f->allocations += mem_counts(MEM_BASE).allocations - allocations;
}

static bool step_files(void *ctx, long lo, long hi, struct err *e)
{
    struct files *f = ctx;
    struct io_counts io = io_counts_now();
    uint64_t allocations = mem_counts(MEM_BASE).allocations;
    bool ok = true;
    for (long job = lo; job < hi && ok; job++)
        ok = do_job(f, job, e);
    count_since(f, &io, allocations);
    return ok;
}

/* ---- the kernel -------------------------------------------------------------------------------- */

static void *prepare_files(const struct kernel_case *c, struct err *e)
{
    if (!c->state_dir) {
        err_input(e, "files: it has to have a state folder");
        return NULL;
    }
    struct files *f = mem_alloc_zero(MEM_BASE, sizeof *f);
    f->settings = *(const struct files_settings *)c->settings;
    f->seed = c->seed;
    int n = snprintf(f->path, sizeof f->path, "%s/file", c->state_dir);
    if (n < (int)sizeof f->path)
        return f;
    err_input(e, "%.60s...: the name is too long", c->state_dir);
    mem_free(MEM_BASE, f);
    return NULL;
}

static long jobs_files(const void *ctx)
{
    return ((const struct files *)ctx)->settings.files;
}

static bool digest_files(void *ctx, struct kernel_digest *out, struct err *e)
{
    (void)e;
    const struct files *f = ctx;
    sha256_of(&f->sum, sizeof f->sum, out->exact);
    return true;
}

static int counts_files(const void *ctx, struct kernel_count *out, int max)
{
    const struct files *f = ctx;
    const struct kernel_count counts[] = {
        {"opens",         f->io.calls[IO_OPEN]  },
        {"reads",         f->io.calls[IO_READ]  },
        {"writes",        f->io.calls[IO_WRITE] },
        {"fsyncs",        f->io.calls[IO_SYNC]  },
        {"removes",       f->io.calls[IO_REMOVE]},
        {"bytes_read",    f->io.bytes_read      },
        {"bytes_written", f->io.bytes_written   },
        {"allocations",   f->allocations        },
    };
    int n = 0;
    for (; n < max && n < (int)(sizeof counts / sizeof *counts); n++)
        out[n] = counts[n];
    return n;
}

static void release_files(void *ctx)
{
    mem_free(MEM_BASE, ctx);
}

const struct kernel kernel_files = {
    .abi = CUPEL_KERNEL_ABI,
    .name = "files",
    .summary = "a known, tunable cost in files: planted times and exact counts",
    .cut = KERNEL_ONCE,
    .options = files_options,
    .settings_size = sizeof(struct files_settings),
    .prepare = prepare_files,
    .jobs = jobs_files,
    .step = step_files,
    .digest = digest_files,
    .counts = counts_files,
    .release = release_files,
};
