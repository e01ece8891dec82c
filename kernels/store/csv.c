#include "kernels/store/csv.h"

#include "harness/base/mem.h"
#include "kernels/store/dates.h"
#include "kernels/store/decimal.h"
#include "kernels/store/source.h"
#include "kernels/store/symbol.h"

#include <string.h>
#include <strings.h>

enum {
    CHUNK_BYTES = 1 << 20, /* also the longest line */
    SHOWN_BYTES = 48,      /* of a field, in messages */
};

/* The columns that a bar needs, prices in the order of struct bar_row. */
enum column { DATE, SYMBOL, OPEN, HIGH, LOW, CLOSE, VOLUME, COLUMN_COUNT };

static const char *const column_names[COLUMN_COUNT] = {
    "date", "symbol", "open", "high", "low", "close", "volume",
};

static const char *const fault_names[] = {
#define CSV_NAME(name, text) text,
    CSV_FAULTS(CSV_NAME)
#undef CSV_NAME
};

struct csv {
    const char *path;
    struct source *source;
    struct arena arena;
    const char *at, *end; /* unread text in buffer */
    bool source_ended;
    bool too_long;   /* the line read last is over CHUNK_BYTES; its rest may be unread */
    long line;       /* the number of the line read last */
    long blank_line; /* the first of the blank lines just passed, 0 when none */
    uint64_t bytes;
    struct str *fields; /* of the current line: field_count of them fit */
    int field_count;
    char *unquoted; /* CHUNK_BYTES: quoted fields of the current line without their quotes */
    const char **extra;
    int extra_count;
    int where[COLUMN_COUNT];          /* index of the field; -1: not there */
    bool quotes;                      /* a quote stands somewhere in buffer */
    char buffer[2 * CHUNK_BYTES + 8]; /* split_plain reads words */
};

const char *csv_fault_name(enum csv_fault fault)
{
    return fault_names[fault];
}

uint64_t csv_bytes(const struct csv *c)
{
    return c->bytes;
}

const char *const *csv_extra_columns(const struct csv *c, int *n)
{
    *n = c->extra_count;
    return c->extra;
}

/* ---- lines --------------------------------------------------------------------------------- */

/* Moves the rest to the front and reads a chunk after it. */
static bool fill(struct csv *c, struct err *e)
{
    size_t rest = (size_t)(c->end - c->at), got;
    memmove(c->buffer, c->at, rest);
    if (!source_read(c->source, c->buffer + rest, CHUNK_BYTES, &got, e))
        return false;
    c->at = c->buffer;
    c->end = c->buffer + rest + got;
    c->bytes += got;
    c->source_ended = got < CHUNK_BYTES;
    memset(c->buffer + rest + got, 0, 8); /* for the last word */
    c->quotes = memchr(c->at, '"', rest + got) != NULL;
    return true;
}

static const char *find_newline(const struct csv *c)
{
    return memchr(c->at, '\n', (size_t)(c->end - c->at));
}

/* The rest of a line that was too long is read only now that someone wants the next: a line without
 * an end must not keep the first from being reported. */
static bool pass_rest(struct csv *c, struct err *e)
{
    const char *newline;
    while (!(newline = find_newline(c)) && !c->source_ended) {
        c->at = c->end;
        if (!fill(c, e))
            return false;
    }
    c->at = newline ? newline + 1 : c->end;
    c->too_long = false;
    return true;
}

/* The next line without its end; line->p is NULL at the end of the file. When c->too_long is set
 * then, the line is its beginning. */
static bool next_line(struct csv *c, struct str *line, struct err *e)
{
    const char *newline;
    if (c->too_long && !pass_rest(c, e))
        return false;
    while (!(newline = find_newline(c)) && !c->source_ended && c->end - c->at <= CHUNK_BYTES)
        if (!fill(c, e))
            return false;
    *line = (struct str){NULL, 0};
    if (!newline && c->at == c->end)
        return true;
    const char *stop = newline ? newline : c->end;
    *line = (struct str){c->at, (size_t)(stop - c->at)};
    c->line++;
    c->too_long = line->n > CHUNK_BYTES;
    if (c->too_long)
        return true;
    if (line->n > 0 && stop[-1] == '\r')
        line->n--;
    c->at = newline ? newline + 1 : c->end;
    return true;
}

static bool endless(const struct csv *c, struct err *e)
{
    return err_input(e, "%s:%ld: a line longer than 1 MiB", c->path, c->line);
}

/* ---- fields -------------------------------------------------------------------------------- */

/* Bit 7 of every byte of the word that is a comma: a byte less the comma is 0, and only then does
 * adding 0x7f to its low bits not reach bit 7 (Warren, Hacker's Delight, 6-1). */
static inline uint64_t commas(const char *p)
{
    const uint64_t low = 0x7f7f7f7f7f7f7f7fu;
    uint64_t word;
    memcpy(&word, p, sizeof word);
    word ^= 0x2c2c2c2c2c2c2c2cu;
    return ~(((word & low) + low) | word | low);
}

