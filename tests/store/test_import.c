#include "kernels/store/import.h"

#include "harness/base/io.h"
#include "harness/base/rng.h"
#include "tests/test.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define HEAD "date,symbol,open,high,low,close,volume\n"
#define GOOD "2020-01-02,AA,1,2,0.5,1.5,10\n"

static struct arena arena;

static const char *path_of(const char *name)
{
    return arena_format(&arena, "%s/%s", test_path("import"), name);
}

static const char *written(const char *bytes, size_t n)
{
    struct err e;
    const char *path = path_of("in.csv");
    assert_ok(io_write_file(path, bytes, n, &e), &e);
    return path;
}

/* Imports into a fresh folder; info->content is the hash. */
static bool import(const char *path, bool skip, struct import_report *report,
                   struct bundle_info *info, struct err *e)
{
    const char *dir = path_of("out");
    struct bundle_target target = {.dir = dir, .source = "test", .replace = io_exists(dir)};
    struct bundle_writer *w = bundle_writer_open(&target, e);
    assert_ok(w, e);
    if (!import_csv(path, w, skip, report, &arena, e)) {
        bundle_writer_abandon(w);
        return false;
    }
    return bundle_writer_commit(w, info, &arena, e);
}

static void refused(const char *text, size_t n, const char *words)
{
    struct err e = {0};
    struct import_report report;
    struct bundle_info info;
    if (import(written(text, n), false, &report, &info, &e))
        fail_msg("taken, expected \"%s\": %s", words, text);
    assert_says(&e, words);
}

static void taken(const char *text, char content[SHA256_HEX])
{
    struct err e = {0};
    struct import_report report;
    struct bundle_info info;
    assert_ok(import(written(text, strlen(text)), false, &report, &info, &e), &e);
    memcpy(content, info.content, SHA256_HEX);
}

static void check_real(const char *name, long rows, long assets, bool intraday)
{
    struct err e;
    struct import_report report;
    struct bundle_info info;
    assert_ok(import(test_data_file(name), false, &report, &info, &e), &e);
    assert_int_equal(report.rows, rows);
    assert_int_equal(info.rows, rows);
    assert_int_equal(info.assets, assets);
    assert_int_equal(info.intraday, intraday);
    assert_int_equal(report.rounded_prices, 0);
    assert_int_equal(report.outside.count, 0);
    assert_ok(bundle_verify(path_of("out"), &e), &e);
}

static void the_daily_file_imports_whole(void **state)
{
    (void)state;
    check_real("mag7_daily.csv", 42801, 8, false);
}

static void the_large_gzip_file_imports_whole(void **state)
{
    (void)state;
    check_real("sp500_daily.csv.gz", 684000, 500, false);
}

static void the_hourly_file_is_intraday(void **state)
{
    (void)state;
    check_real("intraday.csv", 43790, 1, true);
}

/* Every real price, read by the C library, is the tick that was stored. */
static void stored_ticks_are_the_prices_of_the_file(void **state)
{
    (void)state;
    struct err e;
    struct import_report report;
    struct bundle_info info;
    struct text all = {0};
    const char *path = test_data_file("mag7_daily.csv");
    assert_ok(import(path, false, &report, &info, &e), &e);
    assert_ok(io_read_file(path, &all, &e), &e);
    struct bundle *b = bundle_open(path_of("out"), &e);
    assert_ok(b, &e);
    long n;
    const struct bar_row *row = bundle_rows(b, &n);
    struct str rest = {all.p, all.n};
    str_cut(&rest, '\n');
    for (long i = 0; i < n; i++, row++) {
        double open, high, low, close, volume;
        struct str line = str_cut(&rest, '\n');
        assert_int_equal(sscanf(line.p, "%*10[^,],%*[^,],%lf,%lf,%lf,%lf,%lf", &open, &high, &low,
                                &close, &volume),
                         5);
        assert_true((double)row->open / 1e6 == open && (double)row->high / 1e6 == high);
        assert_true((double)row->low / 1e6 == low && (double)row->close / 1e6 == close);
        assert_true(row->volume == volume);
    }
    bundle_close(b);
    text_done(&all);
}

