#include "kernels/straddle/prices.h"

#include "harness/base/io.h"
#include "harness/base/rng.h"
#include "kernels/straddle/duckdb.h"
#include "tests/test.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- a plain model ---------------------------------------------------------------------------- */

enum { SERIES = 40, DAYS = 900, NAME = 40 };

struct series {
    char ticker[NAME], field[NAME];
    bool there[DAYS]; /* by day from `begin` */
    double value[DAYS];
};

struct model {
    struct series series[SERIES];
    int n;
    int32_t begin;
    long rows;
};

static double random_value(struct rng *r)
{
    static const double special[] = {-37.63,   -0.0, 0,    DBL_TRUE_MIN, -DBL_MIN, DBL_MAX,
                                     -DBL_MAX, 0.1,  1e-7, 1e22,         3};
    if (rng_below(r, 8) == 0)
        return special[rng_below(r, sizeof special / sizeof *special)];
    return ldexp(rng_normal(r), (int)rng_below(r, 60) - 30);
}

/* Names that are beginnings of one another, bytes beyond ASCII, the same field for many tickers. */
static void name_series(struct series *s, int i)
{
    static const char *const tickers[] = {"A",       "A ",         "AB", "Q 1", "\xc3\xa4 Comdty",
                                          "a\"b,'c", "Of 12 bytes"};
    static const char *const fields[] = {"PX_LAST", "PX", "none", "PX_LAST2", "\xce\xb1"};
    snprintf(s->ticker, NAME, "%s%d", tickers[i % 7], i / 7 % 2);
    snprintf(s->field, NAME, "%s%s", fields[i / 14 % 5], i / 70 ? "x" : "");
}

static void make_model(struct model *m, uint64_t seed)
{
    struct rng r = rng_seeded(seed);
    memset(m, 0, sizeof *m);
    m->n = 1 + (int)rng_below(&r, SERIES);
    m->begin = (int32_t)rng_below(&r, 20000) - 5000;
    for (int i = 0; i < m->n; i++) {
        struct series *s = &m->series[i];
        uint64_t sparse = 1 + rng_below(&r, 40);
        name_series(s, i);
        for (int d = 0; d < DAYS; d++) {
            s->there[d] = rng_below(&r, sparse) == 0 || d == 100;
            s->value[d] = random_value(&r);
            m->rows += s->there[d];
        }
    }
}

/* All rows, in a random order. */
static struct prices_writer *filled(const struct model *m, enum prices_kind kind, const char *path,
                                    uint64_t seed)
{
    struct rng r = rng_seeded(seed);
    struct err e;
    struct prices_writer *w = prices_writer_open(kind, path, &e);
    assert_ok(w, &e);
    int cells = m->n * DAYS, *order = malloc((size_t)cells * sizeof *order);
    for (int i = 0; i < cells; i++)
        order[i] = i;
    rng_shuffle(&r, order, cells);
    for (int i = 0; i < cells; i++) {
        const struct series *s = &m->series[order[i] / DAYS];
        int d = order[i] % DAYS;
        if (s->there[d])
            assert_ok(prices_writer_add(w, s->ticker, s->field, m->begin + d, s->value[d], &e), &e);
    }
    free(order);
    return w;
}

static struct prices_facts write_model(const struct model *m, enum prices_kind kind,
                                       const char *path, uint64_t seed)
{
    struct err e;
    struct prices_facts facts;
    assert_ok(prices_writer_commit(filled(m, kind, path, seed), &facts, &e), &e);
    return facts;
}

/* ---- against the model ------------------------------------------------------------------------ */

/* What of the model is between from and to, and whether the span is that. */
static void check_span(const struct model *m, const struct series *s, const struct prices_query *q,
                       const struct prices_span *span)
{
    long n = 0;
    for (int d = 0; d < DAYS; d++) {
        int32_t day = m->begin + d;
        if (!s || !s->there[d] || day < q->from || day > q->to)
            continue;
        if (n >= span->n)
            fail_msg("%s %s: fewer rows than there are", q->ticker, q->field);
        assert_int_equal(span->day[n], day);
        double value = s->value[d] + 0.0;
        assert_memory_equal(&span->value[n], &value, sizeof value);
        n++;
    }
    assert_int_equal(span->n, n);
}

