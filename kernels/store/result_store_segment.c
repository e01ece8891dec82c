#include "kernels/store/result_store_segment.h"

#include "harness/base/io.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "segments are little-endian");

enum { VERSION = 1, WINDOW = 64 * 1024 };

struct file_head {
    char magic[8];
    uint32_t version, records, zero, crc;
};

struct record_head {
    unsigned char mark[4];
    uint16_t id_n, zero;
    uint32_t payload_n, payload_crc, crc;
};

_Static_assert(sizeof(struct file_head) == SEGMENT_FIRST, "no padding");
_Static_assert(sizeof(struct record_head) + SEGMENT_ID_LONGEST == SEGMENT_OVERHEAD, "no padding");

static const char magic[8] = {'c', 'u', 'p', 'e', 'l', 's', 'e', 'g'};
static const unsigned char mark[4] = {0xf1, 'r', 'e', 'c'};

static uint32_t crc_of(uint32_t crc, const void *bytes, size_t n)
{
    return (uint32_t)crc32_z(crc, bytes, n);
}

static uint32_t file_crc(const struct file_head *h)
{
    return crc_of(0, h, offsetof(struct file_head, crc));
}

static uint32_t record_crc(const struct record_head *h, const char *id, uint64_t at)
{
    uint32_t crc = crc_of(0, h, offsetof(struct record_head, crc));
    return crc_of(crc_of(crc, id, h->id_n), &at, sizeof at);
}

/* ---- writing ----------------------------------------------------------------------------------- */

void segment_begin(struct text *file)
{
    struct file_head h = {.version = VERSION};
    memcpy(h.magic, magic, sizeof magic);
    text_clear(file);
    text_add(file, (const char *)&h, sizeof h);
}

uint64_t segment_add(struct text *file, const char *id, struct str payload)
{
    uint64_t at = file->n;
    struct record_head h = {.id_n = (uint16_t)strlen(id),
                            .payload_n = (uint32_t)payload.n,
                            .payload_crc = crc_of(0, payload.p, payload.n)};
    memcpy(h.mark, mark, sizeof mark);
    h.crc = record_crc(&h, id, at);
    text_add(file, (const char *)&h, sizeof h);
    text_add(file, id, h.id_n);
    text_add(file, payload.p, payload.n);
    return at;
}

void segment_end(struct text *file, long records)
{
    struct file_head h;
    memcpy(&h, file->p, sizeof h);
    h.records = (uint32_t)records;
    h.crc = file_crc(&h);
    memcpy(file->p, &h, sizeof h);
}

/* ---- the window -------------------------------------------------------------------------------- */

/* pread, so that no place in the file is kept by the system: a worker process may share it. */
static bool read_at(struct segment_reader *r, uint64_t at, struct err *e)
{
    size_t want = r->size - at < WINDOW ? (size_t)(r->size - at) : WINDOW;
    r->window_at = at;
    r->window_n = 0;
    while (r->window_n < want) {
        ssize_t got = io_count(IO_READ, want - r->window_n)
                          ? pread(r->fd, r->window + r->window_n, want - r->window_n,
                                  (off_t)(at + r->window_n))
                          : -1;
        if (got < 0)
            return err_system(e, "%s: read", r->path.p);
        if (got == 0)
            return err_input(e, "%s: became shorter while it was read", r->path.p);
        r->window_n += (size_t)got;
    }
    return true;
}

/* n bytes from `at` on; n is at most WINDOW and they are in the file. NULL: e. */
static const char *bytes_at(struct segment_reader *r, uint64_t at, size_t n, struct err *e)
{
    bool is_there = at >= r->window_at && at + n <= r->window_at + r->window_n;
    if (!is_there && !read_at(r, at, e))
        return NULL;
    return r->window + (at - r->window_at);
}

/* ---- open and close ---------------------------------------------------------------------------- */

static void close_file(struct segment_reader *r)
{
    if (r->window && r->fd >= 0)
        io_close(r->fd);
    r->fd = -1;
    r->window_n = 0;
}

void segment_done(struct segment_reader *r)
{
    close_file(r);
    mem_free(MEM_RESULTS, r->window);
    text_done(&r->path);
    *r = (struct segment_reader){0};
}

/* A damaged one leaves records at -1: the first step tells. */
static bool read_head(struct segment_reader *r, struct err *e)
{
    struct file_head h = {0};
    r->records = -1;
    r->at = r->size < sizeof h ? r->size : sizeof h;
    if (r->size < sizeof h)
        return true;
    const char *bytes = bytes_at(r, 0, sizeof h, e);
    if (!bytes)
        return false;
    memcpy(&h, bytes, sizeof h);
    if (memcmp(h.magic, magic, sizeof magic) != 0 || h.crc != file_crc(&h))
        return true;
    if (h.version != VERSION)
        return err_input(e, "%s: expected version %d of the format, found %" PRIu32, r->path.p,
                         VERSION, h.version);
    r->records = (long)h.records;
    return true;
}

bool segment_open(struct segment_reader *r, const char *path, struct err *e)
{
    struct stat st;
    close_file(r);
    if (!r->window)
        r->window = mem_alloc(MEM_RESULTS, WINDOW);
    text_clear(&r->path);
    text_puts(&r->path, path);
    r->number = 0;
    r->told_end = false;
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
        return err_input(e, "%s: expected a file, found a folder or device", path);
    r->fd = io_open(path, O_RDONLY, e);
    if (r->fd < 0)
        return false;
    bool ok = fstat(r->fd, &st) == 0 || err_system(e, "%s", path);
    if (ok)
        r->size = (uint64_t)st.st_size;
    ok = ok && read_head(r, e);
    if (!ok)
        close_file(r);
    return ok;
}

