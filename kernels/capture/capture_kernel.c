#include "kernels/capture/capture_kernel.h"

#include "kernels/capture/capture.h"
#include "kernels/capture/capture_digest.h"
#include "kernels/capture/capture_project.h"
#include "kernels/capture/capture_size.h"

#include "harness/base/io.h"
#include "harness/base/rng.h"

#include <string.h>

enum { LAYER_DETECT_ONCE, LAYER_CONTENT_STORE };

static const struct kernel_layer capture_layers[] = {
    {.name = "detect-once",   .why = "the files are looked for once, not for each run"       },
    {.name = "content-store", .why = "each distinct content is stored once, not for each run"},
};

struct capture_case {
    long runs, work;
    const char *project, *entry, *mode, *equal;
    bool durable;
};

/* Without "off", of which there is nothing to compare. */
static const char *const modes[] = {"entry-point", "includes", "yaml", NULL};
static const char *const equals[] = {"all", "entry", NULL};

#define AT(field) offsetof(struct capture_case, field)

/* clang-format off */
static const struct opt capture_options[] = {
    {.name = "runs", .kind = OPT_INT, .offset = AT(runs), .arg = "N", .min = 1, .max = 1e6,
     .fallback = "100", .help = "backtests whose code is kept"},
    {.name = "project", .kind = OPT_TEXT, .offset = AT(project), .arg = "NAME|DIR",
     .fallback = "synth:5-files", .help = "the strategy: synth:5-files (12 KiB), synth:grid (19 KiB), or a folder"},
    {.name = "entry", .kind = OPT_TEXT, .offset = AT(entry), .arg = "PATH",
     .help = "the entry file of a folder, seen from it"},
    {.name = "mode", .kind = OPT_TEXT, .offset = AT(mode), .arg = "MODE", .choices = modes,
     .fallback = "includes", .help = "which files are kept"},
    {.name = "equal", .kind = OPT_TEXT, .offset = AT(equal), .arg = "WHAT", .choices = equals,
     .fallback = "all", .help = "what the digest is of: all that was kept, or what all modes keep: the entry file"},
    {.name = "work", .kind = OPT_INT, .offset = AT(work), .arg = "N", .min = 0, .max = 1e12,
     .fallback = "0", .help = "planted backtest: this many steps of arithmetic for each run"},
    {.name = "durable", .kind = OPT_FLAG, .offset = AT(durable),
     .help = "fsync each run, so that it outlives a power cut"},
    OPT_END,
};
/* clang-format on */

struct capture_context {
    struct capture_case settings;
    struct capture_settings detect;
    uint64_t layers, seed;
    const char *base;
    struct arena arena, job; /* job: one run's */
    struct capture_plan plan;
    struct capture_work work;
    struct io_counts io; /* of the steps so far */
    uint64_t detections;
    uint64_t result; /* of the planted work */
};

static bool has_layer(const struct capture_context *c, int layer)
{
    return c->layers >> layer & 1;
}

/* ---- preparing -------------------------------------------------------------------------------- */

static bool find_project(struct capture_context *c, const char *state, struct err *e)
{
    const struct capture_case *s = &c->settings;
    if (capture_project_is_synthetic(s->project)) {
        bool with_yaml = strcmp(s->mode, "yaml") == 0;
        c->detect.root = arena_format(&c->arena, "%s/project", state);
        c->detect.entry = capture_project_make(s->project, c->detect.root, with_yaml, &c->arena, e);
        return c->detect.entry;
    }
    if (!s->entry)
        return err_input(e, "entry: missing, expected a file of the folder %s", s->project);
    c->detect.root = s->project;
    c->detect.entry = arena_format(&c->arena, "%s/%s", s->project, s->entry);
    return true;
}

/* Never an error in a run; here it would be a measurement of nothing. */
static bool check_plan(const struct capture_context *c, struct err *e)
{
    const struct capture_plan *p = &c->plan;
    if (p->method == CAPTURE_FAILED)
        return err_input(e, "project: %s", p->warnings.v[p->warnings.n - 1]);
    for (int i = 0; i < p->file_count; i++)
        if (strcmp(p->files[i].path, p->entry) == 0)
            return true;
    return err_input(e, "project: the entry file %s is not among the files that are kept",
                     p->entry);
}

static enum capture_mode mode_of(const char *name)
{
    int i = 0;
    while (strcmp(capture_mode_names[i], name) != 0)
        i++;
    return (enum capture_mode)i;
}

static void release_capture(void *ctx)
{
    struct capture_context *c = ctx;
    arena_done(&c->job);
    arena_done(&c->arena);
    mem_free(MEM_BASE, c);
}

static void *prepare_capture(const struct kernel_case *k, struct err *e)
{
    if (!k->state_dir) {
        err_input(e, "capture: it has to have a state folder");
        return NULL;
    }
    struct capture_context *c = mem_alloc_zero(MEM_BASE, sizeof *c);
    c->settings = *(const struct capture_case *)k->settings;
    c->layers = k->layers;
    c->seed = k->seed;
    c->base = arena_format(&c->arena, "%s/base", k->state_dir);
    c->detect.mode = mode_of(c->settings.mode);
    bool ok = find_project(c, k->state_dir, e) && capture_base_check(c->base, e);
    if (ok) {
        capture_detect(&c->detect, &c->arena, &c->plan);
        ok = check_plan(c, e);
    }
    if (ok)
        return c;
    release_capture(c);
    return NULL;
}

static long jobs_capture(const void *ctx)
{
    return ((const struct capture_context *)ctx)->settings.runs;
}