static struct prices_query random_query(const struct model *m, struct rng *r,
                                        const struct series **of)
{
    const struct series *s = &m->series[rng_below(r, (uint64_t)m->n)];
    int32_t from = m->begin - 50 + (int32_t)rng_below(r, DAYS + 100);
    int32_t length = (int32_t)rng_below(r, rng_below(r, 2) ? 60 : DAYS) - 2;
    struct prices_query q = {s->ticker, s->field, from, from + length};
    uint64_t kind = rng_below(r, 20);
    if (kind == 0)
        q.from = INT32_MIN;
    if (kind <= 1)
        q.to = INT32_MAX;
    if (kind == 2)
        q.ticker = "A0 and more";
    if (kind == 3)
        q.field = "P";
    *of = kind == 2 || kind == 3 ? NULL : s;
    return q;
}

enum { QUERIES = 50 };

static void read_at_random(struct prices *p, const struct model *m, uint64_t seed, int batch)
{
    struct rng r = rng_seeded(seed);
    struct prices_query queries[QUERIES];
    struct prices_span spans[QUERIES];
    const struct series *of[QUERIES];
    struct arena a = {0};
    struct err e;
    for (int i = 0; i < QUERIES; i++)
        queries[i] = random_query(m, &r, &of[i]);
    for (int i = 0; i < QUERIES; i += batch) {
        int n = batch < QUERIES - i ? batch : QUERIES - i;
        assert_ok(prices_read(p, queries + i, n, &a, spans + i, &e), &e);
    }
    for (int i = 0; i < QUERIES; i++)
        check_span(m, of[i], &queries[i], &spans[i]);
    arena_done(&a);
}

static struct prices *opened(const char *path)
{
    struct err e;
    struct prices *p = prices_open(path, &e);
    assert_ok(p, &e);
    return p;
}

static void same_facts(const struct prices_facts *a, const struct prices_facts *b)
{
    assert_int_equal(a->rows, b->rows);
    assert_int_equal(a->series, b->series);
    assert_int_equal(a->tickers, b->tickers);
    assert_int_equal(a->first_day, b->first_day);
    assert_int_equal(a->last_day, b->last_day);
    assert_string_equal(a->content, b->content);
}

static void check_against(const struct model *m, enum prices_kind kind, uint64_t seed)
{
    char path[1200];
    struct err e;
    struct prices_facts facts;
    snprintf(path, sizeof path, "%s/p.%s", test_folder("prices"), prices_kind_words[kind]);
    struct prices_facts written = write_model(m, kind, path, seed);
    assert_int_equal(written.rows, m->rows);
    assert_int_equal(written.series, m->n);
    struct prices *p = opened(path);
    assert_int_equal(prices_kind_of(p), kind);
    assert_ok(prices_facts(p, &facts, &e), &e);
    same_facts(&facts, &written);
    assert_int_equal(facts.bytes, written.bytes);
    read_at_random(p, m, seed + 1, 1);
    read_at_random(p, m, seed + 2, 7);
    read_at_random(p, m, seed + 3, 20);
    read_at_random(p, m, seed + 4, QUERIES);
    prices_close(p);
}

static void of_many_seeds(enum prices_kind kind)
{
    static struct model m;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        make_model(&m, seed);
        check_against(&m, kind, seed);
    }
}

static void blocks_are_the_model(void **state)
{
    (void)state;
    of_many_seeds(PRICES_BLOCKS);
}

static void sqlite_is_the_model(void **state)
{
    (void)state;
    of_many_seeds(PRICES_SQLITE);
}

static struct err no_duckdb; /* why not */

/* Kinds that can be tested here. */
static int kinds_here(void)
{
    struct duckdb_session s;
    if (!duckdb_session_begin(&s, &no_duckdb))
        return PRICES_PARQUET;
    duckdb_session_end(&s);
    return PRICES_KIND_COUNT;
}

static void parquet_is_the_model(void **state)
{
    (void)state;
    if (kinds_here() < PRICES_KIND_COUNT) {
        print_message("# %s\n", no_duckdb.text);
        skip();
    }
    of_many_seeds(PRICES_PARQUET);
}

static void every_kind_says_the_same(void **state)
{
    (void)state;
    static struct model m;
    char path[1200];
    make_model(&m, 12);
    snprintf(path, sizeof path, "%s/p #1?%%20'.x", test_folder("prices"));
    struct prices_facts blocks = write_model(&m, PRICES_BLOCKS, path, 1);
    for (int kind = 0, kinds = kinds_here(); kind < kinds; kind++) {
        struct prices_facts other = write_model(&m, (enum prices_kind)kind, path, 2);
        same_facts(&blocks, &other);
        struct prices *p = opened(path); /* one has taken the other's place */
        assert_int_equal(prices_kind_of(p), kind);
        read_at_random(p, &m, 9, 3);
        prices_close(p);
    }
}

/* ---- damage ----------------------------------------------------------------------------------- */

static void put_file(const char *path, const char *bytes, size_t n)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

