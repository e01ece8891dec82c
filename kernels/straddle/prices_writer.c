/* Rows collected in memory, series by series in the order in which they come first; sorted and told apart
 * at the commit. */
#include "kernels/straddle/prices_parts.h"

#include "harness/base/io.h"
#include "harness/base/mem.h"
#include "kernels/store/dates.h"
#include "kernels/straddle/row_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define uthash_malloc(bytes)  mem_alloc(MEM_TABLES, bytes)
#define uthash_free(p, bytes) mem_free(MEM_TABLES, p)
#include <uthash.h>

enum { KEY_MAX = 2 * (PRICES_NAME_MAX + 1), FIRST_ROWS = 64 };

struct growing {
    const char *key; /* ticker NUL field NUL */
    unsigned key_bytes;
    const char *ticker, *field;
    int32_t *day;
    double *value;
    long n, capacity;
    bool rising; /* so far, each day once */
    UT_hash_handle hh;
};

struct prices_writer {
    enum prices_kind kind;
    char *path;
    const volatile sig_atomic_t *stop;
    struct arena arena;     /* growing, keys */
    struct growing *by_key; /* uthash head */
    struct growing *latest; /* rows often come series by series */
};

/* ---- opening ---------------------------------------------------------------------------------- */

/* What stands there is replaced: only a file may be. */
static bool may_stand_at(const char *path, struct err *e)
{
    struct stat st;
    if (strcmp(path, "-") == 0)
        return err_input(e, "-: expected the name of a file");
    if (!io_check_output(path, e))
        return false;
    return stat(path, &st) != 0 || S_ISREG(st.st_mode) ||
           err_input(e, "%s: expected a file, found a device", path);
}

struct prices_writer *prices_writer_open(enum prices_kind kind, const char *path, struct err *e)
{
    if (!may_stand_at(path, e))
        return NULL;
    io_remove_leftovers(path);
    struct prices_writer *w = mem_alloc_zero(MEM_TABLES, sizeof *w);
    w->kind = kind;
    w->path = mem_text(MEM_TABLES, path);
    w->arena.component = MEM_TABLES;
    return w;
}

void prices_writer_abandon(struct prices_writer *w)
{
    if (!w)
        return;
    for (struct growing *g = w->by_key; g; g = g->hh.next) {
        mem_free(MEM_TABLES, g->day);
        mem_free(MEM_TABLES, g->value);
    }
    HASH_CLEAR(hh, w->by_key);
    arena_done(&w->arena);
    mem_free(MEM_TABLES, w->path);
    mem_free(MEM_TABLES, w);
}

void prices_writer_stop_by(struct prices_writer *w, const volatile sig_atomic_t *stop)
{
    w->stop = stop;
}

bool prices_go_on(const volatile sig_atomic_t *stop, struct err *e)
{
    return !stop || !*stop || err_set(e, ERR_INTERRUPTED, "interrupted, nothing was written");
}

/* ---- filling ---------------------------------------------------------------------------------- */

static bool check_name(const char *what, const char *name, struct err *e)
{
    size_t n = strlen(name);
    if (n == 0 || n > PRICES_NAME_MAX)
        return err_input(e, "%s: expected 1 to %d bytes, found %zu", what, PRICES_NAME_MAX, n);
    return str_is_utf8((struct str){name, n}) || err_input(e, "%s: expected UTF-8", what);
}

static bool check_row(const char *ticker, const char *field, int32_t day, double value,
                      struct err *e)
{
    int year = date_from_days(day).year;
    if (!check_name("ticker", ticker, e) || !check_name("field", field, e))
        return false;
    if (year < DATE_YEAR_MIN || year > DATE_YEAR_MAX)
        return err_input(e, "day: expected one of the years %d to %d, found %d days since 1970",
                         DATE_YEAR_MIN, DATE_YEAR_MAX, day);
    return isfinite(value) || err_input(e, "value: expected a finite number, found %g", value);
}

static struct growing *new_series(struct prices_writer *w, const char *key, unsigned bytes)
{
    struct growing *g = ARENA_NEW(&w->arena, struct growing, 1);
    g->key = str_copy(&w->arena, (struct str){key, bytes});
    g->key_bytes = bytes;
    g->ticker = g->key;
    g->field = g->key + strlen(g->key) + 1;
    g->rising = true;
    HASH_ADD_KEYPTR(hh, w->by_key, g->key, g->key_bytes, g);
    return g;
}

/* The names have been checked. */
static struct growing *series_of(struct prices_writer *w, const char *ticker, const char *field)
{
    char key[KEY_MAX];
    size_t n = strlen(ticker) + 1, m = strlen(field) + 1;
    memcpy(key, ticker, n);
    memcpy(key + n, field, m);
    unsigned bytes = (unsigned)(n + m);
    struct growing *g = w->latest;
    if (g && g->key_bytes == bytes && memcmp(g->key, key, bytes) == 0)
        return g;
    HASH_FIND(hh, w->by_key, key, bytes, g);
    w->latest = g ? g : new_series(w, key, bytes);
    return w->latest;
}

