#include "harness/characterise/graphs.h"

#include "harness/base/io.h"
#include "harness/result/file.h"

#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

/* One group more than the last, in the order of the tables. */
#define LAYER1  "asset-cache,pre-group"
#define LAYER2  LAYER1 ",array-return,history-cache"
#define LAYER3  LAYER2 ",bundle-pool"
#define PHASE6B LAYER3 ",shared-bundle,persistent-pool"

static const struct added {
    const char *stem, *layers;
} added[] = {
    {"layer1",  LAYER1 },
    {"layer2",  LAYER2 },
    {"layer3",  LAYER3 },
    {"phase6b", PHASE6B},
};

enum { ADDED = sizeof added / sizeof *added };

/* Which files of a record are kept, and under which names: STEM MIDDLE MARK _DATE END. */
static const struct kept {
    const char *record, *key, *middle, *end;
    bool needed;
} kept[] = {
    {"profile",      "flame",      "_grid_search", ".svg",             true },
    {"profile",      "folded",     "_grid_search", ".folded",          true },
    {"profile",      "speedscope", "_grid_search", ".speedscope.json", false},
    {"profile",      "pprof",      "_grid_search", ".pb.gz",           false},
    {"profile-pair", "page",       "",             ".html",            true },
    {"profile-pair", "diff",       "",             ".diff.svg",        false},
    {"profile-pair", "reverse",    "",             ".reverse.svg",     false},
    {"timeline",     "dat",        "",             ".dat",             true },
};

int graphs_calls(const struct study *s)
{
    return s->kind == STUDY_TIMELINE ? 1 : 1 + ADDED;
}

const char *graphs_layers(int call)
{
    return call == 0 ? NULL : added[call - 1].layers;
}

const char *graphs_folder(const struct graphs *g, int call, struct arena *a)
{
    return arena_format(a, "%s/%s", g->scratch, call == 0 ? "headline" : added[call - 1].stem);
}

/* ---- one record -------------------------------------------------------------------------------- */

static const char *stem_of(const struct json *record, int call)
{
    if (result_is(record, "profile-pair"))
        return "comparison";
    if (call > 0)
        return added[call - 1].stem;
    bool is_base = strcmp(json_text(json_get(record, "layers")), "none") == 0;
    return is_base ? "baseline" : "optimized";
}

static bool is_wanted(const struct graphs *g, const struct json *record)
{
    if (g->study->kind == STUDY_TIMELINE)
        return result_is(record, "timeline");
    return result_is(record, "profile") || result_is(record, "profile-pair");
}

static bool copy(const char *from, const char *to, struct err *e)
{
    struct text bytes = {0};
    bool ok =
        io_read_file(from, &bytes, e) && io_write_file(to, bytes.n ? bytes.p : "", bytes.n, e);
    text_done(&bytes);
    return ok;
}

struct place {
    const struct graphs *graphs;
    int call;
    const char *from, *to; /* folders */
};

static bool keep_file(const struct place *p, const struct kept *k, const struct json *record,
                      struct json *names, struct arena *a, struct err *e)
{
    const char *name = json_text(json_get(json_get(record, "files"), k->key));
    if (!*name)
        return !k->needed || err_input(e, "%s %s: files.%s: expected the name of a file", k->record,
                                       json_text(json_get(record, "id")), k->key);
    const char *mark = p->graphs->study->mark;
    const char *new = arena_format(a, "%s%s%s%s_%s%s", stem_of(record, p->call), k->middle,
                                   mark ? "_" : "", mark ? mark : "", p->graphs->date, k->end);
    json_put_text(names, k->key, new);
    return copy(arena_format(a, "%s/%s", p->from, name), arena_format(a, "%s/%s", p->to, new), e);
}

static bool keep_record(const struct place *p, const struct json *record, struct text *lines,
                        struct arena *a, struct err *e)
{
    struct json *names = json_object(), *renamed = json_copy(record);
    bool ok = true;
    for (size_t i = 0; i < sizeof kept / sizeof *kept && ok; i++)
        if (result_is(record, kept[i].record))
            ok = keep_file(p, &kept[i], record, names, a, e);
    json_remove(renamed, "files");
    json_put(renamed, "files", names);
    json_print(renamed, lines);
    text_puts(lines, "\n");
    json_free(renamed);
    return ok;
}

/* ---- all calls --------------------------------------------------------------------------------- */

struct sum {
    struct text lines;
    int records;
    double seconds;
};

/* Two sides of the headline, one of each other call. */
static bool check_sides(const struct place *p, int sides, struct err *e)
{
    int expected = p->call == 0 ? 2 : 1;
    return sides == expected ||
           err_input(e, "%s/" GRAPHS_RESULTS ": expected %d %s records, found %d", p->from,
                     expected, study_kinds[p->graphs->study->kind], sides);
}

static bool gather_call(const struct place *p, struct sum *sum, struct arena *a, struct err *e)
{
    struct result_file f;
    if (!result_file_read(&f, arena_format(a, "%s/" GRAPHS_RESULTS, p->from), e))
        return false;
    bool ok = true;
    int sides = 0;
    if (p->call == 0) {
        json_print(f.run, &sum->lines);
        text_puts(&sum->lines, "\n");
    }
    for (const struct json *r = json_first(f.records); r && ok; r = json_next(r)) {
        if (result_is(r, "end"))
            sum->seconds += json_number(json_get(r, "seconds"));
        if (!is_wanted(p->graphs, r))
            continue;
        sides += !result_is(r, "profile-pair");
        sum->records++;
        ok = keep_record(p, r, &sum->lines, a, e);
    }
    result_file_done(&f);
    return ok && check_sides(p, sides, e);
}

static void add_end(struct sum *sum)
{
    struct json *end = json_object();
    json_put_text(end, "record", "end");
    json_put_bool(end, "complete", true);
    json_put_number(end, "cells", sum->records);
    json_put_number(end, "seconds", sum->seconds);
    json_print(end, &sum->lines);
    text_puts(&sum->lines, "\n");
    json_free(end);
}

bool graphs_gather(const struct graphs *g, const char *path, struct arena *a, struct err *e)
{
    char beside[PATH_MAX];
    struct sum sum = {0};
    snprintf(beside, sizeof beside, "%s", path);
    struct place p = {.graphs = g, .to = dirname(beside)};
    bool ok = true;
    for (p.call = 0; p.call < graphs_calls(g->study) && ok; p.call++) {
        p.from = graphs_folder(g, p.call, a);
        ok = gather_call(&p, &sum, a, e);
    }
    add_end(&sum);
    ok = ok && io_write_file(path, sum.lines.p, sum.lines.n, e);
    text_done(&sum.lines);
    return ok;
}
