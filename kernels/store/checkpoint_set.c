#include "kernels/store/checkpoint_set.h"

#include "harness/base/arena.h"

#include <assert.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "digits and hashes by words of 8 bytes");

enum { BLOCK_ENTRIES = 240, HEX_DIGITS = SET_ROOM - 1 }; /* 240 * 17 + 16 is a page of 4096 bytes */

/* How a word is to be read. Low half of entry kinds: the id's; high half: the stamp's. */
enum word_kind { WORD_EMPTY, WORD_HEX, WORD_TEXT, WORD_GONE };
enum { STAMP_SHIFT = 4, ID_MASK = 15 };

union word {
    uint64_t number;
    const char *text; /* in the arena */
};

struct block {
    int n;
    unsigned char kinds[BLOCK_ENTRIES];
    union word ids[BLOCK_ENTRIES], stamps[BLOCK_ENTRIES];
};

struct range {
    const char *name;
    struct block **blocks; /* none of them is empty */
    int n, room;
};

struct checkpoint_set {
    struct arena texts;
    struct range *ranges; /* by name */
    int n, room;
    long count;
};

/* A word with its text, to be compared or stored. */
struct key {
    enum word_kind kind;
    union word word;
    const char *text;
};

/* ---- words ------------------------------------------------------------------------------------- */

static const uint64_t ones = 0x0101010101010101u;

/* Marks the bytes that are n or more; all are below 128. */
static uint64_t at_least(uint64_t bytes, uint64_t n)
{
    return ((bytes | ones << 7) - ones * n) & ones << 7;
}

/* Eight hex digits as a number, all bytes at once; false when one of them is no digit. */
static bool number_of_8(const char *text, uint64_t *out)
{
    uint64_t x, all = ones << 7;
    memcpy(&x, text, sizeof x);
    uint64_t digit = x ^ ones * '0', letter = x ^ ones * ('a' - 1); /* 0..9, 1..6 */
    uint64_t is_letter = at_least(letter & ~all, 1) & ~at_least(letter & ~all, 7);
    uint64_t is_digit = all & ~at_least(digit & ~all, 10);
    if (x & all || (is_letter | is_digit) != all)
        return false;
    x = __builtin_bswap64((x & ones * 15) + (is_letter >> 7) * 9);
    x = (x | x >> 4) & 0x00ff00ff00ff00ffu;
    x = (x | x >> 8) & 0x0000ffff0000ffffu;
    *out = (x | x >> 16) & 0xffffffffu;
    return true;
}

static struct key key_of(const char *text)
{
    struct key key = {.kind = WORD_GONE, .text = text};
    uint64_t high, low;
    if (!text)
        return key;
    key.kind = *text ? WORD_TEXT : WORD_EMPTY;
    if (strlen(text) == HEX_DIGITS && number_of_8(text, &high) && number_of_8(text + 8, &low)) {
        key.kind = WORD_HEX;
        key.word.number = high << 32 | low;
    }
    return key;
}

/* The digits of eight nibbles as text, first digit in the lowest byte: spread to a byte each, most
 * significant first, then 0..9 -> '0'.. and 10..15 -> 'a'.. at once. */
static uint64_t hex_of_32(uint64_t x)
{
    x = (x | x << 16) & 0x0000ffff0000ffffu;
    x = (x | x << 8) & 0x00ff00ff00ff00ffu;
    x = __builtin_bswap64((x | x << 4) & 0x0f0f0f0f0f0f0f0fu);
    uint64_t is_letter = ((x + 6 * ones) >> 4) & ones;
    return x + '0' * ones + is_letter * ('a' - '0' - 10);
}

static const char *hex_text(uint64_t number, char out[HEX_DIGITS + 1])
{
    uint64_t high = hex_of_32(number >> 32), low = hex_of_32(number & 0xffffffffu);
    memcpy(out, &high, sizeof high);
    memcpy(out + sizeof high, &low, sizeof low);
    out[HEX_DIGITS] = '\0';
    return out;
}

static const char *word_text(enum word_kind kind, union word word, char room[HEX_DIGITS + 1])
{
    switch (kind) {
    case WORD_EMPTY: return "";
    case WORD_HEX: return hex_text(word.number, room);
    case WORD_TEXT: return word.text;
    case WORD_GONE: break;
    }
    return NULL;
}

/* Byte order of the texts: that of the numbers when both are 16 digits. */
static int compare_id(const struct key *key, const struct block *b, int i)
{
    char room[HEX_DIGITS + 1];
    enum word_kind kind = (enum word_kind)(b->kinds[i] & ID_MASK);
    uint64_t x = key->word.number, y = b->ids[i].number;
    if (key->kind == WORD_HEX && kind == WORD_HEX)
        return (x > y) - (x < y);
    return strcmp(key->text, word_text(kind, b->ids[i], room));
}

/* NULL when the entry is GONE. */
static const char *stamp_text(const struct block *b, int i, char room[HEX_DIGITS + 1])
{
    return word_text((enum word_kind)(b->kinds[i] >> STAMP_SHIFT), b->stamps[i], room);
}