static void headers_are_checked(void **state)
{
    (void)state;
    static const struct {
        const char *text, *words;
    } rows[] = {
        {"",                                                       ":1: the file is empty"       },
        {HEAD,                                                     ":1: no rows after the header"},
        {HEAD "\n\r\n\n",                                          ":1: no rows after the header"},
        {"date,symbol,open,high,low,volume\n" GOOD,                ":1: column \"close\""        },
        {"symbol,open,high,low,close,volume\n" GOOD,               "\"date\" (or \"datetime\")"  },
        {"date,symbol,open,high,low,close,OPEN,volume\n" GOOD,     "\"OPEN\" stands twice"       },
        {"date,datetime,symbol,open,high,low,close,volume\n" GOOD, "\"datetime\" stands twice"   },
        {"da\"te,symbol\n",                                        ":1: a quote"                 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        refused(rows[i].text, strlen(rows[i].text), rows[i].words);
}

static void bad_rows_are_refused_with_line_and_reason(void **state)
{
    (void)state;
    static const struct {
        const char *row, *words;
    } rows[] = {
        {"2020-01-03,AA,x,2,0.5,1.5,10",                                                            ":3: open \"x\": not a number"                        },
        {"2020-01-03,AA,1,2,0.5,1.5,NaN",                                                           ":3: volume \"NaN\": not a finite"                    },
        {"2020-01-03,AA,1,inf,0.5,1.5,1",                                                           ":3: high \"inf\": not a finite"                      },
        {"2020-01-03,AA,1,2,0.5kg,1.5,1",                                                           ":3: low \"0.5kg\": text after"                       },
        {"2020-01-03,AA,1,2,0.5,,1",                                                                ":3: close \"\": empty"                               },
        {"2020-01-03,AA,1,2,0.5,1.5",                                                               ":3: short row: 6 fields, expected 7"                 },
        {"2020-01-03,AA,1,2,0.5,1.5,1,1",                                                           ":3: too many fields: 8 fields"                       },
        {"2020-01-03,AA,0,2,0.5,1.5,1",                                                             ":3: open \"0\": a price must be above"               },
        {"2020-01-03,AA,-1,2,0.5,1.5,1",                                                            ":3: open \"-1\": a price must be above"              },
        {"2020-01-03,AA,1,2e10,0.5,1.5,1",                                                          ":3: high \"2e10\": too large"                        },
        {"2020-01-03,AA,1,2,0.0000001,1.5,1",                                                       ":3: low \"0.0000001\": rounding"                     },
        {"2020-01-03,AA,1,2,0.5,1.5,-1",                                                            ":3: volume \"-1\": a volume must not"                },
        {"2023-02-30,AA,1,2,0.5,1.5,1",                                                             ":3: date \"2023-02-30\""                             },
        {"1600-01-01,AA,1,2,0.5,1.5,1",                                                             ":3: date \"1600-01-01\""                             },
        {"2020-01-03,AA,1,0.5,2,1.5,1",                                                             ":3: high \"0.5\": the high is below"                 },
        {"2020-01-02,AA,1,2,0.5,1.5,1",                                                             ":3: date 2020-01-02 of AA stands twice"              },
        {"2020-01-01,AA,1,2,0.5,1.5,1",                                                             ":3: date 2020-01-01 of AA comes after"               },
        {"2020-01-03,,1,2,0.5,1.5,1",                                                               ":3: symbol \"\" is empty"                            },
        {"2020-01-03,all,1,2,0.5,1.5,1",                                                            ":3: symbol \"all\" is a word of --symbols"           },
        {"2020-01-03,longest:3,1,2,0.5,1.5,1",                                                      "starts with longest:, a word of --symbols"           },
        {"2020-01-03,AA,1,2,0.5,1.5,1e999",                                                         ":3: volume \"1e999\": too large to be held (a volume"},
        {"2020-01-03,A\tA,1,2,0.5,1.5,1",                                                           "control character"                                   },
        {"2020-01-03,A\xc2\x85,1,2,0.5,1.5,1",                                                      "control character"                                   },
        {"2020-01-03,A/A,1,2,0.5,1.5,1",                                                            "slash"                                               },
        {"2020-01-03,A\\A,1,2,0.5,1.5,1",                                                           "backslash"                                           },
        {"2020-01-03,.A,1,2,0.5,1.5,1",                                                             "starts with a dot"                                   },
        {"2020-01-03,\"A,B\",1,2,0.5,1.5,1",                                                        "comma"                                               },
        {"2020-01-03,\"A\"\"B\",1,2,0.5,1.5,1",                                                     "double quote"                                        },
        {"2020-01-03, A,1,2,0.5,1.5,1",                                                             "blank"                                               },
        {"2020-01-03,A ,1,2,0.5,1.5,1",                                                             "blank"                                               },
        {"2020-01-03,A\xff,1,2,0.5,1.5,1",                                                          "UTF-8"                                               },
        {"2020-01-03,A\"B,1,2,0.5,1.5,1",                                                           ":3: bad quoting"                                     },
        {"2020-01-03,\"AB,1,2,0.5,1.5,1",                                                           ":3: bad quoting"                                     },
        {"2020-01-03,\"AB\"x,1,2,0.5,1.5,1",                                                        ":3: bad quoting"                                     },
        {"\n2020-01-03,AA,1,2,0.5,1.5,1",                                                           ":3: a blank line"                                    },
        {"2020-01-03,"
         "0123456789012345678901234567890123456789012345678901234567890123,1,2,0.5,1.5,1", "longer than 63"                                      },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *text = arena_format(&arena, HEAD GOOD "%s\n", rows[i].row);
        refused(text, strlen(text), rows[i].words);
    }
}

static void a_nul_byte_is_a_bad_field(void **state)
{
    (void)state;
    static const char text[] = HEAD "2020-01-02,AA,1\0,2,0.5,1.5,10\n";
    refused(text, sizeof text - 1, ":2: open \"1?\": text after");
    static const char symbol[] = HEAD "2020-01-02,A\0A,1,2,0.5,1.5,10\n";
    refused(symbol, sizeof symbol - 1, "control character");
}

static void a_line_may_not_be_endless(void **state)
{
    (void)state;
    enum { LONG = 3 << 20 };
    char *text = arena_alloc(&arena, LONG);
    memset(text, 'x', LONG);
    memcpy(text, HEAD, sizeof HEAD - 1);
    refused(text, LONG, ":2: a line longer");
}

/* A line of `long_n` bytes, good but for its length, between good ones. */
static const char *with_long_line(size_t long_n, size_t *n)
{
    static const char field[] = "2020-01-03,AA,1,2,0.5,1.5,1";
    struct text text = {0};
    text_puts(&text, HEAD GOOD);
    text_puts(&text, field);
    for (size_t i = sizeof field - 1; i < long_n; i++)
        text_add(&text, i == sizeof field - 1 ? "." : "0", 1);
    text_puts(&text, "\n2020-01-04,AA,1,2,1,1,1\nshort\n2020-01-05,AA,1,2,1,1,1\n");
    const char *path = written(text.p, text.n);
    *n = text.n;
    text_done(&text);
    return path;
}

static void a_long_line_is_skipped_like_another(void **state)
{
    (void)state;
    enum { MIB = 1 << 20 };
    static const struct {
        size_t bytes;
        int rows;
    } lines[] = {
        {MIB - 70,     4},
        {MIB,          4},
        {MIB + 1,      3},
        {MIB + 100,    3},
        {2 * MIB - 60, 3},
        {2 * MIB,      3},
        {7 * MIB + 9,  3},
    };
    struct err e;
    struct import_report r;
    struct bundle_info info;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        size_t n;
        const char *path = with_long_line(lines[i].bytes, &n);
        assert_ok(import(path, true, &r, &info, &e), &e);
        assert_int_equal(r.rows, lines[i].rows);
        assert_int_equal(r.skipped, 5 - lines[i].rows);
        assert_int_equal(r.bytes, n);
        assert_int_equal(r.faults[CSV_FAULT_SHORT].first_line, 5);
        if (lines[i].rows == 3)
            assert_int_equal(r.faults[CSV_FAULT_ENDLESS].first_line, 3);
    }
}

static void folders_and_missing_files_are_named(void **state)
{
    (void)state;
    struct err e;
    struct import_report report;
    struct bundle_info info;
    assert_false(import("/tmp", false, &report, &info, &e));
    assert_says(&e, "/tmp: expected a file, found a folder");
    assert_false(import("/tmp/no such file.csv", false, &report, &info, &e));
    assert_says(&e, "no such file.csv: No such file");
}

static void equal_bars_have_one_hash_in_any_form(void **state)
{
    (void)state;
    static const char *const forms[] = {
        HEAD GOOD "2020-01-02,BB,3,4,2,3,7\n2020-01-03,AA,1.5,2,1,2,8\n2020-01-03,BB,3,3,3,3,0\n",
        HEAD GOOD "2020-01-03,AA,1.5,2,1,2,8\n2020-01-02,BB,3,4,2,3,7\n2020-01-03,BB,3,3,3,3,0\n",
        HEAD "2020-01-02,BB,3,4,2,3,7\n" GOOD "2020-01-03,BB,3,3,3,3,0\n2020-01-03,AA,1.5,2,1,2,8",
        "\xef\xbb\xbfVolume,CLOSE,low,High,note,Open,symbol,DateTime\r\n"
        "7,3e0,2,4,x,3,\"BB\",2020-01-02\r\n0,3,\"3\",3,\"y,\"\"z\",3,BB,2020-01-03 00:00\r\n"
        "1e1,1.5,.5,2.000000,,1,AA,2020-01-02T00:00:00Z\r\n8,2,1,2,,1.50,AA,2020-01-03\r\n\r\n\r\n",
    };
    char first[SHA256_HEX], other[SHA256_HEX];
    taken(forms[0], first);
    for (size_t i = 1; i < sizeof forms / sizeof *forms; i++) {
        taken(forms[i], other);
        assert_string_equal(first, other);
    }
}

struct line {
    struct str text;
    long order;
};

static int by_symbol_then_order(const void *a, const void *b)
{
    const struct line *x = a, *y = b;
    int c = memcmp(x->text.p + 11, y->text.p + 11, 4);
    return c ? c : x->order < y->order ? -1 : 1;
}

static void hash_of_lines(const struct line *lines, long n, char content[SHA256_HEX])
{
    struct text text = {0};
    text_puts(&text, HEAD);
    for (long i = 0; i < n; i++)
        text_printf(&text, "%.*s\n", (int)lines[i].text.n, lines[i].text.p);
    taken(text.p, content);
    text_done(&text);
}

static void real_bars_have_one_hash_in_any_order(void **state)
{
    (void)state;
    static struct line lines[50000];
    struct err e;
    struct text all = {0};
    long n = 0;
    assert_ok(io_read_file(test_data_file("mag7_daily.csv"), &all, &e), &e);
    struct str rest = {all.p, all.n - 1};
    for (str_cut(&rest, '\n'); rest.p; n++)
        lines[n] = (struct line){str_cut(&rest, '\n'), n};
    char canonical[SHA256_HEX], by_symbol[SHA256_HEX], mixed[SHA256_HEX];
    hash_of_lines(lines, n, canonical);
    qsort(lines, (size_t)n, sizeof *lines, by_symbol_then_order);
    hash_of_lines(lines, n, by_symbol);
    struct rng r = rng_seeded(3);
    for (long i = 0; i < 20 * n; i++) { /* neighbours of different symbols trade places */
        long k = (long)rng_below(&r, (uint64_t)n - 1);
        if (memcmp(lines[k].text.p + 11, lines[k + 1].text.p + 11, 4) != 0) {
            struct line swapped = lines[k];
            lines[k] = lines[k + 1];
            lines[k + 1] = swapped;
        }
    }
    hash_of_lines(lines, n, mixed);
    assert_string_equal(canonical, by_symbol);
    assert_string_equal(canonical, mixed);
    text_done(&all);
}

static void skipping_counts_by_reason(void **state)
{
    (void)state;
    static const char text[] =
        HEAD "2020-01-01,ZZ,x,2,1,1,1\n" GOOD GOOD "short\n2020-01-03,AA,1,2,1,1,1\n\n"
             "2020-01-03,A/,1,2,1,1,1\nshort\n";
    struct err e;
    struct import_report r;
    struct bundle_info info;
    assert_ok(import(written(text, sizeof text - 1), true, &r, &info, &e), &e);
    assert_int_equal(r.rows, 2);
    assert_int_equal(r.skipped, 6);
    assert_int_equal(info.assets, 1);
    assert_true(r.faults[CSV_FAULT_NUMBER].count == 1 &&
                r.faults[CSV_FAULT_NUMBER].first_line == 2);
    assert_int_equal(r.faults[CSV_FAULT_DUPLICATE].first_line, 4);
    assert_true(r.faults[CSV_FAULT_SHORT].count == 2 && r.faults[CSV_FAULT_SHORT].first_line == 5);
    assert_int_equal(r.faults[CSV_FAULT_BLANK].first_line, 7);
    assert_int_equal(r.faults[CSV_FAULT_SYMBOL].first_line, 8);
    static const char none[] = HEAD "short\nshort\n";
    assert_false(import(written(none, sizeof none - 1), true, &r, &info, &e));
    assert_says(&e, "none of the 2 rows");
}

static void rounding_and_outside_prices_are_counted(void **state)
{
    (void)state;
    static const char text[] = HEAD "2020-01-01,AA,1.00000049,2.0000005,1,1,1\n"
                                    "2020-01-02,AA,3,2,1,1,1\n";
    struct err e;
    struct import_report r;
    struct bundle_info info;
    assert_ok(import(written(text, sizeof text - 1), false, &r, &info, &e), &e);
    assert_int_equal(r.rounded_prices, 2);
    assert_true(r.outside.count == 1 && r.outside.first_line == 3);
    assert_int_equal(info.largest_tick, 3000000);
}

/* The packed form of text by zlib, as one gzip member. */
static size_t pack(const char *text, unsigned char *into, size_t size)
{
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (unsigned char *)(uintptr_t)text;
    z.avail_in = (unsigned)strlen(text);
    z.next_out = into;
    z.avail_out = (unsigned)size;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return size - z.avail_out;
}

static void gzip_is_read_by_members_and_its_damage_told(void **state)
{
    (void)state;
    unsigned char packed[1000];
    char plain[SHA256_HEX];
    struct err e;
    struct import_report r;
    struct bundle_info info;
    taken(HEAD GOOD "2020-01-03,AA,1,2,1,1,1\n", plain);
    size_t first = pack(HEAD GOOD, packed, sizeof packed);
    size_t n = first + pack("2020-01-03,AA,1,2,1,1,1\n", packed + first, sizeof packed - first);
    assert_ok(import(written((char *)packed, n), false, &r, &info, &e), &e);
    assert_string_equal(info.content, plain);
    for (size_t cut = 2; cut < n; cut++)
        if (cut != first)
            refused((char *)packed, cut, "truncated");
    packed[n - 6] ^= 1;
    refused((char *)packed, n, "damaged");
    packed[n - 6] ^= 1;
    packed[n] = 'x';
    refused((char *)packed, n + 1, "gzip file is");
    static unsigned char padded[600000];
    memcpy(padded, packed, n);
    for (size_t zeros = 1; zeros < sizeof padded - n; zeros *= 7) {
        memset(padded + n, 0, zeros + 1);
        assert_ok(import(written((char *)padded, n + zeros), false, &r, &info, &e), &e);
        assert_string_equal(info.content, plain);
        padded[n + zeros] = 0x1f;
        refused((char *)padded, n + zeros + 1, "gzip file is damaged");
    }
}

/* Any bytes: an answer, never a crash (the sanitiser builds look closer). */
static void random_damage_is_survived(void **state)
{
    (void)state;
    static const char letters[] = "\n\r,\"\"0123456789.-eE+ABZ\0\xff\t/";
    struct rng r = rng_seeded(11);
    struct err e;
    struct csv_bar bar;
    enum csv_fault fault;
    enum csv_got got;
    char text[sizeof HEAD + 3 * sizeof GOOD];
    for (int i = 0; i < 3000; i++) {
        int n = snprintf(text, sizeof text, "%s%s%s", HEAD, GOOD, GOOD);
        for (uint64_t k = rng_below(&r, 6); k-- > 0;)
            text[rng_below(&r, (uint64_t)n)] = letters[rng_below(&r, sizeof letters - 1)];
        int fd = io_open(path_of("fuzz.csv"), O_WRONLY | O_CREAT | O_TRUNC, &e);
        assert_ok(fd >= 0 && io_write(fd, text, (size_t)n - rng_below(&r, 9), &e), &e);
        io_close(fd);
        struct csv *c = csv_open(path_of("fuzz.csv"), &e);
        int rows = 0;
        while (c && ((got = csv_next(c, &bar, &fault, &e)) == CSV_ROW || got == CSV_BAD))
            rows++;
        assert_true(rows <= 10);
        csv_close(c);
    }
}

static int make_folder(void **state)
{
    (void)state;
    test_folder("import");
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_daily_file_imports_whole),
        TEST(the_large_gzip_file_imports_whole),
        TEST(the_hourly_file_is_intraday),
        TEST(stored_ticks_are_the_prices_of_the_file),
        TEST(headers_are_checked),
        TEST(bad_rows_are_refused_with_line_and_reason),
        TEST(a_nul_byte_is_a_bad_field),
        TEST(a_line_may_not_be_endless),
        TEST(a_long_line_is_skipped_like_another),
        TEST(folders_and_missing_files_are_named),
        TEST(equal_bars_have_one_hash_in_any_form),
        TEST(real_bars_have_one_hash_in_any_order),
        TEST(skipping_counts_by_reason),
        TEST(rounding_and_outside_prices_are_counted),
        TEST(gzip_is_read_by_members_and_its_damage_told),
        TEST(random_damage_is_survived),
    };
    int failed = cmocka_run_group_tests_name("import", tests, make_folder, NULL);
    arena_done(&arena);
    return failed;
}