static void add_row(struct growing *g, int32_t day, double value)
{
    if (g->n == g->capacity) {
        g->capacity = g->capacity ? 2 * g->capacity : FIRST_ROWS;
        g->day = mem_resize(MEM_TABLES, g->day, (size_t)g->capacity * sizeof *g->day);
        g->value = mem_resize(MEM_TABLES, g->value, (size_t)g->capacity * sizeof *g->value);
    }
    g->rising = g->rising && (g->n == 0 || g->day[g->n - 1] < day);
    g->day[g->n] = day;
    g->value[g->n++] = value + 0.0; /* -0 becomes 0 */
}

bool prices_writer_add(struct prices_writer *w, const char *ticker, const char *field, int32_t day,
                       double value, struct err *e)
{
    if (!prices_go_on(w->stop, e) || !check_row(ticker, field, day, value, e))
        return false;
    add_row(series_of(w, ticker, field), day, value);
    return true;
}

/* ---- sorting ---------------------------------------------------------------------------------- */

struct row {
    int32_t day;
    double value;
};

static int by_day_and_value(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    if (x->day != y->day)
        return x->day < y->day ? -1 : 1;
    return (x->value > y->value) - (x->value < y->value);
}

static bool contradicts(const struct growing *g, int32_t day, double a, double b, struct err *e)
{
    char date[DATE_TEXT], x[ROW_TEXT_NUMBER], y[ROW_TEXT_NUMBER];
    date_format(date, (int64_t)day * DATE_DAY_SECONDS);
    row_text_number(a, x);
    row_text_number(b, y);
    return err_input(e, "ticker \"%.100s\", field \"%.100s\", %s: two values, %s and %s", g->ticker,
                     g->field, date, x, y);
}

/* Back into the columns, equal rows once. */
static bool put_rows(struct growing *g, const struct row *rows, struct err *e)
{
    long n = 0;
    for (long i = 0; i < g->n; i++) {
        bool again = i > 0 && rows[i].day == rows[i - 1].day;
        if (again && rows[i].value != rows[i - 1].value)
            return contradicts(g, rows[i].day, rows[i - 1].value, rows[i].value, e);
        g->day[n] = rows[i].day;
        g->value[n] = rows[i].value;
        n += !again;
    }
    g->n = n;
    return true;
}

static bool sort_days(struct growing *g, struct err *e)
{
    if (g->rising)
        return true;
    struct row *rows = mem_alloc(MEM_TABLES, (size_t)g->n * sizeof *rows);
    for (long i = 0; i < g->n; i++)
        rows[i] = (struct row){g->day[i], g->value[i]};
    qsort(rows, (size_t)g->n, sizeof *rows, by_day_and_value);
    bool ok = put_rows(g, rows, e);
    mem_free(MEM_TABLES, rows);
    return ok;
}

static int by_name(const void *a, const void *b)
{
    const struct prices_series *x = a, *y = b;
    int order = strcmp(x->ticker, y->ticker);
    return order ? order : strcmp(x->field, y->field);
}

/* Lives in the writer's arena. */
static bool sort_all(struct prices_writer *w, struct prices_content *out, struct err *e)
{
    struct prices_series *series =
        ARENA_NEW_RAW(&w->arena, struct prices_series, HASH_COUNT(w->by_key));
    long n = 0;
    for (struct growing *g = w->by_key; g; g = g->hh.next) {
        if (!prices_go_on(w->stop, e) || !sort_days(g, e))
            return false;
        series[n++] = (struct prices_series){g->ticker, g->field, g->day, g->value, g->n};
    }
    qsort(series, (size_t)n, sizeof *series, by_name);
    *out = (struct prices_content){.series = series, .n = n, .stop = w->stop};
    return n > 0 || err_input(e, "no prices to write");
}

/* ---- committing ------------------------------------------------------------------------------- */

static bool tally_all(struct prices_content *c, struct err *e)
{
    struct prices_tally *t = prices_tally_new();
    bool ok = true;
    for (long i = 0; ok && i < c->n; i++)
        ok = prices_tally_add(t, &c->series[i], e);
    prices_tally_end(t, &c->facts);
    return ok;
}

static bool commit(struct prices_writer *w, struct prices_facts *out, struct err *e)
{
    struct prices_content content;
    struct stat st;
    if (!sort_all(w, &content, e) || !tally_all(&content, e))
        return err_prefix(e, "%s", w->path);
    if (!prices_ops_of(w->kind)->write(w->path, &content, e))
        return false;
    *out = content.facts;
    if (stat(w->path, &st) != 0)
        return err_system(e, "%s", w->path);
    out->bytes = st.st_size;
    return true;
}

bool prices_writer_commit(struct prices_writer *w, struct prices_facts *out, struct err *e)
{
    bool ok = commit(w, out, e);
    prices_writer_abandon(w);
    return ok;
}