static inline void put_field(struct csv *c, int n, const char *start, const char *end)
{
    if (n < c->field_count)
        c->fields[n] = (struct str){start, (size_t)(end - start)};
}

/* How many fields there are; the first field_count are stored. Eight bytes at a time: what is read
 * after the line is still buffer. */
static int split_plain(struct csv *c, struct str line)
{
    const char *start = line.p, *end = line.p + line.n;
    int n = 0;
    for (const char *p = line.p; p < end; p += 8)
        for (uint64_t mask = commas(p); mask; mask &= mask - 1) {
            const char *comma = p + __builtin_ctzll(mask) / 8;
            if (comma >= end)
                break;
            put_field(c, n++, start, comma);
            start = comma + 1;
        }
    put_field(c, n++, start, end);
    return n;
}

/* A field that starts at p with a quote, its text appended at *into. Where it ends, or NULL. */
static const char *unquote(const char *p, const char *end, char **into)
{
    for (p++; p < end; p++) {
        if (*p == '"' && (p + 1 == end || p[1] != '"'))
            return p + 1 == end || p[1] == ',' ? p + 1 : NULL;
        p += *p == '"';
        *(*into)++ = *p;
    }
    return NULL;
}

/* As split_plain; -1 when a quote stands where none may. */
static int split_quoted(struct csv *c, struct str line)
{
    const char *p = line.p, *end = line.p + line.n;
    char *into = c->unquoted;
    for (int n = 0;; p++) {
        struct str field = {into, 0};
        if (p < end && *p == '"') {
            p = unquote(p, end, &into);
            if (!p)
                return -1;
            field.n = (size_t)(into - field.p);
        } else {
            for (field.p = p; p < end && *p != ',' && *p != '"'; p++)
                ;
            field.n = (size_t)(p - field.p);
            if (p < end && *p == '"')
                return -1;
        }
        put_field(c, n++, field.p, field.p + field.n);
        if (p == end)
            return n;
    }
}

static int split(struct csv *c, struct str line)
{
    bool quoted = c->quotes && line.n > 0 && memchr(line.p, '"', line.n);
    return quoted ? split_quoted(c, line) : split_plain(c, line);
}

/* ---- header -------------------------------------------------------------------------------- */

static int column_of(struct str name)
{
    char text[16];
    if (name.n == 0 || name.n >= sizeof text)
        return -1;
    memcpy(text, name.p, name.n);
    text[name.n] = '\0';
    if (strcasecmp(text, "datetime") == 0)
        return DATE;
    for (int i = 0; i < COLUMN_COUNT; i++)
        if (strcasecmp(text, column_names[i]) == 0)
            return i;
    return -1;
}

static bool find_columns(struct csv *c, struct err *e)
{
    char shown[SHOWN_BYTES];
    for (int i = 0; i < COLUMN_COUNT; i++)
        c->where[i] = -1;
    for (int i = 0; i < c->field_count; i++) {
        text_shown(shown, sizeof shown, c->fields[i]);
        int column = column_of(c->fields[i]);
        if (column < 0)
            c->extra[c->extra_count++] = arena_text(&c->arena, shown);
        else if (c->where[column] >= 0)
            return err_input(e, "%s:1: column \"%s\" stands twice", c->path, shown);
        else
            c->where[column] = i;
    }
    for (int i = 0; i < COLUMN_COUNT; i++)
        if (c->where[i] < 0)
            return err_input(e, "%s:1: column \"%s\"%s is missing", c->path, column_names[i],
                             i == DATE ? " (or \"datetime\")" : "");
    return true;
}

static bool read_header(struct csv *c, struct err *e)
{
    static const char byte_order_mark[] = "\xef\xbb\xbf";
    struct str line;
    if (!fill(c, e))
        return false;
    if (c->end - c->at >= 3 && memcmp(c->at, byte_order_mark, 3) == 0)
        c->at += 3;
    if (!next_line(c, &line, e))
        return false;
    if (!line.p)
        return err_input(e, "%s:1: the file is empty", c->path);
    if (c->too_long)
        return endless(c, e);
    int n = split(c, line);
    if (n < 0)
        return err_input(e, "%s:1: a quote inside a column name", c->path);
    c->fields = ARENA_NEW(&c->arena, struct str, n);
    c->extra = ARENA_NEW(&c->arena, const char *, n);
    c->field_count = n;
    split(c, line);
    return find_columns(c, e);
}

struct csv *csv_open(const char *path, struct err *e)
{
    struct csv *c = mem_alloc(MEM_BASE, sizeof *c);
    memset(c, 0, offsetof(struct csv, buffer));
    c->path = path;
    c->at = c->end = c->buffer;
    c->source = source_open(path, e);
    c->unquoted = ARENA_NEW_RAW(&c->arena, char, 2 * CHUNK_BYTES);
    if (c->source && read_header(c, e))
        return c;
    csv_close(c);
    return NULL;
}

