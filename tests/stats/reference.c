#include "tests/stats/reference.h"

#include "harness/base/io.h"
#include "harness/stats/interval.h"
#include "tests/test.h"

#include <math.h>
#include <string.h>

const char *const reference_pair_sets[REFERENCE_PAIR_SETS] = {"n6",  "n10", "n15",  "n20",
                                                              "n40", "n60", "n120", "n200"};

static struct reference rows[4000];
static int row_count;

static void take_text(struct str field, char *into, size_t room)
{
    assert_true(field.n < room);
    memcpy(into, field.p, field.n);
    into[field.n] = 0;
}

static void take_row(struct str line)
{
    assert_true(row_count < (int)(sizeof rows / sizeof *rows));
    struct reference *row = &rows[row_count++];
    take_text(str_cut(&line, ','), row->what, sizeof row->what);
    take_text(str_cut(&line, ','), row->set, sizeof row->set);
    assert_true(str_to_double(str_cut(&line, ','), &row->arg));
    assert_true(str_to_double(str_cut(&line, ','), &row->value));
}

static void load_once(void)
{
    if (row_count)
        return;
    struct text file = {0};
    struct err e;
    assert_ok(io_read_file("tests/stats/reference.csv", &file, &e), &e);
    struct str rest = {file.p, file.n};
    assert_memory_equal(str_cut(&rest, '\n').p, "# R version", 11);
    for (struct str line; rest.p && rest.n;) {
        line = str_cut(&rest, '\n');
        take_row(line);
    }
    text_done(&file);
}

const struct reference *reference_next(const char *what, const struct reference *after)
{
    load_once();
    for (const struct reference *r = after ? after + 1 : rows; r < rows + row_count; r++)
        if (strcmp(r->what, what) == 0)
            return r;
    return NULL;
}

double reference_value(const char *what, const char *set, double arg)
{
    for (const struct reference *r = NULL; (r = reference_next(what, r));)
        if (strcmp(r->set, set) == 0 && r->arg == arg)
            return r->value;
    fail_msg("no reference %s,%s,%g", what, set, arg);
    return NAN;
}

int reference_data(const char *set, double *v)
{
    int n = 0;
    for (const struct reference *r = NULL; (r = reference_next("data", r));)
        if (strcmp(r->set, set) == 0) {
            assert_int_equal(n, (int)r->arg);
            assert_true(n < STATS_MAX);
            v[n++] = r->value;
        }
    if (n == 0)
        fail_msg("no reference data %s", set);
    return n;
}

int reference_pairs(const char *set, double *base, double *new)
{
    char name[24];
    snprintf(name, sizeof name, "%s.base", set);
    int n = reference_data(name, base);
    snprintf(name, sizeof name, "%s.new", set);
    assert_int_equal(reference_data(name, new), n);
    return n;
}

int reference_log_ratios(const char *set, double *d)
{
    double base[STATS_MAX], new[STATS_MAX];
    int n = reference_pairs(set, base, new);
    for (int i = 0; i < n; i++)
        d[i] = log(new[i] / base[i]);
    return n;
}

void reference_assert_near(double actual, double expected, double relative, const char *text,
                           const char *file, int line)
{
    if (actual == expected || fabs(actual - expected) <= relative * fmax(fabs(expected), 1e-300))
        return;
    print_error("%s is %.17g, expected %.17g\n", text, actual, expected);
    _fail(file, line);
}
