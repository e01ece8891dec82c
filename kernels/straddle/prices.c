#include "kernels/straddle/prices.h"

#include "harness/base/io.h"
#include "kernels/straddle/prices_parts.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

const char *const prices_kind_words[] = {
#define PRICES_WORD(name, word) word,
    PRICES_KINDS(PRICES_WORD)
#undef PRICES_WORD
        NULL};

static const struct prices_ops *const kinds[] = {
    [PRICES_SQLITE] = &prices_sqlite,
    [PRICES_BLOCKS] = &prices_blocks,
    [PRICES_PARQUET] = &prices_parquet,
};

const struct prices_ops *prices_ops_of(enum prices_kind kind)
{
    return kinds[kind];
}

struct prices {
    enum prices_kind kind;
    char *path;
    void *handle;
};

/* ---- opening ---------------------------------------------------------------------------------- */

enum { BEGINNING = 16 };

/* Its first bytes; fewer of a shorter file. */
static bool read_beginning(const char *path, char bytes[BEGINNING], size_t *n, struct err *e)
{
    int fd = io_open(path, O_RDONLY, e);
    if (fd < 0)
        return false;
    size_t got = 1;
    bool ok = true;
    for (*n = 0; ok && got > 0 && *n < BEGINNING; *n += got)
        ok = io_read(fd, bytes + *n, BEGINNING - *n, &got, e) || err_prefix(e, "%s", path);
    io_close(fd);
    return ok;
}

static bool find_kind(const char *path, enum prices_kind *kind, struct err *e)
{
    char bytes[BEGINNING];
    size_t n;
    if (!read_beginning(path, bytes, &n, e))
        return false;
    for (int k = 0; k < PRICES_KIND_COUNT; k++) {
        struct str begins = kinds[k]->begins;
        *kind = (enum prices_kind)k;
        if (n >= begins.n && memcmp(bytes, begins.p, begins.n) == 0)
            return true;
    }
    return err_input(e, "%s: expected prices (an SQLite file, blocks or Parquet), found %s", path,
                     n == 0 ? "an empty file" : "something else");
}

struct prices *prices_open(const char *path, struct err *e)
{
    enum prices_kind kind;
    void *handle = find_kind(path, &kind, e) ? kinds[kind]->open(path, e) : NULL;
    if (!handle)
        return NULL;
    struct prices *p = mem_alloc(MEM_TABLES, sizeof *p);
    *p = (struct prices){kind, mem_text(MEM_TABLES, path), handle};
    return p;
}

void prices_close(struct prices *p)
{
    if (!p)
        return;
    kinds[p->kind]->close(p->handle);
    mem_free(MEM_TABLES, p->path);
    mem_free(MEM_TABLES, p);
}

enum prices_kind prices_kind_of(const struct prices *p)
{
    return p->kind;
}

bool prices_read(struct prices *p, const struct prices_query *queries, int n, struct arena *a,
                 struct prices_span *spans, struct err *e)
{
    return kinds[p->kind]->read(p->handle, queries, n, a, spans, e) || err_prefix(e, "%s", p->path);
}

/* ---- facts ------------------------------------------------------------------------------------ */

static bool add_series(void *context, const struct prices_series *s, struct err *e)
{
    return prices_tally_add(context, s, e);
}

static bool file_bytes(const char *path, int64_t *bytes, struct err *e)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return err_system(e, "%s", path);
    *bytes = st.st_size;
    return true;
}

bool prices_facts(struct prices *p, struct prices_facts *out, struct err *e)
{
    const struct prices_ops *ops = kinds[p->kind];
    struct prices_tally *t = prices_tally_new();
    bool ok = ops->walk(p->handle, add_series, t, e);
    prices_tally_end(t, out);
    const char *told = ops->content ? ops->content(p->handle) : NULL;
    if (ok && told && strcmp(told, out->content) != 0)
        ok = err_input(e, "damaged: its rows are not those that it was written with");
    if (!ok)
        return err_prefix(e, "%s", p->path);
    return file_bytes(p->path, &out->bytes, e);
}
