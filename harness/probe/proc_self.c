/* /proc/self/io (this process and the children that it waited for) and /proc/self/status. */
#include "harness/probe/family.h"
#include "harness/probe/procfs.h"

enum { CHARS_READ, CHARS_WRITTEN, READ_CALLS, WRITE_CALLS, IO_COUNTS = 7 };

static const struct {
    const char *field, *name, *unit;
} io_rows[IO_COUNTS] = {
    {"rchar",                 "io_rchar",           "bytes"},
    {"wchar",                 "io_wchar",           "bytes"},
    {"syscr",                 "io_syscr",           "calls"},
    {"syscw",                 "io_syscw",           "calls"},
    {"read_bytes",            "io_read_bytes",      "bytes"},
    {"write_bytes",           "io_write_bytes",     "bytes"},
    {"cancelled_write_bytes", "io_cancelled_bytes", "bytes"},
};

struct io {
    int fd;
    int64_t begin[IO_COUNTS];
};

/* Less the probe's own looks at /proc, which the kernel counts as reads of this process. */
static void read_io(struct io *io, int64_t counts[IO_COUNTS])
{
    char text[512];
    struct procfs_looks own = procfs_looks();
    procfs_read(io->fd, text, sizeof text);
    for (int i = 0; i < IO_COUNTS; i++)
        counts[i] = procfs_field(text, io_rows[i].field);
    if (counts[CHARS_READ] >= 0)
        counts[CHARS_READ] -= own.bytes;
    if (counts[READ_CALLS] >= 0)
        counts[READ_CALLS] -= own.calls;
}

static void io_open_state(void *state)
{
    struct io *io = state;
    io->fd = procfs_open("/proc/self/io");
}

static void io_begin(void *state)
{
    struct io *io = state;
    read_io(io, io->begin);
}

static void io_end(void *state, struct probe_totals *out)
{
    struct io *io = state;
    int64_t now[IO_COUNTS];
    read_io(io, now);
    for (int i = 0; i < IO_COUNTS; i++)
        if (now[i] < 0 || io->begin[i] < 0)
            probe_totals_miss(out, io_rows[i].name, io_rows[i].unit,
                              "/proc/self/io cannot be read");
        else
            probe_totals_put(out, io_rows[i].name, io_rows[i].unit,
                             (double)(now[i] - io->begin[i]));
}

static void io_close_state(void *state)
{
    struct io *io = state;
    procfs_close(io->fd);
}

const struct probe_family probe_family_io = {
    .state_size = sizeof(struct io),
    .open = io_open_state,
    .begin = io_begin,
    .end = io_end,
    .close = io_close_state,
};

/* Levels at the end, not differences. Peak is VmHWM and not ru_maxrss: that one survives exec, so
 * that a small program started by a large one would report the large one's peak. */
static const struct {
    const char *field, *name;
} resident_rows[] = {
    {"VmHWM",   "resident_peak"},
    {"RssAnon", "resident_anon"},
};

struct resident {
    int fd;
};

static void resident_open(void *state)
{
    struct resident *r = state;
    r->fd = procfs_open("/proc/self/status");
}

static void resident_begin(void *state)
{
    (void)state;
}

static void resident_end(void *state, struct probe_totals *out)
{
    struct resident *r = state;
    char text[8192];
    procfs_read(r->fd, text, sizeof text);
    for (size_t i = 0; i < sizeof resident_rows / sizeof *resident_rows; i++) {
        int64_t kib = procfs_field(text, resident_rows[i].field);
        if (kib < 0)
            probe_totals_miss(out, resident_rows[i].name, "bytes",
                              "/proc/self/status does not say");
        else
            probe_totals_put(out, resident_rows[i].name, "bytes", (double)(kib * 1024));
    }
}

static void resident_close(void *state)
{
    struct resident *r = state;
    procfs_close(r->fd);
}

const struct probe_family probe_family_resident = {
    .state_size = sizeof(struct resident),
    .open = resident_open,
    .begin = resident_begin,
    .end = resident_end,
    .close = resident_close,
};
