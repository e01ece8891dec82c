#include "harness/characterise/graphs.h"

#include "harness/base/io.h"
#include "harness/result/file.h"

#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

/* Sides by their names in the scenario. */
static const struct side {
    const char *name, *stem;
    bool has_timeline;
} sides[] = {
    {"none",                         "baseline",  true },
    {"layer1",                       "layer1",    false},
    {"layer1+layer2",                "layer2",    false},
    {"layer1+layer2+layer3",         "layer3",    false},
    {"layer1+layer2+layer3+phase6b", "phase6b",   false},
    {"all",                          "optimized", true },
};

enum { SIDES_KNOWN = sizeof sides / sizeof *sides };

/* Which files of a record are kept, and under which names: STEM MIDDLE [_MARK] _DATE END. */
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

/* ---- one record -------------------------------------------------------------------------------- */

struct gathering {
    const struct graphs *graphs;
    const char *to; /* folder */
    struct text lines;
    int records;
    bool has[SIDES_KNOWN];
    double seconds;
};

static const struct side *side_named(const char *name)
{
    for (const struct side *s = sides; s < sides + SIDES_KNOWN; s++)
        if (strcmp(s->name, name) == 0)
            return s;
    return NULL;
}

/* The side that a record is of, of a pair the new one; NULL: none that is wanted. Of pairs only that of
 * everything against nothing is: they are large. */
static const struct side *side_of(const struct graphs *g, const struct json *record)
{
    const char *id = json_text(json_get(record, "id")), *slash = strrchr(id, '/');
    const struct side *s = side_named(slash ? slash + 1 : id);
    bool wanted = g->study->kind == STUDY_TIMELINE
                      ? result_is(record, "timeline") && s && s->has_timeline
                  : result_is(record, "profile-pair") ? s && strcmp(s->name, "all") == 0
                                                      : result_is(record, "profile");
    return wanted ? s : NULL;
}

static bool copy(const char *from, const char *to, struct err *e)
{
    struct text bytes = {0};
    bool ok =
        io_read_file(from, &bytes, e) && io_write_file(to, bytes.n ? bytes.p : "", bytes.n, e);
    text_done(&bytes);
    return ok;
}

static bool keep_file(const struct gathering *g, const struct kept *k, const char *stem,
                      const struct json *record, struct json *names, struct arena *a, struct err *e)
{
    const struct graphs *graphs = g->graphs;
    const char *name = json_text(json_get(json_get(record, "files"), k->key));
    if (!*name)
        return !k->needed || err_input(e, "%s %s: files.%s: expected the name of a file", k->record,
                                       json_text(json_get(record, "id")), k->key);
    const char *mark = graphs->study->mark;
    const char *new = arena_format(a, "%s%s%s%s_%s%s", stem, k->middle, mark ? "_" : "",
                                   mark ? mark : "", graphs->date, k->end);
    json_put_text(names, k->key, new);
    return copy(arena_format(a, "%s/%s", graphs->scratch, name),
                arena_format(a, "%s/%s", g->to, new), e);
}

static bool keep_record(struct gathering *g, const struct side *side, const struct json *record,
                        struct arena *a, struct err *e)
{
    struct json *names = json_object(), *renamed = json_copy(record);
    const char *stem = result_is(record, "profile-pair") ? "comparison" : side->stem;
    bool ok = true;
    for (size_t i = 0; i < sizeof kept / sizeof *kept && ok; i++)
        if (result_is(record, kept[i].record))
            ok = keep_file(g, &kept[i], stem, record, names, a, e);
    json_remove(renamed, "files");
    json_put(renamed, "files", names);
    json_print(renamed, &g->lines);
    text_puts(&g->lines, "\n");
    json_free(renamed);
    g->records++;
    g->has[side - sides] = g->has[side - sides] || !result_is(record, "profile-pair");
    return ok;
}

/* ---- all of them -------------------------------------------------------------------------------- */

static bool check_sides(const struct gathering *g, struct err *e)
{
    bool is_timeline = g->graphs->study->kind == STUDY_TIMELINE;
    for (int i = 0; i < SIDES_KNOWN; i++)
        if (!g->has[i] && (sides[i].has_timeline || !is_timeline))
            return err_input(e, "no %s record of \"%s\"", study_kinds[g->graphs->study->kind],
                             sides[i].name);
    return true;
}

static bool gather_records(struct gathering *g, const struct result_file *f, struct arena *a,
                           struct err *e)
{
    bool ok = true;
    json_print(f->run, &g->lines);
    text_puts(&g->lines, "\n");
    for (const struct json *r = json_first(f->records); r && ok; r = json_next(r)) {
        const struct side *side = side_of(g->graphs, r);
        if (result_is(r, "end"))
            g->seconds = json_number(json_get(r, "seconds"));
        if (side)
            ok = keep_record(g, side, r, a, e);
    }
    return ok && check_sides(g, e);
}

static void add_end(struct gathering *g)
{
    struct json *end = json_object();
    json_put_text(end, "record", "end");
    json_put_bool(end, "complete", true);
    json_put_number(end, "cells", g->records);
    json_put_number(end, "seconds", g->seconds);
    json_print(end, &g->lines);
    text_puts(&g->lines, "\n");
    json_free(end);
}

bool graphs_gather(const struct graphs *g, const char *path, struct arena *a, struct err *e)
{
    char beside[PATH_MAX];
    struct result_file f;
    snprintf(beside, sizeof beside, "%s", path);
    struct gathering gathered = {.graphs = g, .to = dirname(beside)};
    if (!result_file_read(&f, arena_format(a, "%s/" GRAPHS_RESULTS, g->scratch), e))
        return false;
    bool ok = gather_records(&gathered, &f, a, e);
    result_file_done(&f);
    add_end(&gathered);
    ok = ok && io_write_file(path, gathered.lines.p, gathered.lines.n, e);
    text_done(&gathered.lines);
    return ok;
}
