#include "kernels/stream.h"

#include "harness/base/mem.h"
#include "kernels/null.h"

#include <string.h>

struct stream_settings {
    long megabytes;
    double extra_percent;
};

#define AT(field) offsetof(struct stream_settings, field)

static const struct opt stream_options[] = {
    {.name = "megabytes",
     .kind = OPT_INT,
     .offset = AT(megabytes),
     .arg = "MIB",
     .min = 1,
     .max = 4096,
     .fallback = "256",
     .help = "size of the buffer"                             },
    {.name = "extra_percent",
     .kind = OPT_REAL,
     .offset = AT(extra_percent),
     .arg = "PERCENT",
     .min = 0,
     .max = 1000,
     .fallback = "0",
     .help = "planted slowdown: this many per cent more bytes"},
    OPT_END,
};

enum { LINE = 64, WORDS = LINE / sizeof(uint64_t), STRETCH_LINES = STREAM_STRETCH / LINE };

struct stream {
    uint64_t *words;
    long lines, at; /* of the buffer; the next one */
    long changed;
    double extra, carry; /* lines an iteration, and what is owed of them */
    uint64_t key;
};

static void change_line(uint64_t *line, uint64_t key)
{
    for (size_t i = 0; i < WORDS; i++)
        line[i] ^= key;
}

/* The next n lines, from the start again at the end. */
static void change_lines(struct stream *s, long n)
{
    while (n > 0) {
        long here = n < s->lines - s->at ? n : s->lines - s->at;
        for (long i = 0; i < here; i++)
            change_line(s->words + (s->at + i) * (long)WORDS, s->key);
        s->at = s->at + here == s->lines ? 0 : s->at + here;
        n -= here;
    }
}

static void release_stream(void *ctx)
{
    struct stream *s = ctx;
    mem_free(MEM_BASE, s->words);
    mem_free(MEM_BASE, s);
}

/* The buffer is of huge pages where there are some: the memory is to be measured, not the walk through
 * its page tables. It is filled here, so that no step pays for the first touch. */
static void *prepare_stream(const struct kernel_case *c, struct err *e)
{
    (void)e;
    const struct stream_settings *settings = c->settings;
    struct stream *s = mem_alloc_zero(MEM_BASE, sizeof *s);
    size_t bytes = (size_t)settings->megabytes << 20;
    s->words = mem_alloc_huge(MEM_BASE, bytes);
    memset(s->words, 1, bytes);
    s->lines = (long)(bytes / LINE);
    s->extra = STRETCH_LINES * settings->extra_percent / 100;
    s->key = c->seed | 1;
    return s;
}

static bool step_stream(void *ctx, long lo, long hi, struct err *e)
{
    (void)e;
    struct stream *s = ctx;
    for (long i = lo; i < hi; i++) {
        s->carry += s->extra;
        long more = (long)s->carry;
        s->carry -= (double)more;
        change_lines(s, STRETCH_LINES + more);
        s->changed += STRETCH_LINES + more;
    }
    return true;
}

long stream_lines(const void *ctx)
{
    return ((const struct stream *)ctx)->changed;
}

const struct kernel kernel_stream = {
    .abi = CUPEL_KERNEL_ABI,
    .name = "stream",
    .summary = "a known, tunable cost in memory traffic: planted effects for the statistics",
    .cut = KERNEL_REPEAT,
    .options = stream_options,
    .settings_size = sizeof(struct stream_settings),
    .prepare = prepare_stream,
    .step = step_stream,
    .digest = null_digest,
    .release = release_stream,
};
