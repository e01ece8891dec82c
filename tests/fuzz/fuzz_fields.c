/* Memory and file give the same rows (a gzip file: rows of its own), and rows printed as CSV are read
 * back as they were. A file costs a hundred times as much: gzip, and every sixteenth length. */
#include "tests/fuzz/fuzz.h"

#include "kernels/store/fields.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { COLUMNS = 2 };
static const char *const columns[COLUMNS] = {"a", "b"};

/* All rows as CSV with a header; false: refused somewhere. */
static bool printed(struct fields *f, struct text *out, struct err *e)
{
    struct str row[COLUMNS];
    struct arena a = {0};
    enum fields_got got = FIELDS_FAILED;
    text_puts(out, "a,b\n");
    while (f && (got = fields_next(f, row, e)) == FIELDS_ROW)
        for (int i = 0; i < COLUMNS; i++) {
            text_add_csv(out, str_copy(&a, row[i]));
            text_puts(out, i + 1 < COLUMNS ? "," : "\n");
        }
    arena_done(&a);
    fields_close(f);
    if (got != FIELDS_END)
        fuzz_refused(e);
    return got == FIELDS_END;
}

/* One file for all: its path; NULL: there can be none. */
static const char *written(struct str bytes)
{
    static FILE *file;
    static char path[64];
    if (!file)
        file = tmpfile();
    if (!file || ftruncate(fileno(file), 0) != 0 ||
        pwrite(fileno(file), bytes.p, bytes.n, 0) != (ssize_t)bytes.n)
        return NULL;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fileno(file));
    return path;
}

static bool same(const struct text *a, const struct text *b)
{
    return a->n == b->n && memcmp(a->p, b->p, a->n) == 0;
}

void fuzz_fields(struct str bytes)
{
    struct text first = {0}, again = {0}, filed = {0};
    struct err e = {0};
    bool gzip = bytes.n >= 2 && memcmp(bytes.p, "\x1f\x8b", 2) == 0;
    bool taken = printed(fields_parse(bytes, "F", columns, COLUMNS, &e), &first, &e);
    if (taken) {
        struct str csv = {first.p, first.n};
        FUZZ_HOLDS(printed(fields_parse(csv, "F", columns, COLUMNS, &e), &again, &e));
        FUZZ_HOLDS(same(&first, &again));
    }
    if (gzip || bytes.n % 16 == 0) {
        const char *path = written(bytes);
        FUZZ_HOLDS(path != NULL);
        bool filed_taken = printed(fields_open(path, columns, COLUMNS, &e), &filed, &e);
        FUZZ_HOLDS(gzip || (filed_taken == taken && same(&first, &filed)));
    }
    text_done(&first);
    text_done(&again);
    text_done(&filed);
}
