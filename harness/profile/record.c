#include "harness/profile/record.h"

#include <linux/perf_event.h>
#include <string.h>

/* Reads on; past the end: zeros, and `bad`. */
struct cursor {
    const uint64_t *p, *end;
    bool bad;
};

static const uint64_t *take(struct cursor *c, uint64_t n)
{
    if (c->bad || n > (uint64_t)(c->end - c->p)) {
        c->bad = true;
        return NULL;
    }
    c->p += n;
    return c->p - n;
}

static uint64_t word(struct cursor *c)
{
    const uint64_t *p = take(c, 1);
    return p ? *p : 0;
}

static void halves(struct cursor *c, pid_t *low, pid_t *high)
{
    uint64_t w = word(c);
    memcpy(low, &w, sizeof *low);
    memcpy(high, (const char *)&w + sizeof *low, sizeof *high);
}

/* Markers of whose addresses follow are as high as no address: -4095 and above. */
static bool is_marker(uint64_t address)
{
    return address >= (uint64_t)PERF_CONTEXT_MAX;
}

static void read_chain(struct cursor *c, struct record_sample *s)
{
    uint64_t n = word(c);
    const uint64_t *chain = take(c, n);
    if (c->bad)
        return;
    while (n > 0 && is_marker(chain[0])) {
        chain++;
        n--;
    }
    s->chain = chain;
    while (s->depth < RECORD_CHAIN_MAX && (uint64_t)s->depth < n && !is_marker(chain[s->depth]))
        s->depth++;
}

static void read_stack(struct cursor *c, struct record_sample *s)
{
    if (word(c) != PERF_SAMPLE_REGS_ABI_NONE) {
        const uint64_t *registers = take(c, REGISTERS);
        if (registers)
            registers_from_perf(registers, s->registers);
        s->has_registers = registers != NULL;
    }
    uint64_t bytes = word(c);
    s->stack = (const unsigned char *)take(c, bytes / sizeof(uint64_t));
    uint64_t filled = bytes > 0 ? word(c) : 0;
    s->stack_bytes = (size_t)(filled < bytes ? filled : bytes);
}

static bool read_sample(struct cursor *c, unsigned misc, struct record *r)
{
    struct record_sample *s = &r->sample;
    word(c); /* the address; the chain has it too */
    halves(c, &r->pid, &r->tid);
    r->time_ns = word(c);
    read_chain(c, s);
    if (registers_perf_mask())
        read_stack(c, s);
    s->in_kernel = (misc & PERF_RECORD_MISC_CPUMODE_MASK) == PERF_RECORD_MISC_KERNEL;
    return true;
}

static bool read_mapping(struct cursor *c, unsigned misc, struct record *r)
{
    (void)misc;
    halves(c, &r->pid, &r->tid);
    r->mapping.start = word(c);
    r->mapping.end = r->mapping.start + word(c);
    r->mapping.offset = word(c);
    r->mapping.path = (const char *)c->p;
    return !c->bad && memchr(c->p, '\0', (size_t)(c->end - c->p) * sizeof *c->p);
}

static bool read_fork(struct cursor *c, unsigned misc, struct record *r)
{
    (void)misc;
    pid_t thread;
    halves(c, &r->pid, &r->parent);
    halves(c, &r->tid, &thread);
    if (r->pid == r->parent)
        r->kind = RECORD_OTHER;
    return true;
}

static bool read_comm(struct cursor *c, unsigned misc, struct record *r)
{
    halves(c, &r->pid, &r->tid);
    if (!(misc & PERF_RECORD_MISC_COMM_EXEC))
        r->kind = RECORD_OTHER;
    return true;
}

static bool read_lost(struct cursor *c, unsigned misc, struct record *r)
{
    (void)misc;
    word(c); /* of which event */
    r->lost = word(c);
    return true;
}

static bool read_lost_samples(struct cursor *c, unsigned misc, struct record *r)
{
    (void)misc;
    r->lost = word(c);
    return true;
}

static const struct {
    uint32_t type;
    enum record_kind kind;
    bool (*read)(struct cursor *c, unsigned misc, struct record *r);
} rows[] = {
    {PERF_RECORD_SAMPLE,       RECORD_SAMPLE,  read_sample      },
    {PERF_RECORD_MMAP,         RECORD_MAPPING, read_mapping     },
    {PERF_RECORD_FORK,         RECORD_FORK,    read_fork        },
    {PERF_RECORD_COMM,         RECORD_EXEC,    read_comm        },
    {PERF_RECORD_LOST,         RECORD_LOST,    read_lost        },
    {PERF_RECORD_LOST_SAMPLES, RECORD_LOST,    read_lost_samples},
};