void segment_seek(struct segment_reader *r, uint64_t at)
{
    r->at = at;
    r->number = -1;
}

/* ---- records ----------------------------------------------------------------------------------- */

/* Whether a record with a sound head starts at `at`. */
static enum segment_step head_at(struct segment_reader *r, uint64_t at,
                                 struct segment_record *record, struct err *e)
{
    struct record_head h;
    if (at > r->size || r->size - at < sizeof h)
        return SEGMENT_DAMAGE;
    const char *bytes = bytes_at(r, at, sizeof h, e);
    if (!bytes)
        return SEGMENT_FAILED;
    memcpy(&h, bytes, sizeof h);
    if (memcmp(h.mark, mark, sizeof mark) != 0 || h.id_n < 1 || h.id_n > SEGMENT_ID_LONGEST ||
        r->size - at - sizeof h < h.id_n)
        return SEGMENT_DAMAGE;
    bytes = bytes_at(r, at + sizeof h, h.id_n, e);
    if (!bytes)
        return SEGMENT_FAILED;
    if (h.crc != record_crc(&h, bytes, at))
        return SEGMENT_DAMAGE;
    memcpy(record->id, bytes, h.id_n);
    record->id[h.id_n] = '\0';
    record->at = at;
    record->payload_at = at + sizeof h + h.id_n;
    record->payload_n = h.payload_n;
    record->payload_crc = h.payload_crc;
    return SEGMENT_RECORD;
}

/* Moves on to the next sound head, or to the end. */
static enum segment_step find_thread(struct segment_reader *r, struct err *e)
{
    struct segment_record record;
    enum segment_step step = SEGMENT_DAMAGE;
    for (uint64_t at = r->at + 1; step == SEGMENT_DAMAGE; at++) {
        const char *from = at < r->size ? bytes_at(r, at, 1, e) : NULL;
        if (!from && at < r->size)
            return SEGMENT_FAILED;
        r->at = r->size;
        if (!from)
            break;
        size_t n = r->window_n - (size_t)(at - r->window_at);
        const char *found = memchr(from, mark[0], n);
        at += found ? (uint64_t)(found - from) : n - 1;
        if (found && (step = head_at(r, at, &record, e)) == SEGMENT_RECORD)
            r->at = at;
    }
    return step == SEGMENT_FAILED ? step : SEGMENT_DAMAGE;
}

static enum segment_step damage_at(struct segment_reader *r, uint64_t at, struct err *e)
{
    if (r->number >= 0)
        err_input(&r->damage, "%s: record %ld at byte %" PRIu64 ": damaged", r->path.p, r->number,
                  at);
    else
        err_input(&r->damage, "%s: record at byte %" PRIu64 ": damaged", r->path.p, at);
    return find_thread(r, e);
}

/* At the end: is everything there that the head promised? Told once. */
static enum segment_step end_step(struct segment_reader *r)
{
    if (r->told_end || r->number < 0 || r->records < 0 || r->number == r->records)
        return SEGMENT_END;
    r->told_end = true;
    err_input(&r->damage, "%s: expected %ld records, found %ld", r->path.p, r->records, r->number);
    return SEGMENT_DAMAGE;
}

static enum segment_step head_step(struct segment_reader *r)
{
    r->told_end = true; /* nothing was promised */
    err_input(&r->damage, "%s: the head of the file is damaged", r->path.p);
    return SEGMENT_DAMAGE;
}

enum segment_step segment_next(struct segment_reader *r, struct segment_record *record,
                               struct err *e)
{
    if (r->records < 0 && !r->told_end && r->number == 0)
        return head_step(r);
    if (r->at >= r->size)
        return end_step(r);
    if (r->number >= 0)
        r->number++;
    enum segment_step step = head_at(r, r->at, record, e);
    if (step == SEGMENT_DAMAGE)
        return damage_at(r, r->at, e);
    if (step != SEGMENT_RECORD)
        return step;
    uint64_t end = record->payload_at + record->payload_n;
    r->at = end < r->size ? end : r->size;
    return SEGMENT_RECORD;
}

static enum segment_step damaged_payload(struct segment_reader *r,
                                         const struct segment_record *record)
{
    err_input(&r->damage, "%s: record %s at byte %" PRIu64 ": damaged", r->path.p, record->id,
              record->at);
    return SEGMENT_DAMAGE;
}

enum segment_step segment_payload(struct segment_reader *r, const struct segment_record *record,
                                  struct text *out, struct err *e)
{
    uint64_t at = record->payload_at, end = at + record->payload_n;
    uint32_t crc = crc_of(0, NULL, 0);
    size_t before = out ? out->n : 0;
    if (end > r->size)
        return damaged_payload(r, record);
    for (size_t part; at < end; at += part) {
        part = end - at < WINDOW ? (size_t)(end - at) : WINDOW;
        const char *bytes = bytes_at(r, at, part, e);
        if (!bytes)
            return SEGMENT_FAILED;
        crc = crc_of(crc, bytes, part);
        if (out)
            text_add(out, bytes, part);
    }
    if (crc == record->payload_crc)
        return SEGMENT_RECORD;
    if (out && out->p)
        out->p[out->n = before] = '\0';
    return damaged_payload(r, record);
}
