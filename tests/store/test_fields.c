#define _GNU_SOURCE
#include "kernels/store/fields.h"

#include "harness/base/io.h"
#include "harness/base/mem.h"
#include "tests/test.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

static const char *const columns[] = {"ticker", "expiry"};

/* Stands before the C library's: a file of which only so much is known has grown since. */
static off_t most_bytes_told;

int fstat(int fd, struct stat *st)
{
    int rc = fstatat(fd, "", st, AT_EMPTY_PATH);
    if (most_bytes_told && st->st_size > most_bytes_told)
        st->st_size = most_bytes_told;
    return rc;
}

/* All rows as "ticker=expiry;", then " END" or the error. */
static void read_all(struct fields *f, struct err *e, struct text *out)
{
    struct str row[2];
    enum fields_got got = FIELDS_FAILED;
    while (f && (got = fields_next(f, row, e)) == FIELDS_ROW) {
        text_add(out, row[0].p, row[0].n);
        text_puts(out, "=");
        text_add(out, row[1].p, row[1].n);
        text_puts(out, ";");
    }
    text_printf(out, " %s", got == FIELDS_END ? "END" : e->text);
}

/* From memory and from a file alike. */
static void gives(const char *csv, size_t n, const char *expected)
{
    struct err e = {0};
    struct text rows = {0};
    struct fields *f = fields_parse((struct str){csv, n}, "F", columns, 2, &e);
    read_all(f, &e, &rows);
    assert_string_equal(rows.p, expected);
    fields_close(f);
    text_clear(&rows);
    char path[1024];
    snprintf(path, sizeof path, "%s/some.csv", test_folder("fields"));
    assert_ok(io_write_file(path, csv, n, &e), &e);
    f = fields_open(path, columns, 2, &e);
    read_all(f, &e, &rows);
    const char *name = strstr(rows.p, path);
    if (name) {
        assert_memory_equal(rows.p, expected, (size_t)(name - rows.p));
        assert_string_equal(name + strlen(path), expected + (name - rows.p) + 1);
    } else {
        assert_string_equal(rows.p, expected);
    }
    fields_close(f);
    text_done(&rows);
}

static void columns_are_found_by_their_names(void **state)
{
    (void)state;
    static const struct {
        const char *csv, *expected;
    } rows[] = {
        {"ticker,expiry\nLA Comdty,2024-06-14\n",          "LA Comdty=2024-06-14; END"},
        {"expiry,x,ticker\n2024-06-14,y,LA\n",             "LA=2024-06-14; END"       },
        {"Ticker,EXPIRY\r\nLA,1\r\n\r\nCL,2",              "LA=1;CL=2; END"           },
        {"\xef\xbb\xbfticker,expiry\n\n\nLA,1\n\n",        "LA=1; END"                },
        {"ticker,expiry\n,\n",                             "=; END"                   },
        {"ticker,expiry",                                  " END"                     },
        {"ticker,expiry\n\"L,A\",\"a \"\"b\"\"\"\nB,\"\"", "L,A=a \"b\";B=; END"      },
        {"\"ticker\",\"expiry\"\n\"\",1\n",                "=1; END"                  },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        gives(rows[i].csv, strlen(rows[i].csv), rows[i].expected);
}

static void what_does_not_fit_is_refused_by_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *csv, *expected;
    } rows[] = {
        {"",                                " F:1: the file is empty: expected a line with the names of columns"},
        {"ticker,exp\n",                    " F:1: column \"expiry\" is missing"                                },
        {"ticker,expiry,ticker\n",          " F:1: column \"ticker\" stands twice"                              },
        {"ticker,expiry\nA,1\nB\n",         "A=1; F:3: 1 field: expected 2"                                     },
        {"ticker,expiry\nA,1\nB,2,3\nC,3",  "A=1; F:3: 3 fields: expected 2"                                    },
        {"ticker,expiry\nA\"B,1\n",
         " F:2: bad quoting: expected \"...\" around a whole field, on one line, a quote inside it "
         "doubled"                                                                                              },
        {"ticker,expiry\n\n\"A,1\n2\",3\n",
         " F:3: bad quoting: expected \"...\" around a whole field, on one line, a quote inside it "
         "doubled"                                                                                              },
        {"ticker,expiry\n\"A\"b,1\n",
         " F:2: bad quoting: expected \"...\" around a whole field, on one line, a quote inside it "
         "doubled"                                                                                              },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        gives(rows[i].csv, strlen(rows[i].csv), rows[i].expected);
    static const char zero[] = "ticker,expiry\nA\0B,1\n";
    gives(zero, sizeof zero - 1, " F:2: a zero byte: expected text");
}

static void a_file_that_is_not_there_is_named(void **state)
{
    (void)state;
    struct err e;
    assert_null(fields_open("/no/such.csv", columns, 2, &e));
    assert_says(&e, "/no/such.csv");
    fields_close(NULL);
}

static void errors_of_values_name_file_line_and_column(void **state)
{
    (void)state;
    struct err e;
    struct str row[2];
    struct fields *f = fields_parse(str_of("x,expiry,ticker\n\n1,2,3\n"), "F.csv", columns, 2, &e);
    assert_ok(f, &e);
    assert_int_equal(fields_next(f, row, &e), FIELDS_ROW);
    assert_false(fields_error(f, 1, &e, "expected a day, found \"%.*s\"", (int)row[1].n, row[1].p));
    assert_string_equal(e.text, "F.csv:3: expiry: expected a day, found \"2\"");
    assert_int_equal(e.code, ERR_INPUT);
    fields_close(f);
}

