#include "kernels/backtest/ranges.h"

#include "kernels/store/dates.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The days of a time since 1970-01-01. */
static int64_t day_of(int64_t time)
{
    return time / DATE_DAY_SECONDS - (time % DATE_DAY_SECONDS < 0);
}

long bt_times_from(struct bt_times times, int64_t time)
{
    long lo = 0, hi = times.n;
    while (lo < hi) {
        long mid = lo + (hi - lo) / 2;
        if (times.v[mid] < time)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

long bt_range_days(const struct bt_range *range)
{
    return (long)(day_of(range->to) - day_of(range->from) + 1);
}

/* ---- names ------------------------------------------------------------------------------------ */

enum { STAMP_TEXT = 24 };

/* A day when the time is the second of it that a date stands for, else day and minute. */
static void stamp(int64_t time, int64_t second_of_day, char out[STAMP_TEXT])
{
    int64_t day = day_of(time), second = time - day * DATE_DAY_SECONDS;
    struct date d = date_from_days(day);
    int n = snprintf(out, STAMP_TEXT, "%04d-%02d-%02d", d.year, d.month, d.day);
    if (second != second_of_day)
        snprintf(out + n, (size_t)(STAMP_TEXT - n), "T%02d%02d", (int)(second / 3600),
                 (int)(second / 60 % 60));
}

void bt_range_name(int64_t from, int64_t to, char out[BT_RANGE_TEXT])
{
    char first[STAMP_TEXT], last[STAMP_TEXT];
    stamp(from, 0, first);
    stamp(to, DATE_DAY_SECONDS - 1, last);
    snprintf(out, BT_RANGE_TEXT, "%s_%s", first, last);
}

static bool is_name(struct str s)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    if (s.n == 0 || s.n >= BT_RANGE_TEXT || s.p[0] == '.')
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!memchr(allowed, s.p[i], sizeof allowed - 1))
            return false;
    return true;
}

/* ---- one text --------------------------------------------------------------------------------- */

static bool malformed(const char *text, struct err *e)
{
    return err_input(e,
                     "range: expected [NAME=]FROM:TO with dates as 2024-12-31 or 2024-12-31T16:00, "
                     "found \"%.80s\"",
                     text);
}

/* Cuts `YYYY-MM-DD[THH:MM]` or nothing off the front. A date alone stands for `second_of_day`. */
static bool cut_date(struct str *rest, int64_t second_of_day, int64_t *out)
{
    static const size_t date_bytes = 10, time_bytes = 6;
    if (rest->n == 0 || rest->p[0] == ':')
        return true;
    bool timed = rest->n > date_bytes && rest->p[date_bytes] == 'T';
    struct str date = {rest->p, date_bytes + (timed ? time_bytes : 0)};
    if (rest->n < date.n || !date_parse(date, out))
        return false;
    *out += timed ? 0 : second_of_day;
    rest->p += date.n;
    rest->n -= date.n;
    return true;
}

static bool parse_span(struct str rest, struct bt_range *out)
{
    if (!cut_date(&rest, 0, &out->from) || rest.n == 0 || *rest.p != ':')
        return false;
    rest.p++;
    rest.n--;
    return cut_date(&rest, DATE_DAY_SECONDS - 1, &out->to) && rest.n == 0;
}

static bool has_bars(const struct bt_range *r, struct bt_times times, struct err *e)
{
    long first = bt_times_from(times, r->from);
    if (first < times.n && times.v[first] <= r->to)
        return true;
    char from[DATE_TEXT], to[DATE_TEXT];
    return err_input(e, "range: %s has no bars: the data has them from %s to %s", r->name,
                     date_format(from, times.v[0]), date_format(to, times.v[times.n - 1]));
}

static bool parse_range(const char *text, struct bt_times times, struct bt_range *out,
                        struct err *e)
{
    struct str span = str_of(text), name = str_cut(&span, '=');
    bool named = span.p != NULL;
    if (!named)
        span = name;
    out->from = day_of(times.v[0]) * DATE_DAY_SECONDS;
    out->to = (day_of(times.v[times.n - 1]) + 1) * DATE_DAY_SECONDS - 1;
    if (!parse_span(span, out))
        return malformed(text, e);
    if (named && !is_name(name))
        return err_input(
            e,
            "range: expected a name of at most %d letters, digits, - _ ., with no . in "
            "front, found \"%.*s\"",
            BT_RANGE_TEXT - 1, (int)(name.n < 80 ? name.n : 80), name.p);
    bt_range_name(out->from, out->to, out->name);
    bool open = span.p[0] == ':' || span.p[span.n - 1] == ':';
    if (out->from > out->to && !open)
        return err_input(e, "range: expected FROM not after TO, found \"%.80s\"", text);
    if (named)
        snprintf(out->name, sizeof out->name, "%.*s", (int)name.n, name.p);
    return has_bars(out, times, e);
}

/* ---- all of them ------------------------------------------------------------------------------ */

/* By time, then by the place in the texts: of equals, the first given comes first. */
struct placed {
    struct bt_range range;
    int place;
};

static int compare_placed(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    if (x->range.from != y->range.from)
        return x->range.from < y->range.from ? -1 : 1;
    if (x->range.to != y->range.to)
        return x->range.to < y->range.to ? -1 : 1;
    return x->place - y->place;
}

static bool same_span(const struct bt_range *a, const struct bt_range *b)
{
    return a->from == b->from && a->to == b->to;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(((const struct placed *)a)->range.name, ((const struct placed *)b)->range.name);
}

static bool names_differ(struct placed *v, int n, struct err *e)
{
    qsort(v, (size_t)n, sizeof *v, compare_names);
    for (int i = 1; i < n; i++)
        if (compare_names(&v[i - 1], &v[i]) == 0 && !same_span(&v[i - 1].range, &v[i].range))
            return err_input(e, "range: %s is given twice, with different dates", v[i].range.name);
    return true;
}

bool bt_ranges_parse(struct opt_texts texts, struct bt_times times, struct arena *a,
                     const struct bt_range **out, int *count, struct err *e)
{
    assert(times.n >= 1);
    int n = texts.n ? texts.n : 1, kept = 0;
    struct bt_range *ranges = ARENA_NEW(a, struct bt_range, n);
    struct arena_mark mark = arena_mark(a);
    struct placed *v = ARENA_NEW(a, struct placed, n);
    bool ok = true;
    for (int i = 0; ok && i < n; i++) {
        v[i].place = i;
        ok = parse_range(texts.n ? texts.v[i] : ":", times, &v[i].range, e);
    }
    ok = ok && names_differ(v, n, e);
    if (ok)
        qsort(v, (size_t)n, sizeof *v, compare_placed);
    for (int i = 0; ok && i < n; i++)
        if (kept == 0 || !same_span(&ranges[kept - 1], &v[i].range))
            ranges[kept++] = v[i].range;
    arena_release(a, mark);
    *out = ranges;
    *count = kept;
    return ok;
}
