/* Reading blocks: a look-up is a hash, one slot, one series row and two binary searches; a span points
 * into the mapping.
 *
 * Opening checks the header and that the file is as long as it says. A series is checked when it is asked
 * for first; what the index and the texts say, when a series is said not to be there. So every byte that
 * an answer depends on has been checked once, and opening costs the same for any file. */
#include "kernels/straddle/prices_blocks.h"

#include "harness/base/io.h"
#include "harness/base/sha256.h"

#include <string.h>

_Static_assert(sizeof(struct blocks_header) == 128, "a file's header has no padding");
_Static_assert(sizeof(struct blocks_series) == 40, "nor has a series row");

struct blocks {
    struct io_map map;
    const struct blocks_header *head;
    const struct blocks_series *series;
    const struct blocks_slot *slots;
    const char *texts;
    const int32_t *days;
    const double *values;
    bool listing_checked;
    unsigned char *checked; /* by series */
    char content[SHA256_HEX];
};

/* ---- opening ---------------------------------------------------------------------------------- */

static const char *header_fault(const struct blocks_header *h, uint64_t bytes)
{
    static const uint64_t ROWS_MAX = (uint64_t)1 << 40;
    if (bytes < sizeof *h)
        return "damaged: cut short within the header";
    if (memcmp(h->magic, BLOCKS_MAGIC, sizeof h->magic) != 0)
        return "damaged, or another version of cupel made it: make it anew";
    if (blocks_sum(h, offsetof(struct blocks_header, seal)) != h->seal)
        return "damaged: the header is not as it was written";
    if (h->rows == 0 || h->rows > ROWS_MAX || h->series == 0 || h->text_bytes == 0 ||
        h->series > h->slots / 2 || (h->slots & (h->slots - 1)) != 0 ||
        blocks_parts(h).end != h->bytes)
        return "damaged: the header contradicts itself";
    return bytes == h->bytes ? NULL : "damaged: cut short, or longer than it was written";
}

static void find_parts(struct blocks *b)
{
    const char *p = b->map.p;
    struct blocks_parts at = blocks_parts(b->head);
    b->series = (const void *)(p + at.series);
    b->slots = (const void *)(p + at.index);
    b->texts = p + at.texts;
    b->days = (const void *)(p + at.days);
    b->values = (const void *)(p + at.values);
    memcpy(b->content, b->head->content, sizeof b->head->content);
}

static void blocks_close(void *handle)
{
    struct blocks *b = handle;
    io_unmap(&b->map);
    mem_free(MEM_TABLES, b->checked);
    mem_free(MEM_TABLES, b);
}

static void *blocks_open(const char *path, struct err *e)
{
    struct io_map map;
    if (!io_map(path, &map, e))
        return NULL;
    const char *fault = header_fault(map.p, map.n);
    if (fault) {
        err_input(e, "%s: %s", path, fault);
        io_unmap(&map);
        return NULL;
    }
    struct blocks *b = mem_alloc_zero(MEM_TABLES, sizeof *b);
    b->map = map;
    b->head = map.p;
    b->checked = mem_alloc_zero(MEM_TABLES, b->head->series);
    find_parts(b);
    return b;
}

/* ---- checks that are made once ---------------------------------------------------------------- */

/* Every text ends within the part, if its last byte is a NUL: for walks, which do not know the length. */
static bool check_listing(struct blocks *b, struct err *e)
{
    struct blocks_parts at = blocks_parts(b->head);
    if (b->listing_checked)
        return true;
    if (blocks_sum(b->series, at.days - at.series) != b->head->listing ||
        b->texts[b->head->text_bytes - 1] != '\0')
        return err_input(e, "damaged: the list of series is not as it was written");
    b->listing_checked = true;
    return true;
}

static bool days_rise(const int32_t *day, uint32_t n)
{
    unsigned falls = 0;
    for (uint32_t i = 1; i < n; i++)
        falls |= day[i - 1] >= day[i];
    return falls == 0;
}

static bool is_sound(const struct blocks *b, const struct blocks_series *s)
{
    uint64_t rows = b->head->rows;
    if (blocks_sum(s, offsetof(struct blocks_series, seal)) != s->seal || s->n == 0 ||
        s->at >= rows || s->n > rows - s->at)
        return false;
    const int32_t *day = b->days + s->at;
    return blocks_sum_of_rows(day, b->values + s->at, s->n) == s->sum && days_rise(day, s->n) &&
           day[0] == s->first && day[s->n - 1] == s->last;
}

static bool check_series(struct blocks *b, const struct blocks_series *s, struct err *e)
{
    if (b->checked[s - b->series])
        return true;
    if (!is_sound(b, s))
        return err_input(e, "damaged: rows of a series are not as they were written");
    b->checked[s - b->series] = 1;
    return true;
}

/* ---- looking up ------------------------------------------------------------------------------- */