/* Many times the buffer, packed, so that lines stand across every refill. */
static void a_large_packed_file_comes_whole(void **state)
{
    (void)state;
    char path[1024];
    enum { ROWS = 200000 };
    snprintf(path, sizeof path, "%s/large.csv.gz", test_folder("fields-large"));
    gzFile z = gzopen(path, "wb1");
    gzputs(z, "ticker,expiry\n");
    for (int i = 0; i < ROWS; i++)
        gzprintf(z, i % 7 ? "%d some ticker,%d\n" : "\"%d some ticker\",%d\r\n", i, i * 3);
    assert_int_equal(gzclose(z), Z_OK);
    struct err e;
    struct str row[2];
    char expected[2][32];
    struct fields *f = fields_open(path, columns, 2, &e);
    assert_ok(f, &e);
    for (int i = 0; i < ROWS; i++) {
        assert_int_equal(fields_next(f, row, &e), FIELDS_ROW);
        snprintf(expected[0], 32, "%d some ticker", i);
        snprintf(expected[1], 32, "%d", i * 3);
        for (int k = 0; k < 2; k++)
            if (!str_is(row[k], expected[k]))
                fail_msg("row %d: \"%.*s\"", i, (int)row[k].n, row[k].p);
    }
    assert_int_equal(fields_next(f, row, &e), FIELDS_END);
    assert_int_equal(fields_next(f, row, &e), FIELDS_END);
    fields_close(f);
}

/* The longest line is taken, one byte more is not, and no memory is needed for a line without end. */
static void a_line_over_a_mebibyte_is_refused(void **state)
{
    (void)state;
    static const char header[] = "ticker,expiry\n";
    static const size_t lengths[] = {0xfffff, 0x100000, 0x100001, 0x1fffff, 0x200001, 0x500000};
    enum { LENGTHS = sizeof lengths / sizeof *lengths };
    for (size_t i = 0; i < 2 * (size_t)LENGTHS; i++) {
        struct text csv = {0};
        size_t length = lengths[i % LENGTHS];
        most_bytes_told = i < LENGTHS ? 0 : 100; /* then as a file that has grown */
        text_puts(&csv, header);
        text_reserve(&csv, length + 1);
        memset(csv.p + csv.n, 'A', length);
        csv.n += length;
        csv.p[csv.n - 2] = ',';
        text_puts(&csv, "\nB,2\n");
        char path[1024];
        struct err e;
        struct str row[2];
        snprintf(path, sizeof path, "%s/long.csv", test_folder("fields-long"));
        assert_ok(io_write_file(path, csv.p, csv.n, &e), &e);
        struct fields *f = fields_open(path, columns, 2, &e);
        assert_ok(f, &e);
        bool fits = length <= 1 << 20;
        assert_int_equal(fields_next(f, row, &e), fits ? FIELDS_ROW : FIELDS_FAILED);
        if (fits) {
            assert_int_equal(row[0].n, length - 2);
            assert_int_equal(fields_next(f, row, &e), FIELDS_ROW);
            assert_true(str_is(row[0], "B"));
        } else {
            assert_says(&e, "long.csv:2: a line longer than 1 MiB");
        }
        fields_close(f);
        text_done(&csv);
    }
    most_bytes_told = 0;
}

/* ---- room ---------------------------------------------------------------------------------- */

static void a_short_file_takes_little_room(void **state)
{
    (void)state;
    char path[1024];
    struct err e;
    struct str row[2];
    static const char csv[] = "ticker,expiry\nLA,1\n";
    snprintf(path, sizeof path, "%s/short.csv", test_folder("fields-short"));
    assert_ok(io_write_file(path, csv, sizeof csv - 1, &e), &e);
    uint64_t before = mem_counts(MEM_BASE).held_bytes;
    struct fields *f = fields_open(path, columns, 2, &e);
    assert_ok(f, &e);
    uint64_t held = mem_counts(MEM_BASE).held_bytes - before;
    if (held > 128 * 1024)
        fail_msg("%llu bytes for a file of %zu", (unsigned long long)held, sizeof csv - 1);
    assert_int_equal(fields_next(f, row, &e), FIELDS_ROW);
    assert_int_equal(fields_next(f, row, &e), FIELDS_END);
    fields_close(f);
    assert_int_equal(mem_counts(MEM_BASE).held_bytes, before);
}

/* Known to be of any length from 1 on, up to its own: all of it comes. */
static void a_file_that_grows_comes_whole(void **state)
{
    (void)state;
    static const char csv[] = "ticker,expiry\nLA,1\n\"C,L\",22\n\nNG Comdty,2024-06-14\r\nX,last";
    static const char expected[] = "LA=1;C,L=22;NG Comdty=2024-06-14;X=last; END";
    char path[1024];
    struct err e;
    struct text rows = {0};
    snprintf(path, sizeof path, "%s/grown.csv", test_folder("fields-grown"));
    assert_ok(io_write_file(path, csv, sizeof csv - 1, &e), &e);
    for (off_t known = 1; known <= (off_t)sizeof csv; known++) {
        most_bytes_told = known;
        struct fields *f = fields_open(path, columns, 2, &e);
        assert_ok(f, &e);
        text_clear(&rows);
        read_all(f, &e, &rows);
        assert_string_equal(rows.p, expected);
        fields_close(f);
    }
    most_bytes_told = 0;
    text_done(&rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(columns_are_found_by_their_names),  TEST(what_does_not_fit_is_refused_by_its_line),
        TEST(a_file_that_is_not_there_is_named), TEST(errors_of_values_name_file_line_and_column),
        TEST(a_large_packed_file_comes_whole),   TEST(a_line_over_a_mebibyte_is_refused),
        TEST(a_short_file_takes_little_room),    TEST(a_file_that_grows_comes_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
