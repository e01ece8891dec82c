/* Writing blocks (prices_blocks.h): lists in memory, rows straight from the content. */
#include "kernels/straddle/prices_blocks.h"

#include "harness/base/io.h"

#include <string.h>

struct listing {
    struct blocks_header head;
    struct blocks_parts parts;
    unsigned char *bytes; /* from the series rows to the days */
    struct io_output *out;
};

static uint32_t slots_for(long series)
{
    uint32_t slots = 2;
    while (slots / 2 < (uint64_t)series)
        slots *= 2;
    return slots;
}

static bool count_all(struct listing *l, const struct prices_content *c, struct err *e)
{
    uint64_t texts = 0;
    for (long i = 0; i < c->n; i++)
        texts += strlen(c->series[i].ticker) + strlen(c->series[i].field) + 2;
    if (c->n > 1 << 30 || texts > UINT32_MAX)
        return err_input(e, "too many series for one file of blocks");
    l->head = (struct blocks_header){
        .magic = BLOCKS_MAGIC,
        .rows = (uint64_t)c->facts.rows,
        .series = (uint32_t)c->n,
        .slots = slots_for(c->n),
        .text_bytes = (uint32_t)texts,
    };
    memcpy(l->head.content, c->facts.content, sizeof l->head.content);
    l->parts = blocks_parts(&l->head);
    l->head.bytes = l->parts.end;
    return true;
}

static void put_slot(struct blocks_slot *slots, uint32_t mask, uint64_t key, uint32_t series)
{
    uint32_t at = (uint32_t)key & mask;
    while (slots[at].series != 0)
        at = (at + 1) & mask;
    slots[at] = (struct blocks_slot){series + 1, (uint32_t)(key >> 32)};
}

static void fill_listing(struct listing *l, const struct prices_content *c)
{
    unsigned char *bytes = l->bytes;
    struct blocks_series *rows = (void *)bytes;
    struct blocks_slot *slots = (void *)(bytes + (l->parts.index - l->parts.series));
    char *texts = (char *)bytes + (l->parts.texts - l->parts.series);
    uint64_t at = 0;
    uint32_t text = 0;
    for (uint32_t i = 0; i < l->head.series; i++) {
        const struct prices_series *s = &c->series[i];
        size_t n = strlen(s->ticker), m = strlen(s->field);
        rows[i] = (struct blocks_series){
            .at = at,
            .sum = blocks_sum_of_rows(s->day, s->value, (size_t)s->n),
            .n = (uint32_t)s->n,
            .text = text,
            .first = s->day[0],
            .last = s->day[s->n - 1],
        };
        rows[i].seal = blocks_sum(&rows[i], offsetof(struct blocks_series, seal));
        put_slot(slots, l->head.slots - 1, blocks_key(s->ticker, n, s->field, m), i);
        memcpy(texts + text, s->ticker, n + 1);
        memcpy(texts + text + n + 1, s->field, m + 1);
        at += (uint64_t)s->n;
        text += (uint32_t)(n + m + 2);
    }
}

/* Zeros up to the next part. */
static bool pad(struct listing *l, uint64_t from, uint64_t to, struct err *e)
{
    static const char zeros[64];
    return io_output_append(l->out, zeros, (size_t)(to - from), e);
}

static bool write_lists(struct listing *l, struct err *e)
{
    size_t n = (size_t)(l->parts.days - l->parts.series);
    l->head.listing = blocks_sum(l->bytes, n);
    l->head.seal = blocks_sum(&l->head, offsetof(struct blocks_header, seal));
    return io_output_append(l->out, &l->head, sizeof l->head, e) &&
           pad(l, sizeof l->head, l->parts.series, e) && io_output_append(l->out, l->bytes, n, e);
}

static bool write_rows(struct listing *l, const struct prices_content *c, struct err *e)
{
    bool ok = true;
    for (long i = 0; ok && i < c->n; i++)
        ok = prices_go_on(c->stop, e) &&
             io_output_append(l->out, c->series[i].day,
                              (size_t)c->series[i].n * sizeof *c->series[i].day, e);
    ok = ok && pad(l, l->parts.days + l->head.rows * sizeof(int32_t), l->parts.values, e);
    for (long i = 0; ok && i < c->n; i++)
        ok = prices_go_on(c->stop, e) &&
             io_output_append(l->out, c->series[i].value,
                              (size_t)c->series[i].n * sizeof *c->series[i].value, e);
    return ok;
}

bool prices_blocks_write(const char *path, const struct prices_content *content, struct err *e)
{
    struct listing l = {0};
    if (!count_all(&l, content, e))
        return err_prefix(e, "%s", path);
    l.out = io_output_open(path, e);
    if (!l.out)
        return false;
    l.bytes = mem_alloc_zero(MEM_TABLES, (size_t)(l.parts.days - l.parts.series));
    fill_listing(&l, content);
    bool ok = write_lists(&l, e) && write_rows(&l, content, e);
    mem_free(MEM_TABLES, l.bytes);
    if (ok)
        return io_output_commit(l.out, e);
    io_output_abandon(l.out);
    return false;
}
