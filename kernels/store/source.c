#include "kernels/store/source.h"

#include "harness/base/io.h"
#include "harness/base/mem.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

enum { PACKED_BYTES = 256 * 1024, GZIP_ONLY = 16 + MAX_WBITS };

struct source {
    const char *path;
    int fd;
    size_t bytes;           /* source_bytes */
    unsigned char first[2]; /* read ahead to tell gzip from text */
    size_t first_n;
    bool gzip;
    bool member_open; /* inside a gzip member: its end is still to come */
    bool padded;      /* zero bytes stood after a member: nothing else may follow */
    z_stream z;
    unsigned char *packed; /* [PACKED_BYTES], of gzip alone */
};

/* read(2) gives less than n from a pipe; this gives less only at the end. */
static bool read_all(struct source *s, void *into, size_t n, size_t *got, struct err *e)
{
    size_t part = 1;
    for (*got = 0; *got < n && part > 0; *got += part)
        if (!io_read(s->fd, (char *)into + *got, n - *got, &part, e))
            return err_prefix(e, "%s", s->path);
    return true;
}

static bool begin_gzip(struct source *s, struct err *e)
{
    s->packed = mem_alloc(MEM_BASE, PACKED_BYTES);
    memcpy(s->packed, s->first, s->first_n);
    s->z.next_in = s->packed;
    s->z.avail_in = (unsigned)s->first_n;
    s->member_open = true;
    s->gzip = inflateInit2(&s->z, GZIP_ONLY) == Z_OK;
    return s->gzip || err_set(e, ERR_SYSTEM, "%s: zlib cannot start", s->path);
}

static bool begin(struct source *s, struct err *e)
{
    struct stat st;
    s->fd = io_open(s->path, O_RDONLY, e);
    if (s->fd < 0)
        return false;
    if (fstat(s->fd, &st) != 0)
        return err_system(e, "%s", s->path);
    if (S_ISDIR(st.st_mode))
        return err_input(e, "%s: expected a file, found a folder", s->path);
    if (!read_all(s, s->first, sizeof s->first, &s->first_n, e))
        return false;
    bool magic = s->first_n == 2 && s->first[0] == 0x1f && s->first[1] == 0x8b;
    s->bytes = S_ISREG(st.st_mode) && !magic && st.st_size > 0 ? (size_t)st.st_size : 0;
    return !magic || begin_gzip(s, e);
}

struct source *source_open(const char *path, struct err *e)
{
    struct source *s = mem_alloc_zero(MEM_BASE, sizeof *s);
    s->path = path;
    s->fd = -1;
    if (begin(s, e))
        return s;
    source_close(s);
    return NULL;
}

void source_close(struct source *s)
{
    if (!s)
        return;
    if (s->gzip)
        inflateEnd(&s->z);
    io_close(s->fd);
    mem_free(MEM_BASE, s->packed);
    mem_free(MEM_BASE, s);
}

size_t source_bytes(const struct source *s)
{
    return s->bytes;
}

static bool read_plain(struct source *s, char *into, size_t n, size_t *got, struct err *e)
{
    size_t ahead = s->first_n < n ? s->first_n : n;
    memcpy(into, s->first, ahead);
    memmove(s->first, s->first + ahead, s->first_n - ahead);
    s->first_n -= ahead;
    bool ok = read_all(s, into + ahead, n - ahead, got, e);
    *got += ahead;
    return ok;
}

/* More packed bytes; *end at the end of the file, which is an error inside a member. */
static bool refill(struct source *s, bool *end, struct err *e)
{
    size_t got;
    if (!read_all(s, s->packed, PACKED_BYTES, &got, e))
        return false;
    s->z.next_in = s->packed;
    s->z.avail_in = (unsigned)got;
    *end = got == 0;
    return !*end || !s->member_open ||
           err_input(e, "%s: the gzip file is truncated: its end is missing", s->path);
}

/* A gzip file may be several members one after the other (RFC 1952, 2.2), and zero bytes to fill a
 * block, as of a tape: gzip(1) takes these too. */
static bool begin_member(struct source *s, struct err *e)
{
    for (; s->z.avail_in > 0 && *s->z.next_in == 0; s->z.next_in++, s->z.avail_in--)
        s->padded = true;
    if (s->z.avail_in == 0)
        return true;
    if (s->padded)
        return err_input(e, "%s: the gzip file is damaged: zero bytes, and more after them",
                         s->path);
    inflateReset(&s->z);
    s->member_open = true;
    return true;
}

static bool inflate_some(struct source *s, struct err *e)
{
    if (!s->member_open && !begin_member(s, e))
        return false;
    if (!s->member_open)
        return true;
    int rc = inflate(&s->z, Z_NO_FLUSH);
    if (rc == Z_STREAM_END)
        s->member_open = false;
    else if (rc != Z_OK && rc != Z_BUF_ERROR)
        return err_input(e, "%s: the gzip file is damaged: %s", s->path,
                         s->z.msg ? s->z.msg : "it does not unpack");
    return true;
}

static bool read_gzip(struct source *s, char *into, size_t n, size_t *got, struct err *e)
{
    bool end = false;
    s->z.next_out = (unsigned char *)into;
    s->z.avail_out = (unsigned)n;
    while (s->z.avail_out > 0 && !end) {
        if (s->z.avail_in == 0 && !refill(s, &end, e))
            return false;
        if (!end && !inflate_some(s, e))
            return false;
    }
    *got = n - s->z.avail_out;
    return true;
}

bool source_read(struct source *s, char *into, size_t n, size_t *got, struct err *e)
{
    *got = 0;
    return s->gzip ? read_gzip(s, into, n, got, e) : read_plain(s, into, n, got, e);
}
