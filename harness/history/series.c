#include "harness/history/series.h"

#include "harness/base/str.h"
#include "harness/history/history_sql.h"
#include "harness/history/near.h"

#include <fnmatch.h>
#include <string.h>

static const char all_points[] =
    "SELECT p.benchmark,p.side,p.label,p.work,p.metric,p.unit,r.machine,p.exact,"
    "p.value,p.lower,p.upper,p.n,r.commit_id,r.branch,r.time,r.cpu "
    "FROM points p JOIN runs r ON r.id=p.run "
    "ORDER BY p.benchmark,p.side,p.label,p.work,p.metric,p.unit,r.machine,p.exact,r.time,r.id";

enum { KEYS = 7, EXACT = KEYS, VALUE, LOWER, UPPER, PAIRS, COMMIT, BRANCH, TIME, CPU };

static bool fits_metric(const struct opt_texts *wanted, const char *metric, bool is_exact)
{
    static const char *const timing[] = {"cpu", "net", "wall"};
    for (int i = 0; i < wanted->n; i++) {
        const char *w = wanted->v[i];
        if (strcmp(w, metric) == 0 || strcmp(w, "all") == 0 ||
            (is_exact && strcmp(w, "exact") == 0))
            return true;
        for (int t = 0; t < 3 && strcmp(w, "timing") == 0; t++)
            if (strcmp(timing[t], metric) == 0)
                return true;
    }
    return wanted->n == 0;
}

static bool fits_benchmark(const char *wanted, const char *benchmark)
{
    return !wanted || strcmp(wanted, benchmark) == 0 || fnmatch(wanted, benchmark, 0) == 0;
}

static bool fits(const struct series_query *q, sqlite3_stmt *s)
{
    if (q->side && strcmp(q->side, "all") != 0 && strcmp(q->side, history_text(s, 1)) != 0)
        return false;
    if (q->machine && strncmp(history_text(s, 6), q->machine, strlen(q->machine)) != 0)
        return false;
    return fits_metric(&q->metrics, history_text(s, 4), sqlite3_column_int(s, EXACT) != 0);
}

/* What is read, growing; arrays that were outgrown stay in the arena. */
struct reader {
    struct series_list list;
    struct arena *arena;
    int series_room, points_room;
    const char *names[1000]; /* different benchmarks, for near ones */
    int name_count;
    bool is_named; /* some benchmark fits the query's name */
};

static bool is_same_series(const struct series *last, sqlite3_stmt *s)
{
    const char *const keys[KEYS] = {last->benchmark, last->side, last->label,  last->work,
                                    last->metric,    last->unit, last->machine};
    for (int i = 0; i < KEYS; i++)
        if (strcmp(keys[i], history_text(s, i)) != 0)
            return false;
    return last->is_exact == (sqlite3_column_int(s, EXACT) != 0);
}

static void *grown(struct arena *a, void *old, int n, int *room, size_t size)
{
    if (n < *room)
        return old;
    *room = *room ? 2 * *room : 16;
    void *larger = arena_alloc(a, (size_t)*room * size);
    if (n > 0)
        memcpy(larger, old, (size_t)n * size);
    return larger;
}

static void begin_series(struct reader *r, sqlite3_stmt *s)
{
    const char *keys[KEYS];
    for (int i = 0; i < KEYS; i++)
        keys[i] = arena_text(r->arena, history_text(s, i));
    r->list.v = grown(r->arena, r->list.v, r->list.n, &r->series_room, sizeof(struct series));
    r->list.v[r->list.n++] = (struct series){
        .benchmark = keys[0],
        .side = keys[1],
        .label = keys[2],
        .work = keys[3],
        .metric = keys[4],
        .unit = keys[5],
        .machine = keys[6],
        .cpu = arena_text(r->arena, history_text(s, CPU)),
        .is_exact = sqlite3_column_int(s, EXACT) != 0,
    };
    r->points_room = 0;
}

static void take_point(struct reader *r, sqlite3_stmt *s)
{
    if (r->list.n == 0 || !is_same_series(&r->list.v[r->list.n - 1], s))
        begin_series(r, s);
    struct series *last = &r->list.v[r->list.n - 1];
    last->points =
        grown(r->arena, last->points, last->count, &r->points_room, sizeof(struct series_point));
    last->points[last->count++] = (struct series_point){
        .commit = arena_text(r->arena, history_text(s, COMMIT)),
        .branch = arena_text(r->arena, history_text(s, BRANCH)),
        .time = arena_text(r->arena, history_text(s, TIME)),
        .value = sqlite3_column_double(s, VALUE),
        .lower = history_bound(s, LOWER),
        .upper = history_bound(s, UPPER),
        .n = sqlite3_column_int(s, PAIRS),
    };
}

static void take_name(struct reader *r, const char *name)
{
    if ((r->name_count && strcmp(r->names[r->name_count - 1], name) == 0) ||
        r->name_count == (int)(sizeof r->names / sizeof *r->names))
        return;
    r->names[r->name_count++] = arena_text(r->arena, name);
}

static void take_row(struct reader *r, sqlite3_stmt *s, const struct series_query *q)
{
    const char *benchmark = history_text(s, 0);
    take_name(r, benchmark);
    if (!fits_benchmark(q->benchmark, benchmark))
        return;
    r->is_named = true;
    if (fits(q, s))
        take_point(r, s);
}

static int count_machines(const struct series_list *list)
{
    int n = 0;
    for (int i = 0; i < list->n; i++) {
        int before = 0;
        while (strcmp(list->v[before].machine, list->v[i].machine) != 0)
            before++;
        n += before == i;
    }
    return n;
}

static bool check_found(const struct history *h, const struct reader *r,
                        const struct series_query *q, struct err *e)
{
    if (r->list.n > 0)
        return true;
    if (r->is_named)
        return err_input(e, "%s: no points of that metric, side and machine", h->path);
    if (!q->benchmark)
        return err_input(e, "%s: no results in it yet", h->path);
    struct text near = {0};
    near_names(q->benchmark, r->names, r->name_count, &near);
    err_input(e, "%s: no benchmark \"%s\"%s", h->path, q->benchmark, near.n ? near.p : "");
    text_done(&near);
    return false;
}

bool series_read(struct history *h, const struct series_query *query, struct series_list *out,
                 struct arena *a, struct err *e)
{
    struct reader *r = ARENA_NEW(a, struct reader, 1);
    r->arena = a;
    sqlite3_stmt *s = history_prepare(h, all_points, e);
    if (!s)
        return false;
    int step;
    while ((step = sqlite3_step(s)) == SQLITE_ROW)
        take_row(r, s, query);
    bool ok = step == SQLITE_DONE || history_sql_error(h, e);
    sqlite3_finalize(s);
    if (!ok || !check_found(h, r, query, e))
        return false;
    *out = r->list;
    out->machines = count_machines(out);
    return true;
}