/* Opens, reads and sums up; true: all of it succeeded, and with the model's rows. `rows`: no wrong row is
 * ever given; else it is the sum that tells. */
static bool survives(const char *path, const struct model *m, const struct prices_facts *facts,
                     bool rows)
{
    struct err e = {0};
    struct arena a = {0};
    struct prices_facts found;
    struct prices *p = prices_open(path, &e);
    bool ok = p != NULL;
    for (int i = 0; ok && i < m->n; i++) {
        struct prices_query q = {m->series[i].ticker, m->series[i].field, m->begin + 90,
                                 m->begin + 150};
        struct prices_span span;
        ok = prices_read(p, &q, 1, &a, &span, &e);
        if (ok && rows)
            check_span(m, &m->series[i], &q, &span);
    }
    struct prices_query unknown = {"nobody", "PX_LAST", 0, 1};
    struct prices_span none;
    ok = ok && prices_read(p, &unknown, 1, &a, &none, &e) && prices_facts(p, &found, &e);
    if (ok)
        same_facts(&found, facts);
    else
        assert_says(&e, path);
    prices_close(p);
    arena_done(&a);
    return ok;
}

static void damaged_blocks_are_an_error(void **state)
{
    (void)state;
    static struct model m;
    char path[1200], broken[1300];
    struct rng r = rng_seeded(4);
    struct text whole = {0};
    struct err e;
    make_model(&m, 4);
    m.n = m.n > 5 ? 5 : m.n;
    snprintf(path, sizeof path, "%s/p.blocks", test_folder("prices"));
    snprintf(broken, sizeof broken, "%s.broken", path);
    struct prices_facts facts = write_model(&m, PRICES_BLOCKS, path, 1);
    assert_true(survives(path, &m, &facts, true));
    assert_ok(io_read_file(path, &whole, &e), &e);
    for (int i = 0; i < 200; i++) {
        size_t n = i < 130 ? (size_t)i : rng_below(&r, whole.n);
        put_file(broken, whole.p, n);
        assert_false(survives(broken, &m, &facts, true));
    }
    int found = 0;
    for (int i = 0; i < 600; i++) {
        size_t at = i < 300 ? (size_t)i : rng_below(&r, whole.n);
        char bit = (char)(1 << rng_below(&r, 8));
        whole.p[at] ^= bit;
        put_file(broken, whole.p, whole.n);
        found += !survives(broken, &m, &facts, true);
        whole.p[at] ^= bit;
    }
    assert_true(found > 500);               /* the rest: between the parts */
    char *form = strchr(whole.p, '\n') - 1; /* the number at the end of its first line */
    *form = '1';
    put_file(broken, whole.p, whole.n);
    assert_null(prices_open(broken, &e));
    assert_says(&e, "another version of cupel made it: make it anew");
    *form = '2';
    text_add(&whole, "x", 1);
    put_file(broken, whole.p, whole.n);
    assert_false(survives(broken, &m, &facts, true));
    text_done(&whole);
}

static void damaged_sqlite_never_passes(void **state)
{
    (void)state;
    static struct model m;
    char path[1200], broken[1300];
    struct rng r = rng_seeded(5);
    struct text whole = {0};
    struct err e;
    make_model(&m, 4);
    m.n = 2;
    snprintf(path, sizeof path, "%s/p", test_folder("prices"));
    snprintf(broken, sizeof broken, "%s.broken", path);
    struct prices_facts facts = write_model(&m, PRICES_SQLITE, path, 1);
    assert_true(survives(path, &m, &facts, true));
    assert_ok(io_read_file(path, &whole, &e), &e);
    for (int i = 0; i < 300; i++) {
        size_t at = rng_below(&r, whole.n), n = i % 3 ? whole.n : at;
        whole.p[at] ^= 4;
        put_file(broken, whole.p, n);
        bool ok = survives(broken, &m, &facts, false);
        assert_true(!ok || n == whole.n);
        whole.p[at] ^= 4;
    }
    text_done(&whole);
}

/* ---- import ----------------------------------------------------------------------------------- */

