/* The JSON checkpoint: all of it in memory, the file read and written as a stream.
 *
 * Reading: a file of the plain form (what is written here, in any layout of blanks) is read through
 * a buffer of 64 KB straight into the set. Everything else, escapes and all damage, is left to the
 * JSON library, which reads it again from the start and can say what is wrong and where.
 */
#include "kernels/store/checkpoint_kind.h"

#include "harness/base/io.h"
#include "harness/base/json.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { BUFFER = 64 * 1024, TEXT_LONGEST = 256, SEAL_ROOM = 17 };

#define SEAL_KEY ".seal"

struct memory {
    struct checkpoint base;
    struct checkpoint_set *set;
    char *path; /* NULL: bound to no file */
    char found[SET_ROOM];
};

static struct memory *memory_of(struct checkpoint *c)
{
    return (struct memory *)(void *)c;
}

/* ---- reading, any form ------------------------------------------------------------------------- */

struct reading {
    const char *path;
    struct checkpoint_set *set;
    uint64_t sum, range_seal; /* of the range that is being read */
};

/* False when the id stands there already. */
static bool take(struct reading *r, const char *range, const char *id, const char *stamp)
{
    r->sum += set_seal(r->range_seal, id, stamp);
    return set_put(r->set, range, id, stamp);
}

static bool check_seal(const struct reading *r, const char *seal, struct err *e)
{
    char expected[SEAL_ROOM];
    snprintf(expected, sizeof expected, "%016" PRIx64, r->sum);
    return strcmp(seal, expected) == 0 ||
           err_input(e, "%s: damaged: the seal is that of other entries", r->path);
}

static bool take_range(struct reading *r, const struct json *ids, struct err *e)
{
    const char *range = json_key(ids);
    if (!*range || *range == '.')
        return err_input(e, "%s: \"%.80s\": expected the name of a range", r->path, range);
    if (json_kind(ids) != JSON_OBJECT)
        return err_input(e, "%s: \"%.80s\": expected an object of ids with their stamps, found %s",
                         r->path, range, json_kind_name(json_kind(ids)));
    r->range_seal = set_seal_of_range(range);
    for (const struct json *v = json_first(ids); v; v = json_next(v)) {
        if (!*json_key(v))
            return err_input(e, "%s: \"%.80s\": an id that is empty", r->path, range);
        if (json_kind(v) != JSON_TEXT)
            return err_input(e, "%s: \"%.80s\": id \"%.80s\": expected a stamp as text, found %s",
                             r->path, range, json_key(v), json_kind_name(json_kind(v)));
        take(r, range, json_key(v), json_text(v));
    }
    return true;
}

static bool take_document(struct reading *r, const struct json *root, struct err *e)
{
    const struct json *seal = json_get(root, SEAL_KEY);
    if (json_kind(root) != JSON_OBJECT)
        return err_input(e, "%s: expected an object of ranges, found %s", r->path,
                         json_kind_name(json_kind(root)));
    if (seal && json_kind(seal) != JSON_TEXT)
        return err_input(e, "%s: \"" SEAL_KEY "\": expected text, found %s", r->path,
                         json_kind_name(json_kind(seal)));
    for (const struct json *v = json_first(root); v; v = json_next(v))
        if (v != seal && !take_range(r, v, e))
            return false;
    return !seal || check_seal(r, json_text(seal), e);
}

static bool read_any(struct reading *r, struct err *e)
{
    struct json *root = json_read_file(r->path, e);
    bool ok = root && take_document(r, root, e);
    json_free(root);
    return ok;
}

/* ---- texts ------------------------------------------------------------------------------------- */

/* Marks the bytes of a word that are below n <= 128 (Anderson, Bit Twiddling Hacks, "hasless"). */
static uint64_t less(uint64_t word, uint64_t n)
{
    const uint64_t ones = 0x0101010101010101u;
    return (word - ones * n) & ~word & (ones * 128);
}

/* Nothing that JSON escapes: no control character, quote or backslash; with `ascii` nothing else
 * than ASCII either. */
static bool is_plain(const char *text, size_t n, bool ascii)
{
    const uint64_t ones = 0x0101010101010101u, high = ascii ? ones << 7 : 0;
    for (; n > 0; text += n < 8 ? n : 8, n -= n < 8 ? n : 8) {
        uint64_t word = ones * ' ';
        if (n >= 8)
            memcpy(&word, text, 8);
        else
            memcpy(&word, text, n);
        if (less(word, ' ') | less(word ^ (ones * '"'), 1) | less(word ^ (ones * '\\'), 1) |
            (word & high))
            return false;
    }
    return true;
}

/* ---- reading, the plain form ------------------------------------------------------------------- */

struct source {
    int fd;
    bool failed; /* to read: e is set */
    size_t at, n;
    struct err *e;
    char bytes[BUFFER];
};

/* -1 at the end, or after an error. */
static int peek(struct source *s)
{
    if (s->at == s->n && !s->failed) {
        s->at = s->n = 0;
        s->failed = !io_read(s->fd, s->bytes, BUFFER, &s->n, s->e);
    }
    return s->at < s->n ? (unsigned char)s->bytes[s->at] : -1;
}

