#include "harness/result/file.h"

#include "harness/base/io.h"

#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

bool result_writer_open(struct result_writer *w, const char *path, struct err *e)
{
    char folder[PATH_MAX];
    snprintf(folder, sizeof folder, "%s", path);
    if (!io_make_dirs(dirname(folder), e))
        return false;
    w->fd = io_open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND, e);
    if (w->fd < 0)
        return err_prefix(e, "results file");
    w->path = mem_text(MEM_BASE, path);
    return true;
}

bool result_writer_add(struct result_writer *w, struct json *record, struct err *e)
{
    struct text line = {0};
    json_print(record, &line);
    text_add(&line, "\n", 1);
    json_free(record);
    bool ok = io_write(w->fd, line.p, line.n, e) && io_sync(w->fd, e);
    text_done(&line);
    return ok || err_prefix(e, "results file %s", w->path);
}

void result_writer_close(struct result_writer *w)
{
    io_close(w->fd);
    mem_free(MEM_BASE, w->path);
    *w = (struct result_writer)RESULT_WRITER_NONE;
}

/* ---- reading -------------------------------------------------------------------------------- */

bool result_is(const struct json *record, const char *kind)
{
    return strcmp(json_text(json_get(record, "record")), kind) == 0;
}

static bool add_line(struct result_file *f, struct str line, int number, struct err *e)
{
    char name[PATH_MAX];
    const char *kind;
    snprintf(name, sizeof name, "%s:%d", f->path, number);
    struct json *record = json_parse(line, name, e);
    if (!record)
        return false;
    json_push(f->records, record);
    return json_need_text(record, "record", &kind, e) || err_prefix(e, "%s", name);
}

static bool check_run(struct result_file *f, struct err *e)
{
    int64_t schema;
    const struct json *part;
    f->run = json_first(f->records);
    if (!f->run || !result_is(f->run, "run"))
        return err_input(e, "%s: not a results file: the first record is no \"run\"", f->path);
    if (!json_need_int(f->run, "schema", 1, 1 << 20, &schema, e) ||
        !json_need_object(f->run, "environment", &part, e) ||
        !json_need_object(f->run, "scenario", &part, e))
        return err_prefix(e, "%s:1", f->path);
    return schema == RESULT_SCHEMA || err_input(e, "%s:1: schema: expected %d, found %lld", f->path,
                                                RESULT_SCHEMA, (long long)schema);
}

static bool read_lines(struct result_file *f, const struct text *content, struct err *e)
{
    int number = 0;
    for (struct str rest = {content->p, content->n}; rest.p && rest.n;) {
        struct str line = str_cut(&rest, '\n');
        number++;
        if (!rest.p)
            return true; /* no newline behind it: torn */
        if (!add_line(f, line, number, e))
            return false;
    }
    const struct json *last = NULL;
    for (const struct json *r = json_first(f->records); r; r = json_next(r))
        last = r;
    f->complete = last && result_is(last, "end") && json_bool(json_get(last, "complete"));
    return true;
}

bool result_file_read(struct result_file *f, const char *path, struct err *e)
{
    *f = (struct result_file){.path = path, .records = json_array()};
    struct text content = {0};
    bool ok = io_read_file(path, &content, e) && read_lines(f, &content, e) && check_run(f, e);
    text_done(&content);
    if (!ok)
        result_file_done(f);
    return ok;
}

void result_file_done(struct result_file *f)
{
    json_free(f->records);
    f->records = NULL;
}

const struct json *result_find(const struct result_file *f, const char *id)
{
    for (const struct json *r = json_first(f->records); r; r = json_next(r))
        if (result_is(r, "comparison") && strcmp(json_text(json_get(r, "id")), id) == 0)
            return r;
    return NULL;
}