static void a_csv_is_imported(void **state)
{
    (void)state;
    static const char csv[] = "value,other,Ticker,date,field\r\n"
                              "-37.63,x,CL1 Comdty,2020-04-20,PX_LAST\r\n"
                              "10.01,x,CL1 Comdty,2020-04-21,PX_LAST\n\n"
                              "5e-324,,\"a,b\",1969-12-31,none\n"
                              "0.1,,CL1 Comdty,2020-04-20,PX\n"
                              "-37.630,x,CL1 Comdty,2020-04-20,PX_LAST\n";
    struct err e;
    struct prices_facts facts[PRICES_KIND_COUNT];
    struct arena a = {0};
    char path[1200], from[1300];
    snprintf(path, sizeof path, "%s/p", test_folder("prices"));
    snprintf(from, sizeof from, "%s.csv", path);
    put_file(from, csv, sizeof csv - 1);
    for (int kind = 0, kinds = kinds_here(); kind < kinds; kind++) {
        assert_ok(prices_import(from, (enum prices_kind)kind, path, NULL, &facts[kind], &e), &e);
        struct prices *p = opened(path);
        struct prices_query q[] = {
            {"CL1 Comdty", "PX_LAST", 18372, 18373},
            {"a,b",        "none",    -9,    9    }
        };
        struct prices_span spans[2];
        assert_ok(prices_read(p, q, 2, &a, spans, &e), &e);
        assert_int_equal(spans[0].n, 2);
        assert_true(spans[0].value[0] == -37.63 && spans[0].value[1] == 10.01);
        assert_int_equal(spans[1].n, 1);
        assert_true(spans[1].day[0] == -1 && spans[1].value[0] == 5e-324);
        prices_close(p);
        same_facts(&facts[kind], &facts[0]);
    }
    assert_int_equal(facts[0].rows, 4);
    assert_int_equal(facts[0].tickers, 2);
    arena_done(&a);
}

static void bad_rows_of_a_csv_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *csv, *says;
    } cases[] = {
        {"date,ticker,value\n",                                           "p.csv:1: column \"field\" is missing"},
        {"date,ticker,field,value\n2020-13-01,T,F,1\n",
         "p.csv:2: date: expected a day, YYYY-MM-DD"                                                            },
        {"date,ticker,field,value\n2020-12-01 12:00,T,F,1\n",
         "p.csv:2: date: expected a day, YYYY-MM-DD"                                                            },
        {"date,ticker,field,value\n2020-12-01,T,F,1\n2020-12-02,,F,1\n",
         "p.csv:3: ticker: expected a name of 1 to 255 bytes, found \"\""                                       },
        {"date,ticker,field,value\n2020-12-01,T,\xff,1\n",                "p.csv:2: field: expected a name"     },
        {"date,ticker,field,value\n2020-12-01,T,F,nan\n",
         "p.csv:2: value: expected a finite number, found \"nan\""                                              },
        {"date,ticker,field,value\n2020-12-01,T,F,1e999\n",
         "p.csv:2: value: expected a finite number, found \"1e999\""                                            },
        {"date,ticker,field,value\n2020-12-01,T,F,0x10\n",
         "p.csv:2: value: expected a finite number"                                                             },
        {"date,ticker,field,value\n2020-12-01,T,F, 1\n",
         "p.csv:2: value: expected a finite number"                                                             },
        {"date,ticker,field,value\n2020-12-01,T,F,\n",
         "p.csv:2: value: expected a finite number, found \"\""                                                 },
        {"date,ticker,field,value\n2020-12-01,T,F\n",                     "p.csv:2: 3 fields: expected 4"       },
        {"date,ticker,field,value\n",                                     "no prices to write"                  },
        {"date,ticker,field,value\n2020-12-01,T,F,1\n2020-12-01,T,F,2\n",
         "p: ticker \"T\", field \"F\", 2020-12-01: two values, 1.0 and 2.0"                                    },
    };
    char path[1200], from[1300];
    snprintf(path, sizeof path, "%s/p", test_folder("prices"));
    snprintf(from, sizeof from, "%s.csv", path);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err e;
        struct prices_facts facts;
        put_file(from, cases[i].csv, strlen(cases[i].csv));
        assert_false(prices_import(from, PRICES_BLOCKS, path, NULL, &facts, &e));
        assert_int_equal(e.code, ERR_INPUT);
        assert_says(&e, cases[i].says);
        assert_false(io_exists(path));
    }
}

/* ---- refusals --------------------------------------------------------------------------------- */

static void other_files_are_refused(void **state)
{
    (void)state;
    struct err e;
    char path[1200];
    snprintf(path, sizeof path, "%s/p", test_folder("prices"));
    assert_null(prices_open(path, &e));
    assert_says(&e, "No such file");
    put_file(path, "", 0);
    assert_null(prices_open(path, &e));
    assert_says(&e, "found an empty file");
    put_file(path, "date,ticker\n", 12);
    assert_null(prices_open(path, &e));
    assert_says(&e, "expected prices (an SQLite file, blocks or Parquet)");
    assert_null(prices_open(test_folder("prices"), &e));
    assert_null(prices_writer_open(PRICES_BLOCKS, "-", &e));
    assert_null(prices_writer_open(PRICES_BLOCKS, "/dev/null", &e));
    assert_says(&e, "/dev/null: expected a file, found a device");
    assert_null(prices_writer_open(PRICES_BLOCKS, test_path("prices"), &e));
    assert_says(&e, "found a folder");
}