static int peek_token(struct source *s)
{
    int c;
    while ((c = peek(s)) == ' ' || c == '\n' || c == '\t' || c == '\r')
        s->at++;
    return c;
}

static bool take_token(struct source *s, char token)
{
    bool is = peek_token(s) == token;
    s->at += is;
    return is;
}

/* A text of ASCII without escapes. */
static bool take_text(struct source *s, char out[TEXT_LONGEST])
{
    size_t n = 0;
    if (!take_token(s, '"'))
        return false;
    while (peek(s) >= 0) { /* once, or twice at the end of the buffer */
        const char *from = s->bytes + s->at, *quote = memchr(from, '"', s->n - s->at);
        size_t part = quote ? (size_t)(quote - from) : s->n - s->at;
        if (n + part >= TEXT_LONGEST)
            return false;
        memcpy(out + n, from, part);
        n += part;
        s->at += part + (quote != NULL);
        if (quote) {
            out[n] = '\0';
            return is_plain(out, n, true);
        }
    }
    return false;
}

static bool take_plain_ids(struct source *s, struct reading *r, const char *range)
{
    char id[TEXT_LONGEST], stamp[TEXT_LONGEST];
    r->range_seal = set_seal_of_range(range);
    do
        if (!take_text(s, id) || !*id || !take_token(s, ':') || !take_text(s, stamp) ||
            !take(r, range, id, stamp))
            return false;
    while (take_token(s, ','));
    return take_token(s, '}');
}

/* Ranges in order, so that none stands twice; the seal last. */
static bool take_plain(struct source *s, struct reading *r, char seal[TEXT_LONGEST])
{
    char range[TEXT_LONGEST], before[TEXT_LONGEST] = "";
    seal[0] = '\0';
    if (!take_token(s, '{'))
        return false;
    do {
        if (!take_text(s, range) || !take_token(s, ':'))
            return false;
        if (strcmp(range, SEAL_KEY) == 0) {
            if (!take_text(s, seal) || !*seal)
                return false;
            break;
        }
        if (*range == '.' || strcmp(before, range) >= 0 || !take_token(s, '{') ||
            !take_plain_ids(s, r, range))
            return false;
        memcpy(before, range, sizeof before);
    } while (take_token(s, ','));
    return take_token(s, '}') && peek_token(s) < 0 && !s->failed;
}

enum outcome { READ_ALL, READ_FAILED, READ_NOT_PLAIN };

static enum outcome read_plain(struct reading *r, struct err *e)
{
    char seal[TEXT_LONGEST];
    struct source *s = mem_alloc(MEM_CHECKPOINT, sizeof *s);
    s->fd = io_open(r->path, O_RDONLY, e);
    s->at = s->n = 0;
    s->failed = s->fd < 0;
    s->e = e;
    enum outcome outcome = READ_FAILED;
    if (!s->failed) {
        bool is_plain = take_plain(s, r, seal);
        outcome = s->failed ? READ_FAILED : is_plain ? READ_ALL : READ_NOT_PLAIN;
        if (s->failed)
            err_prefix(e, "%s", r->path);
    }
    if (outcome == READ_ALL && *seal && !check_seal(r, seal, e))
        outcome = READ_FAILED;
    io_close(s->fd);
    mem_free(MEM_CHECKPOINT, s);
    return outcome;
}

/* An empty one that will be saved to a file. */
static struct checkpoint *bound_to(const char *path)
{
    struct checkpoint *c = checkpoint_in_memory();
    c->path = memory_of(c)->path = mem_text(MEM_CHECKPOINT, path);
    return c;
}

static struct checkpoint *json_read(const char *path, struct err *e)
{
    struct checkpoint *c = bound_to(path);
    struct reading r = {.path = path, .set = memory_of(c)->set};
    enum outcome outcome = read_plain(&r, e);
    bool ok = outcome == READ_ALL;
    if (outcome == READ_NOT_PLAIN) {
        set_clear(r.set);
        r.sum = 0;
        ok = read_any(&r, e);
    }
    if (ok)
        return c;
    checkpoint_free(c);
    return NULL;
}

static struct checkpoint *json_begin(const char *path, struct err *e)
{
    (void)e;
    return bound_to(path);
}

/* ---- writing ----------------------------------------------------------------------------------- */

struct printer {
    int fd;
    const char *path;
    uint64_t sum, range_seal;
    struct text range; /* the one that is open, "" before the first */
    size_t n;
    char bytes[BUFFER];
};

static bool flush(struct printer *p, struct err *e)
{
    bool ok = p->n == 0 || io_write(p->fd, p->bytes, p->n, e) || err_prefix(e, "%s", p->path);
    p->n = 0;
    return ok;
}

/* Room for n bytes in the buffer. */
static bool room(struct printer *p, size_t n, struct err *e)
{
    return BUFFER - p->n >= n || flush(p, e);
}

static void put_raw(struct printer *p, const char *bytes, size_t n)
{
    memcpy(p->bytes + p->n, bytes, n);
    p->n += n;
}