static bool has_name(const struct blocks *b, uint32_t series, const char *ticker, size_t n,
                     const char *field, size_t m)
{
    if (series >= b->head->series)
        return false;
    uint64_t text = b->series[series].text;
    return text + n + m + 2 <= b->head->text_bytes && memcmp(b->texts + text, ticker, n + 1) == 0 &&
           memcmp(b->texts + text + n + 1, field, m + 1) == 0;
}

/* NULL: it is not there. */
static const struct blocks_series *find(const struct blocks *b, const struct prices_query *q)
{
    size_t n = strlen(q->ticker), m = strlen(q->field);
    uint64_t key = blocks_key(q->ticker, n, q->field, m);
    uint32_t mask = b->head->slots - 1, at = (uint32_t)key & mask;
    for (uint32_t tries = 0; tries <= mask; tries++, at = (at + 1) & mask) {
        struct blocks_slot slot = b->slots[at];
        if (slot.series == 0)
            return NULL;
        if (slot.key == (uint32_t)(key >> 32) &&
            has_name(b, slot.series - 1, q->ticker, n, q->field, m))
            return &b->series[slot.series - 1];
    }
    return NULL;
}

/* How many of n rising days are before `day`. */
static uint32_t days_before(const int32_t *days, uint32_t n, int64_t day)
{
    const int32_t *p = days;
    for (; n > 1; n -= n / 2)
        p += p[n / 2 - 1] < day ? n / 2 : 0;
    return (uint32_t)(p - days) + (n == 1 && *p < day);
}

/* The same from a guess on, in growing steps: of a series that is not in the cache, few lines are fetched. */
static uint32_t days_before_near(const int32_t *days, uint32_t n, uint32_t guess, int64_t day)
{
    uint32_t lo = 0, hi = n, step = 8;
    if (days[guess] < day) {
        for (lo = guess + 1; hi - lo > step && days[lo + step - 1] < day; step *= 2)
            lo += step;
        hi = hi - lo > step ? lo + step : hi;
    } else {
        for (hi = guess; hi - lo > step && days[hi - step] >= day; step *= 2)
            hi -= step;
        lo = hi - lo > step ? hi - step : lo;
    }
    return lo + days_before(days + lo, hi - lo, day);
}

/* As if days were evenly spread. */
static uint32_t guess_of(const struct blocks_series *s, int32_t day)
{
    double passed = (double)((int64_t)day - s->first), all = (double)((int64_t)s->last - s->first);
    return (uint32_t)(passed / all * (s->n - 1));
}

static struct prices_span cut(const struct blocks *b, const struct blocks_series *s, int32_t from,
                              int32_t to)
{
    if (to < from || to < s->first || from > s->last)
        return (struct prices_span){0};
    const int32_t *day = b->days + s->at;
    uint32_t lo = from <= s->first ? 0 : days_before_near(day, s->n, guess_of(s, from), from);
    int64_t most = (int64_t)to - from + 1, left = s->n - lo; /* rows: a day is there once */
    uint32_t n = days_before(day + lo, (uint32_t)(most < left ? most : left), (int64_t)to + 1);
    return (struct prices_span){day + lo, b->values + s->at + lo, n};
}

static bool blocks_read(void *handle, const struct prices_query *queries, int n, struct arena *a,
                        struct prices_span *spans, struct err *e)
{
    struct blocks *b = handle;
    (void)a;
    for (int i = 0; i < n; i++) {
        const struct blocks_series *s = find(b, &queries[i]);
        spans[i] = (struct prices_span){0};
        if (!s && !check_listing(b, e))
            return false;
        if (s && !check_series(b, s, e))
            return false;
        if (s)
            spans[i] = cut(b, s, queries[i].from, queries[i].to);
    }
    return true;
}

/* ---- all of it -------------------------------------------------------------------------------- */

/* *s of series i; its texts end within their part. */
static bool name_series(const struct blocks *b, uint32_t i, struct prices_series *s)
{
    const char *end = b->texts + b->head->text_bytes;
    if (b->series[i].text >= b->head->text_bytes)
        return false;
    s->ticker = b->texts + b->series[i].text;
    s->field = s->ticker + strlen(s->ticker) + 1;
    s->day = b->days + b->series[i].at;
    s->value = b->values + b->series[i].at;
    s->n = b->series[i].n;
    return s->field < end;
}

static bool blocks_walk(void *handle, prices_take *take, void *context, struct err *e)
{
    struct blocks *b = handle;
    bool ok = check_listing(b, e);
    for (uint32_t i = 0; ok && i < b->head->series; i++) {
        struct prices_series s;
        ok = check_series(b, &b->series[i], e) &&
             (name_series(b, i, &s) || err_input(e, "damaged: a name")) && take(context, &s, e);
    }
    return ok;
}

static const char *blocks_content(const void *handle)
{
    return ((const struct blocks *)handle)->content;
}

const struct prices_ops prices_blocks = {
    .name = "blocks",
    .begins = {BLOCKS_NAME, sizeof BLOCKS_NAME - 1},
    .open = blocks_open,
    .close = blocks_close,
    .read = blocks_read,
    .walk = blocks_walk,
    .content = blocks_content,
    .write = prices_blocks_write,
};
