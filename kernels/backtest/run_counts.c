#include "kernels/backtest/run.h"

#include <string.h>

static const struct {
    const char *name;
    enum io_op op;
} io_names[] = {
    {"opens",   IO_OPEN  },
    {"reads",   IO_READ  },
    {"writes",  IO_WRITE },
    {"fsyncs",  IO_SYNC  },
    {"renames", IO_RENAME},
    {"maps",    IO_MAP   },
};

enum { IO_NAMES = sizeof io_names / sizeof *io_names };

/* Input and output: a worker's are in io_counts_now already (pool.h), all others of_workers adds. */
static int io_part(const struct bt_run *run, struct kernel_count *out)
{
    struct io_counts now = io_counts_now();
    int n = 0;
    for (; n < IO_NAMES; n++) {
        enum io_op op = io_names[n].op;
        out[n] = (struct kernel_count){io_names[n].name, now.calls[op] - run->io_before.calls[op]};
    }
    out[n++] = (struct kernel_count){"bytes_read", now.bytes_read - run->io_before.bytes_read};
    out[n++] =
        (struct kernel_count){"bytes_written", now.bytes_written - run->io_before.bytes_written};
    return n;
}

static int own_part(const struct bt_run *run, struct kernel_count *out)
{
    int n = 0;
#define OWN_COUNT(field, label) out[n++] = (struct kernel_count){label, run->counts.field};
    BT_COUNTS(OWN_COUNT)
#undef OWN_COUNT
    return n;
}

int bt_run_counts(const struct bt_run *run, struct kernel_count *out, int max)
{
    struct kernel_count all[2 * KERNEL_COUNTS_MAX];
    int io = io_part(run, all), n = io;
    n += own_part(run, all + n);
    for (int i = 0; i < BT_LAYERS; i++)
        if (run->layers >> i & 1 && bt_layers[i]->statistics && n < KERNEL_COUNTS_MAX)
            n += bt_layers[i]->statistics(run->states[i], all + n, KERNEL_COUNTS_MAX - n);
    for (int i = io; i < n; i++)
        all[i].value += run->of_workers[i];
    n = n < max ? n : max;
    memcpy(out, all, (size_t)n * sizeof *out);
    return n;
}