static bool put(struct printer *p, const char *bytes, size_t n, struct err *e)
{
    for (size_t part; n > 0; bytes += part, n -= part) {
        part = n < BUFFER / 2 ? n : BUFFER / 2;
        if (!room(p, part, e))
            return false;
        put_raw(p, bytes, part);
    }
    return true;
}

static bool put_escaped(struct printer *p, const char *text, struct err *e)
{
    struct text out = {0};
    struct json *value = json_of_text(text);
    json_print(value, &out);
    json_free(value);
    bool ok = put(p, out.p, out.n, e);
    text_done(&out);
    return ok;
}

/* Ids are digits in practice: only a text that needs escapes pays for the JSON printer. */
static bool put_quoted(struct printer *p, const char *text, struct err *e)
{
    size_t n = strlen(text);
    if (n > BUFFER / 2 || !is_plain(text, n, false))
        return put_escaped(p, text, e);
    if (!room(p, n + 2, e))
        return false;
    put_raw(p, "\"", 1);
    put_raw(p, text, n);
    put_raw(p, "\"", 1);
    return true;
}

static bool open_range(struct printer *p, const char *range, struct err *e)
{
    bool is_first = p->range.n == 0;
    p->range_seal = set_seal_of_range(range);
    text_clear(&p->range);
    text_puts(&p->range, range);
    return (is_first || put(p, "},\n ", 4, e)) && put_quoted(p, range, e) && put(p, ": {", 3, e);
}

static bool put_entry(void *context, const char *range, const char *id, const char *stamp,
                      struct err *e)
{
    struct printer *p = context;
    bool is_same = strcmp(range, p->range.p) == 0;
    if (!(is_same ? put(p, ", ", 2, e) : open_range(p, range, e)))
        return false;
    p->sum += set_seal(p->range_seal, id, stamp);
    return put_quoted(p, id, e) && put(p, ": ", 2, e) && put_quoted(p, stamp, e);
}

static bool put_all(struct printer *p, struct checkpoint *c, struct err *e)
{
    char end[80];
    text_puts(&p->range, "");
    if (!put(p, "{", 1, e) || !checkpoint_each(c, put_entry, p, e))
        return false;
    int n = snprintf(end, sizeof end, "%s\"" SEAL_KEY "\": \"%016" PRIx64 "\"}\n",
                     p->range.n ? "},\n " : "", p->sum);
    return put(p, end, (size_t)n, e) && flush(p, e);
}

static bool json_replace(struct checkpoint *c, const char *path, struct err *e)
{
    struct text temporary = checkpoint_temporary(path);
    struct printer *p = mem_alloc(MEM_CHECKPOINT, sizeof *p);
    p->fd = io_open(temporary.p, O_WRONLY | O_CREAT | O_TRUNC, e);
    p->path = path;
    p->sum = 0;
    p->n = 0;
    p->range = (struct text){0};
    bool ok = p->fd >= 0;
    if (ok) {
        ok = put_all(p, c, e) && (io_sync(p->fd, e) || err_prefix(e, "%s", path));
        io_close(p->fd);
        if (ok)
            ok = checkpoint_take_place(temporary.p, path, e);
        else
            unlink(temporary.p);
    }
    text_done(&p->range);
    mem_free(MEM_CHECKPOINT, p);
    text_done(&temporary);
    return ok;
}

/* ---- in memory --------------------------------------------------------------------------------- */

static void memory_free(struct checkpoint *c)
{
    set_free(memory_of(c)->set);
    mem_free(MEM_CHECKPOINT, memory_of(c)->path);
    mem_free(MEM_CHECKPOINT, c);
}

static const char *memory_stamp(struct checkpoint *c, const char *range, const char *id)
{
    const char *stamp;
    set_ask(memory_of(c)->set, range, id, memory_of(c)->found, &stamp);
    return stamp;
}

static void memory_add(struct checkpoint *c, const char *range, const char *id, const char *stamp)
{
    set_put(memory_of(c)->set, range, id, stamp);
}

static void memory_remove(struct checkpoint *c, const char *range, const char *id)
{
    set_drop(memory_of(c)->set, range, id);
}

static long memory_count(struct checkpoint *c)
{
    return set_count(memory_of(c)->set);
}

static bool memory_each(struct checkpoint *c, checkpoint_fn *fn, void *context, struct err *e)
{
    return set_each(memory_of(c)->set, fn, context, e);
}

struct checkpoint *checkpoint_in_memory(void)
{
    struct memory *m = mem_alloc_zero(MEM_CHECKPOINT, sizeof *m);
    m->base.kind = &checkpoint_json;
    m->set = set_new();
    return &m->base;
}

static const char *const nothing_beside[] = {NULL};

/* The whole file, each time. */
static bool memory_commit(struct checkpoint *c, struct err *e)
{
    return json_replace(c, c->path, e);
}

const struct checkpoint_kind checkpoint_json = {
    .suffix = ".json",
    .beside = nothing_beside,
    .read = json_read,
    .begin = json_begin,
    .replace = json_replace,
    .free = memory_free,
    .stamp = memory_stamp,
    .add = memory_add,
    .remove = memory_remove,
    .count = memory_count,
    .each = memory_each,
    .commit = memory_commit,
};