void csv_close(struct csv *c)
{
    if (!c)
        return;
    source_close(c->source);
    arena_done(&c->arena);
    mem_free(MEM_BASE, c);
}

/* ---- rows ---------------------------------------------------------------------------------- */

static bool bad_field(const struct csv *c, enum column column, const char *what, struct err *e)
{
    char shown[SHOWN_BYTES];
    text_shown(shown, sizeof shown, c->fields[c->where[column]]);
    return err_input(e, "%s:%ld: %s \"%s\": %s", c->path, c->line, column_names[column], shown,
                     what);
}

static bool bad_count(const struct csv *c, int n, enum csv_fault *fault, struct err *e)
{
    *fault = n < 0 ? CSV_FAULT_QUOTES : n < c->field_count ? CSV_FAULT_SHORT : CSV_FAULT_LONG;
    if (n < 0)
        return err_input(e,
                         "%s:%ld: bad quoting: a quoted field is \"...\" as a whole, on one line, "
                         "a quote inside it is doubled",
                         c->path, c->line);
    return err_input(e, "%s:%ld: %s: %d field%s, expected %d", c->path, c->line,
                     fault_names[*fault], n, n == 1 ? "" : "s", c->field_count);
}

static inline bool read_price(const struct csv *c, enum column column, int64_t *ticks, int *rounded,
                              struct err *e)
{
    struct decimal d;
    bool changed = false;
    enum decimal_fault fault = decimal_parse(c->fields[c->where[column]], &d);
    if (fault == DECIMAL_OK)
        fault = decimal_to_ticks(&d, ticks, &changed);
    *rounded += changed;
    return fault == DECIMAL_OK || bad_field(c, column, decimal_fault_text(fault), e);
}

static inline bool read_volume(const struct csv *c, double *volume, struct err *e)
{
    struct decimal d;
    enum decimal_fault fault = decimal_parse(c->fields[c->where[VOLUME]], &d);
    if (fault == DECIMAL_OK)
        fault = decimal_to_volume(&d, volume);
    return fault == DECIMAL_OK || bad_field(c, VOLUME, decimal_fault_text(fault), e);
}

static bool read_numbers(const struct csv *c, struct csv_bar *out, enum csv_fault *fault,
                         struct err *e)
{
    struct bar_row *row = &out->row;
    *fault = CSV_FAULT_NUMBER;
    if (!read_price(c, OPEN, &row->open, &out->rounded, e) ||
        !read_price(c, HIGH, &row->high, &out->rounded, e) ||
        !read_price(c, LOW, &row->low, &out->rounded, e) ||
        !read_price(c, CLOSE, &row->close, &out->rounded, e) || !read_volume(c, &row->volume, e))
        return false;
    *fault = CSV_FAULT_HIGH_LOW;
    if (row->high < row->low)
        return bad_field(c, HIGH, "the high is below the low", e);
    out->outside = row->open < row->low || row->open > row->high || row->close < row->low ||
                   row->close > row->high;
    return true;
}

static bool read_row(struct csv *c, struct str line, struct csv_bar *out, enum csv_fault *fault,
                     struct err *e)
{
    *out = (struct csv_bar){.line = c->line};
    *fault = CSV_FAULT_ENDLESS;
    if (c->too_long)
        return endless(c, e);
    int n = split(c, line);
    if (n != c->field_count)
        return bad_count(c, n, fault, e);
    *fault = CSV_FAULT_DATE;
    if (!date_parse(c->fields[c->where[DATE]], &out->row.time))
        return bad_field(c, DATE, "expected a day of 1677..2261 as " DATE_FORMS, e);
    out->symbol = c->fields[c->where[SYMBOL]];
    return read_numbers(c, out, fault, e);
}

/* Blank lines are fine at the end of the file only: the row after one is put back. */
static enum csv_got blank_inside(struct csv *c, struct str row, struct csv_bar *out,
                                 enum csv_fault *fault, struct err *e)
{
    *out = (struct csv_bar){.line = c->blank_line};
    err_input(e, "%s:%ld: a blank line, and rows after it", c->path, c->blank_line);
    *fault = CSV_FAULT_BLANK;
    c->at = row.p;
    c->line--;
    c->too_long = false;
    c->blank_line = 0;
    return CSV_BAD;
}

enum csv_got csv_next(struct csv *c, struct csv_bar *out, enum csv_fault *fault, struct err *e)
{
    struct str line;
    for (;;) {
        if (!next_line(c, &line, e))
            return CSV_FAILED;
        if (!line.p)
            return CSV_END;
        if (line.n > 0)
            break;
        if (c->blank_line == 0)
            c->blank_line = c->line;
    }
    if (c->blank_line)
        return blank_inside(c, line, out, fault, e);
    return read_row(c, line, out, fault, e) ? CSV_ROW : CSV_BAD;
}