static void a_row_must_fit(void **state)
{
    (void)state;
    struct err e;
    char path[1200], endless[400];
    memset(endless, 'x', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    snprintf(path, sizeof path, "%s/p", test_folder("prices"));
    struct prices_writer *w = prices_writer_open(PRICES_BLOCKS, path, &e);
    assert_false(prices_writer_add(w, "", "F", 1, 1, &e));
    assert_says(&e, "ticker: expected 1 to 255 bytes, found 0");
    assert_false(prices_writer_add(w, "T", endless, 1, 1, &e));
    assert_says(&e, "field: expected 1 to 255 bytes, found 399");
    assert_false(prices_writer_add(w, "T\xff", "F", 1, 1, &e));
    assert_says(&e, "ticker: expected UTF-8");
    assert_false(prices_writer_add(w, "T", "F", INT32_MAX, 1, &e));
    assert_says(&e, "day: expected one of the years 1677 to 2261");
    assert_false(prices_writer_add(w, "T", "F", 1, INFINITY, &e));
    assert_says(&e, "value: expected a finite number");
    struct prices_facts facts;
    assert_false(prices_writer_commit(w, &facts, &e));
    assert_says(&e, "no prices to write");
    assert_false(io_exists(path));
}

static void two_values_for_a_day_are_an_error(void **state)
{
    (void)state;
    struct err e;
    struct prices_facts facts;
    char path[1200];
    snprintf(path, sizeof path, "%s/p", test_folder("prices"));
    struct prices_writer *w = prices_writer_open(PRICES_BLOCKS, path, &e);
    assert_ok(prices_writer_add(w, "T", "F", 18372, -37.63, &e), &e);
    assert_ok(prices_writer_add(w, "T", "F", 18371, 0.0, &e), &e);
    assert_ok(prices_writer_add(w, "T", "F", 18372, -37.63, &e), &e);
    assert_ok(prices_writer_add(w, "T", "F", 18371, -0.0, &e), &e);
    assert_ok(prices_writer_commit(w, &facts, &e), &e);
    assert_int_equal(facts.rows, 2);
    w = prices_writer_open(PRICES_BLOCKS, path, &e);
    assert_ok(prices_writer_add(w, "T", "F", 18372, 1.5, &e), &e);
    assert_ok(prices_writer_add(w, "T", "G", 18372, 1.5, &e), &e);
    assert_ok(prices_writer_add(w, "T", "F", 18372, 1.25, &e), &e);
    assert_false(prices_writer_commit(w, &facts, &e));
    assert_says(&e, "ticker \"T\", field \"F\", 2020-04-20: two values, 1.25 and 1.5");
    struct prices *p = opened(path); /* what stood there still does */
    assert_ok(prices_facts(p, &facts, &e), &e);
    assert_int_equal(facts.rows, 2);
    prices_close(p);
}

static void nothing_stands_before_the_commit(void **state)
{
    (void)state;
    static struct model m;
    struct err e;
    struct prices_facts facts;
    char path[1200];
    volatile sig_atomic_t stop = 0;
    make_model(&m, 3);
    for (int kind = 0, kinds = kinds_here(); kind < kinds; kind++) {
        snprintf(path, sizeof path, "%s/p", test_folder("prices"));
        struct prices_writer *w = filled(&m, (enum prices_kind)kind, path, 1);
        assert_true(io_is_empty_dir(test_path("prices")));
        prices_writer_abandon(w);
        assert_true(io_is_empty_dir(test_path("prices")));
        w = filled(&m, (enum prices_kind)kind, path, 1);
        prices_writer_stop_by(w, &stop);
        stop = 1;
        assert_false(prices_writer_commit(w, &facts, &e));
        assert_int_equal(e.code, ERR_INTERRUPTED);
        assert_true(io_is_empty_dir(test_path("prices")));
        stop = 0;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(blocks_are_the_model),
        TEST(sqlite_is_the_model),
        TEST(parquet_is_the_model),
        TEST(every_kind_says_the_same),
        TEST(damaged_blocks_are_an_error),
        TEST(damaged_sqlite_never_passes),
        TEST(a_csv_is_imported),
        TEST(bad_rows_of_a_csv_are_named),
        TEST(other_files_are_refused),
        TEST(a_row_must_fit),
        TEST(two_values_for_a_day_are_an_error),
        TEST(nothing_stands_before_the_commit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