enum { ID_WORDS = 2 }; /* pid and tid, time */

bool record_read(const uint64_t *words, size_t n, struct record *out)
{
    struct perf_event_header header;
    *out = (struct record){.kind = RECORD_OTHER};
    if (n < 1)
        return false;
    memcpy(&header, words, sizeof header);
    if (header.size != n * sizeof *words)
        return false;
    struct cursor c = {.p = words + 1, .end = words + n};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].type != header.type)
            continue;
        out->kind = rows[i].kind;
        bool whole = rows[i].read(&c, header.misc, out) && !c.bad;
        if (out->kind != RECORD_SAMPLE && n > ID_WORDS)
            out->time_ns = words[n - 1];
        return whole;
    }
    return true;
}

static void put(struct text *t, uint64_t w)
{
    text_add(t, (const char *)&w, sizeof w);
}

static void put_halves(struct text *t, pid_t low, pid_t high)
{
    text_add(t, (const char *)&low, sizeof low);
    text_add(t, (const char *)&high, sizeof high);
}

/* Bytes, and zeros up to a whole word. */
static void put_padded(struct text *t, const char *bytes, size_t n)
{
    static const char zeros[sizeof(uint64_t)];
    text_add(t, bytes, n);
    if (n % sizeof zeros)
        text_add(t, zeros, sizeof zeros - n % sizeof zeros);
}

static void write_sample(struct text *t, const struct record_sample *s)
{
    put(t, (uint64_t)s->depth);
    text_add(t, (const char *)s->chain, (size_t)s->depth * sizeof *s->chain);
    if (!registers_perf_mask())
        return;
    uint64_t registers[REGISTERS];
    registers_to_perf(s->registers, registers);
    put(t, s->has_registers ? PERF_SAMPLE_REGS_ABI_64 : PERF_SAMPLE_REGS_ABI_NONE);
    if (s->has_registers)
        text_add(t, (const char *)registers, sizeof registers);
    size_t whole = s->stack_bytes / sizeof(uint64_t) * sizeof(uint64_t);
    put(t, whole);
    text_add(t, (const char *)s->stack, whole);
    if (whole > 0)
        put(t, whole);
}

static void write_body(struct text *t, const struct record *r)
{
    switch (r->kind) {
    case RECORD_SAMPLE:
        put(t, r->sample.depth ? r->sample.chain[0] : 0);
        put_halves(t, r->pid, r->tid);
        put(t, r->time_ns);
        write_sample(t, &r->sample);
        return;
    case RECORD_MAPPING:
        put_halves(t, r->pid, r->tid);
        put(t, r->mapping.start);
        put(t, r->mapping.end - r->mapping.start);
        put(t, r->mapping.offset);
        put_padded(t, r->mapping.path, strlen(r->mapping.path) + 1);
        break;
    case RECORD_FORK:
        put_halves(t, r->pid, r->parent);
        put_halves(t, r->tid, r->parent);
        put(t, r->time_ns);
        break;
    case RECORD_LOST:
        put(t, 0); /* of which event */
        put(t, r->lost);
        break;
    case RECORD_EXEC:
        put_halves(t, r->pid, r->tid);
        put(t, 0); /* the program's name: none */
        break;
    case RECORD_OTHER: break;
    }
    put_halves(t, r->pid, r->tid);
    put(t, r->time_ns);
}

static uint16_t misc_of(const struct record *r)
{
    if (r->kind == RECORD_EXEC)
        return PERF_RECORD_MISC_COMM_EXEC;
    return r->sample.in_kernel ? PERF_RECORD_MISC_KERNEL : PERF_RECORD_MISC_USER;
}

void record_write(struct text *t, const struct record *r)
{
    static const uint32_t types[] = {
        [RECORD_SAMPLE] = PERF_RECORD_SAMPLE, [RECORD_MAPPING] = PERF_RECORD_MMAP,
        [RECORD_FORK] = PERF_RECORD_FORK,     [RECORD_EXEC] = PERF_RECORD_COMM,
        [RECORD_LOST] = PERF_RECORD_LOST,     [RECORD_OTHER] = PERF_RECORD_UNTHROTTLE,
    };
    struct perf_event_header header = {.type = types[r->kind], .misc = misc_of(r)};
    size_t begin = t->n;
    text_add(t, (const char *)&header, sizeof header);
    write_body(t, r);
    header.size = (uint16_t)(t->n - begin);
    memcpy(t->p + begin, &header, sizeof header);
}
