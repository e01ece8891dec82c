#include "kernels/store/fields.h"

#include "harness/base/arena.h"
#include "kernels/store/source.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum {
    CHUNK_BYTES = 1 << 20, /* also the longest line */
    SHOWN_BYTES = 120,     /* of what a caller says about a value */
};

struct fields {
    const char *path;
    const char *const *columns;
    int column_count;
    struct source *source; /* NULL: all of the text is in buffer */
    char *buffer; /* [room]: two chunks, a line and what is read after it; of a short file one */
    size_t room, chunk; /* chunk: what is read at once; of a short file a byte more than it has */
    char *at, *end;     /* unread text in the buffer */
    bool ended;         /* the source has no more */
    long line;
    struct str *cells; /* of the current line */
    int cell_count;    /* what the header has */
    int *where;        /* the cell of each column */
    struct arena arena;
};

/* ---- lines --------------------------------------------------------------------------------- */

static void reserve(struct fields *f, size_t chunk, size_t room)
{
    f->chunk = chunk;
    f->room = room;
    f->buffer = ARENA_NEW_RAW(&f->arena, char, room);
}

/* Most files are a few kilobytes, and are read for every straddle where nothing is remembered. */
static void reserve_for(struct fields *f, size_t bytes)
{
    if (bytes > 0 && bytes < CHUNK_BYTES)
        reserve(f, bytes + 1, bytes + 1);
    else
        reserve(f, CHUNK_BYTES, 2 * CHUNK_BYTES);
}

static bool fill(struct fields *f, struct err *e)
{
    size_t rest = (size_t)(f->end - f->at), got;
    if (rest + f->chunk > f->room) /* a short file has grown since */
        reserve(f, CHUNK_BYTES, 2 * CHUNK_BYTES);
    memmove(f->buffer, f->at, rest);
    if (!source_read(f->source, f->buffer + rest, f->chunk, &got, e))
        return false;
    f->at = f->buffer;
    f->end = f->buffer + rest + got;
    f->ended = got < f->chunk;
    return true;
}

/* The next line without its end, to be written on; line->p is NULL at the end of the file. */
static bool next_line(struct fields *f, struct str *line, struct err *e)
{
    char *newline;
    *line = (struct str){NULL, 0};
    while (!(newline = memchr(f->at, '\n', (size_t)(f->end - f->at))) && !f->ended &&
           f->end - f->at <= CHUNK_BYTES)
        if (!fill(f, e))
            return false;
    if (!newline && f->at == f->end)
        return true;
    f->line++;
    char *stop = newline ? newline : f->end;
    *line = (struct str){f->at, (size_t)(stop - f->at)};
    f->at = newline ? newline + 1 : stop;
    if (line->n > CHUNK_BYTES)
        return err_input(e, "%s:%ld: a line longer than 1 MiB", f->path, f->line);
    if (memchr(line->p, '\0', line->n))
        return err_input(e, "%s:%ld: a zero byte: expected text", f->path, f->line);
    line->n -= line->n > 0 && line->p[line->n - 1] == '\r';
    return true;
}

/* ---- cells --------------------------------------------------------------------------------- */

/* What begins with a quote at p, written over itself without its quotes. Where it ends; NULL: badly
 * quoted. */
static char *unquote(char *p, char *end, struct str *cell)
{
    char *into = p;
    *cell = (struct str){into, 0};
    for (p++; p < end; p++) {
        if (*p == '"' && (p + 1 == end || p[1] != '"'))
            break;
        p += *p == '"';
        *into++ = *p;
    }
    cell->n = (size_t)(into - cell->p);
    return p < end && (p + 1 == end || p[1] == ',') ? p + 1 : NULL;
}

static char *cell_at(char *p, char *end, bool quotes, struct str *cell)
{
    if (quotes && p < end && *p == '"')
        return unquote(p, end, cell);
    char *comma = memchr(p, ',', (size_t)(end - p)), *stop = comma ? comma : end;
    *cell = (struct str){p, (size_t)(stop - p)};
    return quotes && memchr(p, '"', cell->n) ? NULL : stop;
}

/* How many cells a line has, the first `room` stored; -1: badly quoted. */
static int split(struct str line, struct str *cells, int room)
{
    char *p = (char *)line.p, *end = p + line.n;
    bool quotes = memchr(p, '"', line.n) != NULL;
    for (int n = 0;; p++) {
        struct str cell;
        p = cell_at(p, end, quotes, &cell);
        if (!p)
            return -1;
        if (n < room)
            cells[n] = cell;
        n++;
        if (p == end)
            return n;
    }
}