/* ---- a run ------------------------------------------------------------------------------------ */

static void work(struct capture_context *c, long job)
{
    uint64_t x = rng_mix(c->seed + (uint64_t)job);
    for (long i = 0; i < c->settings.work; i++)
        x = rng_mix(x + 1);
    c->result = rng_mix(c->result ^ x);
}

static struct json *parameters_of(long job)
{
    struct json *object = json_object();
    long slow = 30 + job / 20 * 5;
    json_put_number(object, "fast", (double)(5 + job % 20));
    json_put_number(object, "slow", (double)slow);
    return object;
}

static bool keep(struct capture_context *c, long job, struct err *e)
{
    static const int64_t january = INT64_C(1735725600000); /* 2025-01-01 10:00 */
    struct json *parameters = parameters_of(job);
    struct capture_run run;
    struct capture_plan plan = c->plan;
    if (!has_layer(c, LAYER_DETECT_ONCE) || c->detections == 0) {
        capture_detect(&c->detect, &c->job, &plan);
        c->detections++;
    }
    struct capture_order order = {
        .base = c->base,
        .time_ms = january + job * 1000,
        .plan = &plan,
        .parameters = parameters,
        .context = "sweep",
        .how = has_layer(c, LAYER_CONTENT_STORE) ? CAPTURE_CONTENT : CAPTURE_COPIES,
        .durable = c->settings.durable,
    };
    bool ok = capture_store(&order, &c->job, &c->work, &run, e);
    json_free(parameters);
    arena_reset(&c->job);
    return ok;
}

/* Only what happens within the steps is counted. */
static void count_since(struct capture_context *c, const struct io_counts *before)
{
    struct io_counts now = io_counts_now();
    for (int i = 0; i < IO_OP_COUNT; i++)
        c->io.calls[i] += now.calls[i] - before->calls[i];
    c->io.bytes_read += now.bytes_read - before->bytes_read;
    c->io.bytes_written += now.bytes_written - before->bytes_written;
}

static bool step_capture(void *ctx, long lo, long hi, struct err *e)
{
    struct capture_context *c = ctx;
    struct io_counts before = io_counts_now();
    bool ok = true;
    for (long job = lo; job < hi && ok; job++) {
        work(c, job);
        ok = keep(c, job, e);
    }
    count_since(c, &before);
    return ok;
}

/* ---- results ---------------------------------------------------------------------------------- */

static bool digest_capture(void *ctx, struct kernel_digest *out, struct err *e)
{
    const struct capture_context *c = ctx;
    struct sha256 *h = sha256_new();
    sha256_add(h, &c->result, sizeof c->result);
    bool ok = capture_digest_add(h, c->base, strcmp(c->settings.equal, "all") == 0, e);
    sha256_end(h, out->exact);
    return ok;
}

static int counts_capture(const void *ctx, struct kernel_count *out, int max)
{
    const struct capture_context *c = ctx;
    struct capture_size below;
    capture_size_of(c->base, &below);
    const struct kernel_count counts[] = {
        {"runs",            c->work.runs          },
        {"detections",      c->detections         },
        {"copies",          c->work.files         },
        {"copies_saved",    c->work.shared        },
        {"code_bytes",      below.code            },
        {"metadata_bytes",  below.metadata        },
        {"apparent_bytes",  below.apparent        },
        {"allocated_bytes", below.allocated       },
        {"files",           below.files           },
        {"folders",         below.folders         },
        {"opens",           c->io.calls[IO_OPEN]  },
        {"reads",           c->io.calls[IO_READ]  },
        {"writes",          c->io.calls[IO_WRITE] },
        {"fsyncs",          c->io.calls[IO_SYNC]  },
        {"renames",         c->io.calls[IO_RENAME]},
        {"bytes_read",      c->io.bytes_read      },
        {"bytes_written",   c->io.bytes_written   },
    };
    int n = 0;
    for (; n < max && n < (int)(sizeof counts / sizeof *counts); n++)
        out[n] = counts[n];
    return n;
}

/* ---- the kernel ------------------------------------------------------------------------------- */

static const char *const of_detection[] = {
    "capture_detect$",    "capture_needs", "capture_python",
    "capture_c_parse",    "capture_found", "capture_paths_look",
    "capture_paths_root", "capture_yaml",  NULL};
static const char *const of_metadata[] = {"capture_metadata", "json_", "cJSON", NULL};
static const char *const of_storing[] = {"capture_store$", "capture_object", "io_",
                                         "sha256",         "SHA256",         NULL};
static const char *const of_work[] = {"work$", NULL};

static const struct kernel_part capture_parts[] = {
    {"detect",   "finding the files",            of_detection, true },
    {"describe", "metadata",                     of_metadata,  true },
    {"store",    "reading, hashing and writing", of_storing,   true },
    {"work",     "the planted backtest",         of_work,      false},
};

const struct kernel kernel_capture = {
    .abi = CUPEL_KERNEL_ABI,
    .name = "capture",
    .summary = "code kept with each of many backtests: which files, copied or stored once",
    .cut = KERNEL_ONCE,
    .options = capture_options,
    .settings_size = sizeof(struct capture_case),
    .layers = capture_layers,
    .layer_count = sizeof capture_layers / sizeof *capture_layers,
    .prepare = prepare_capture,
    .jobs = jobs_capture,
    .step = step_capture,
    .digest = digest_capture,
    .counts = counts_capture,
    .release = release_capture,
    .parts = capture_parts,
    .part_count = sizeof capture_parts / sizeof *capture_parts,
};