static bool same_stamp(const struct block *b, int i, const char *stamp)
{
    char room[HEX_DIGITS + 1];
    const char *stored = stamp_text(b, i, room);
    return stored && stamp && strcmp(stored, stamp) == 0;
}

static void keep_text(struct checkpoint_set *s, struct key *key)
{
    if (key->kind == WORD_TEXT)
        key->word.text = arena_text(&s->texts, key->text);
}

/* ---- places ------------------------------------------------------------------------------------ */

/* The first range whose name is not below this one. */
static int range_place(const struct checkpoint_set *s, const char *name, bool *found)
{
    int lo = 0, hi = s->n;
    *found = false;
    while (lo < hi && !*found) {
        int mid = lo + (hi - lo) / 2, order = strcmp(s->ranges[mid].name, name);
        *found = order == 0;
        if (order < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return hi;
}

static struct range *find_range(const struct checkpoint_set *s, const char *name)
{
    bool found;
    int at = range_place(s, name, &found);
    return found ? &s->ranges[at] : NULL;
}

struct place {
    int block, at;
    bool found;
};

/* Where the id stands, or where it would be put. */
static struct place find_id(const struct range *r, const struct key *id)
{
    if (r->n == 0)
        return (struct place){0};
    const struct block *last = r->blocks[r->n - 1];
    if (compare_id(id, last, last->n - 1) > 0) /* what comes in order */
        return (struct place){r->n - 1, last->n, false};
    int lo = 0, hi = r->n; /* the last block whose first id is not above */
    while (lo < hi) {
        int mid = lo + (hi - lo) / 2;
        if (compare_id(id, r->blocks[mid], 0) < 0)
            hi = mid;
        else
            lo = mid + 1;
    }
    struct place p = {.block = hi > 0 ? hi - 1 : 0};
    const struct block *b = r->blocks[p.block];
    lo = 0;
    hi = b->n;
    while (lo < hi && !p.found) {
        int mid = lo + (hi - lo) / 2, order = compare_id(id, b, mid);
        p.found = order == 0;
        if (order > 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    p.at = hi;
    return p;
}

/* ---- changes ----------------------------------------------------------------------------------- */

static void *grown(void *v, int n, int *room, size_t size)
{
    if (n < *room)
        return v;
    *room = *room ? *room + *room / 2 + 1 : 4;
    return mem_resize(MEM_CHECKPOINT, v, (size_t)*room * size);
}

static struct range *need_range(struct checkpoint_set *s, const char *name)
{
    bool found;
    int at = range_place(s, name, &found);
    if (found)
        return &s->ranges[at];
    s->ranges = grown(s->ranges, s->n, &s->room, sizeof *s->ranges);
    memmove(s->ranges + at + 1, s->ranges + at, (size_t)(s->n - at) * sizeof *s->ranges);
    s->n++;
    s->ranges[at] = (struct range){.name = mem_text(MEM_CHECKPOINT, name)};
    return &s->ranges[at];
}

static struct block *insert_block(struct range *r, int at)
{
    struct block *b = mem_alloc(MEM_CHECKPOINT, sizeof *b);
    b->n = 0;
    r->blocks = grown(r->blocks, r->n, &r->room, sizeof *r->blocks);
    memmove(r->blocks + at + 1, r->blocks + at, (size_t)(r->n - at) * sizeof *r->blocks);
    r->blocks[at] = b;
    r->n++;
    return b;
}

/* Moves entries from..from+n-1 of one block to another place in it or in another block. */
static void move_entries(struct block *to, int at, const struct block *b, int from, int n)
{
    memmove(to->kinds + at, b->kinds + from, (size_t)n * sizeof *b->kinds);
    memmove(to->ids + at, b->ids + from, (size_t)n * sizeof *b->ids);
    memmove(to->stamps + at, b->stamps + from, (size_t)n * sizeof *b->stamps);
}

/* Makes room where the block of p is full. Behind all that is there, a new block: what comes in
 * order fills each block. */
static struct place make_room(struct range *r, struct place p)
{
    if (r->n == 0)
        insert_block(r, 0);
    struct block *b = r->blocks[p.block];
    if (b->n < BLOCK_ENTRIES)
        return p;
    bool is_last = p.block == r->n - 1 && p.at == b->n;
    int keep = is_last ? b->n : b->n / 2;
    struct block *next = insert_block(r, p.block + 1);
    next->n = b->n - keep;
    move_entries(next, 0, b, keep, next->n);
    b->n = keep;
    if (is_last || p.at > keep) {
        p.block++;
        p.at -= keep;
    }
    return p;
}

bool set_put(struct checkpoint_set *s, const char *range, const char *id, const char *stamp)
{
    assert(range[0] && range[0] != '.' && id[0]);
    struct range *r = need_range(s, range);
    struct key k = key_of(id), v = key_of(stamp);
    struct place p = find_id(r, &k);
    assert(r->blocks || !p.found);
    if (p.found && same_stamp(r->blocks[p.block], p.at, stamp))
        return false;
    keep_text(s, &v);
    if (!p.found) {
        keep_text(s, &k);
        p = make_room(r, p);
        struct block *b = r->blocks[p.block];
        move_entries(b, p.at + 1, b, p.at, b->n - p.at);
        b->n++;
        b->ids[p.at] = k.word;
        b->kinds[p.at] = (unsigned char)k.kind;
        s->count++;
    }
    struct block *b = r->blocks[p.block];
    b->kinds[p.at] = (unsigned char)((b->kinds[p.at] & ID_MASK) | v.kind << STAMP_SHIFT);
    b->stamps[p.at] = v.word;
    return !p.found;
}

static void remove_block(struct range *r, int at)
{
    mem_free(MEM_CHECKPOINT, r->blocks[at]);
    r->n--;
    memmove(r->blocks + at, r->blocks + at + 1, (size_t)(r->n - at) * sizeof *r->blocks);
}

void set_drop(struct checkpoint_set *s, const char *range, const char *id)
{
    struct range *r = find_range(s, range);
    struct key k = key_of(id);
    struct place p = r ? find_id(r, &k) : (struct place){0};
    if (!p.found)
        return;
    struct block *b = r->blocks[p.block];
    b->n--;
    move_entries(b, p.at, b, p.at + 1, b->n - p.at);
    s->count--;
    if (b->n == 0)
        remove_block(r, p.block);
}

/* ---- life and reading -------------------------------------------------------------------------- */

struct checkpoint_set *set_new(void)
{
    struct checkpoint_set *s = mem_alloc_zero(MEM_CHECKPOINT, sizeof *s);
    s->texts.component = MEM_CHECKPOINT;
    return s;
}

void set_clear(struct checkpoint_set *s)
{
    for (int i = 0; i < s->n; i++) {
        for (int k = 0; k < s->ranges[i].n; k++)
            mem_free(MEM_CHECKPOINT, s->ranges[i].blocks[k]);
        mem_free(MEM_CHECKPOINT, s->ranges[i].blocks);
        mem_free(MEM_CHECKPOINT, (void *)(uintptr_t)s->ranges[i].name);
    }
    mem_free(MEM_CHECKPOINT, s->ranges);
    arena_done(&s->texts);
    *s = (struct checkpoint_set){.texts = {.component = MEM_CHECKPOINT}};
}

void set_free(struct checkpoint_set *s)
{
    if (!s)
        return;
    set_clear(s);
    mem_free(MEM_CHECKPOINT, s);
}

enum set_answer set_ask(const struct checkpoint_set *s, const char *range, const char *id,
                        char room[SET_ROOM], const char **stamp)
{
    const struct range *r = find_range(s, range);
    struct key k = key_of(id);
    struct place p = r ? find_id(r, &k) : (struct place){0};
    *stamp = p.found ? stamp_text(r->blocks[p.block], p.at, room) : NULL;
    return *stamp ? SET_HAS : p.found ? SET_GONE : SET_UNKNOWN;
}

long set_count(const struct checkpoint_set *s)
{
    return s->count;
}

static bool each_of_block(const char *range, const struct block *b, checkpoint_fn *fn,
                          void *context, struct err *e)
{
    char id[HEX_DIGITS + 1], stamp[HEX_DIGITS + 1];
    for (int i = 0; i < b->n; i++)
        if (!fn(context, range, word_text((enum word_kind)(b->kinds[i] & ID_MASK), b->ids[i], id),
                stamp_text(b, i, stamp), e))
            return false;
    return true;
}

bool set_each(const struct checkpoint_set *s, checkpoint_fn *fn, void *context, struct err *e)
{
    for (int i = 0; i < s->n; i++)
        for (int k = 0; k < s->ranges[i].n; k++)
            if (!each_of_block(s->ranges[i].name, s->ranges[i].blocks[k], fn, context, e))
                return false;
    return true;
}

/* ---- seals ------------------------------------------------------------------------------------- */

/* Eight bytes at a time, multiplied by an odd constant (that of splitmix64); the length keeps
 * "a" + "" apart from "" + "a". Against accidents, not against intent. */
static uint64_t hash_text(uint64_t h, const char *text)
{
    const uint64_t factor = 0xbf58476d1ce4e5b9u;
    size_t n = strlen(text);
    h = (h ^ n) * factor;
    for (; n > 0; text += n < 8 ? n : 8, n -= n < 8 ? n : 8) {
        uint64_t word = 0;
        if (n >= 8)
            memcpy(&word, text, 8);
        else
            memcpy(&word, text, n);
        h = ((h ^ h >> 32) ^ word) * factor;
    }
    return h;
}

uint64_t set_seal_of_range(const char *range)
{
    return hash_text(0x243f6a8885a308d3u, range);
}

uint64_t set_seal(uint64_t of_range, const char *id, const char *stamp)
{
    uint64_t h = hash_text(hash_text(of_range, id), stamp);
    return h ^ h >> 32;
}