static bool bad_quotes(const struct fields *f, struct err *e)
{
    return err_input(e,
                     "%s:%ld: bad quoting: expected \"...\" around a whole field, on one line, a "
                     "quote inside it doubled",
                     f->path, f->line);
}

/* ---- header -------------------------------------------------------------------------------- */

static bool find_column(struct fields *f, int column, struct err *e)
{
    const char *name = f->columns[column];
    f->where[column] = -1;
    for (int i = 0; i < f->cell_count; i++) {
        struct str cell = f->cells[i];
        if (cell.n != strlen(name) || strncasecmp(cell.p, name, cell.n) != 0)
            continue;
        if (f->where[column] >= 0)
            return err_input(e, "%s:%ld: column \"%s\" stands twice", f->path, f->line, name);
        f->where[column] = i;
    }
    return f->where[column] >= 0 ||
           err_input(e, "%s:%ld: column \"%s\" is missing", f->path, f->line, name);
}

static bool read_header(struct fields *f, struct err *e)
{
    struct str line;
    if (f->source && !fill(f, e))
        return false;
    if (f->end - f->at >= 3 && memcmp(f->at, "\xef\xbb\xbf", 3) == 0)
        f->at += 3;
    if (!next_line(f, &line, e))
        return false;
    if (!line.p)
        return err_input(e, "%s:1: the file is empty: expected a line with the names of columns",
                         f->path);
    int room = 1;
    for (size_t i = 0; i < line.n; i++)
        room += line.p[i] == ',';
    f->cells = ARENA_NEW(&f->arena, struct str, room);
    f->cell_count = split(line, f->cells, room);
    if (f->cell_count < 0)
        return bad_quotes(f, e);
    for (int i = 0; i < f->column_count; i++)
        if (!find_column(f, i, e))
            return false;
    return true;
}

static struct fields *begin(const char *path, const char *const *columns, int n)
{
    struct fields *f = mem_alloc_zero(MEM_BASE, sizeof *f);
    f->path = path;
    f->columns = columns;
    f->column_count = n;
    f->where = ARENA_NEW(&f->arena, int, n);
    return f;
}

struct fields *fields_open(const char *path, const char *const *columns, int n, struct err *e)
{
    struct fields *f = begin(path, columns, n);
    f->source = source_open(path, e);
    if (f->source) {
        reserve_for(f, source_bytes(f->source));
        f->at = f->end = f->buffer;
        if (read_header(f, e))
            return f;
    }
    fields_close(f);
    return NULL;
}

struct fields *fields_parse(struct str csv, const char *name, const char *const *columns, int n,
                            struct err *e)
{
    struct fields *f = begin(name, columns, n);
    f->buffer = f->at = str_copy(&f->arena, csv);
    f->end = f->at + csv.n;
    f->ended = true;
    if (read_header(f, e))
        return f;
    fields_close(f);
    return NULL;
}

void fields_close(struct fields *f)
{
    if (!f)
        return;
    source_close(f->source);
    arena_done(&f->arena);
    mem_free(MEM_BASE, f);
}

/* ---- rows ---------------------------------------------------------------------------------- */

enum fields_got fields_next(struct fields *f, struct str *row, struct err *e)
{
    struct str line;
    do {
        if (!next_line(f, &line, e))
            return FIELDS_FAILED;
        if (!line.p)
            return FIELDS_END;
    } while (line.n == 0);
    int n = split(line, f->cells, f->cell_count);
    if (n < 0)
        bad_quotes(f, e);
    else if (n != f->cell_count)
        err_input(e, "%s:%ld: %d field%s: expected %d", f->path, f->line, n, n == 1 ? "" : "s",
                  f->cell_count);
    if (n != f->cell_count)
        return FIELDS_FAILED;
    for (int i = 0; i < f->column_count; i++)
        row[i] = f->cells[f->where[i]];
    return FIELDS_ROW;
}

bool fields_error(const struct fields *f, int column, struct err *e, const char *format, ...)
{
    char what[SHOWN_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    return err_input(e, "%s:%ld: %s: %s", f->path, f->line, f->columns[column], what);
}

long fields_line(const struct fields *f)
{
    return f->line;
}
