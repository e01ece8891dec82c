#include "reports/characteristics/study.h"

#include "harness/base/io.h"

#include <string.h>

enum { MANIFEST_SCHEMA = 1 };

static bool read_manifest(struct studies *s, struct err *e)
{
    const char *path = arena_format(s->arena, "%s/manifest.json", s->folder);
    const struct json *list;
    int64_t schema;
    s->manifest = json_read_file(path, e);
    if (!s->manifest)
        return false;
    if (!json_need_int(s->manifest, "schema", MANIFEST_SCHEMA, MANIFEST_SCHEMA, &schema, e) ||
        !json_need_text(s->manifest, "date", &s->date, e) ||
        !json_need_text(s->manifest, "effort", &s->effort, e) ||
        !json_need_array(s->manifest, "studies", &list, e))
        return err_prefix(e, "%s", path);
    s->commit = at_text(s->manifest, "commit");
    s->complete = json_bool(json_get(s->manifest, "complete"));
    s->list = ARENA_NEW(s->arena, struct study, json_count(list) + 1);
    return true;
}

static bool has_comparisons(const struct result_file *f)
{
    for (const struct json *r = json_first(f->records); r; r = json_next(r))
        if (result_is(r, "comparison"))
            return true;
    return false;
}

/* Comparisons are checked as any report checks them; profiles and timelines stand as they are. */
static bool read_results(struct study *s, const char *path, struct arena *a, struct err *e)
{
    if (!result_file_read(&s->results, path, e))
        return false;
    s->has = &s->results;
    if (!has_comparisons(&s->results))
        return true;
    result_file_done(&s->results);
    s->has = NULL;
    if (!model_read(&s->model, &path, 1, a, e))
        return false;
    s->has = &s->model.files[0].file;
    return true;
}

static bool read_study(struct study *s, const struct studies *all, const struct json *row,
                       struct err *e)
{
    if (!json_need_text(row, "id", &s->id, e) || !json_need_text(row, "file", &s->file, e) ||
        !json_need_text(row, "state", &s->state, e))
        return false;
    s->title = at_text(row, "title");
    s->command = at_text(row, "command");
    s->reason = at_text(row, "reason");
    s->seconds = at_number(row, "seconds");
    const char *path = arena_format(all->arena, "%s/%s", all->folder, s->file);
    bool complete = strcmp(s->state, "complete") == 0;
    struct err why = {0};
    if (!io_exists(path)) {
        if (complete && !*s->reason)
            s->reason = arena_format(all->arena, "%s is not there", s->file);
        return true;
    }
    if (read_results(s, path, all->arena, complete ? e : &why)) {
        s->is_cut = complete && !s->has->complete;
        if (s->is_cut && !*s->reason)
            s->reason =
                arena_format(all->arena, "%s is cut short: its last record is not there", s->file);
        return true;
    }
    if (complete)
        return false;
    if (!*s->reason)
        s->reason = arena_text(all->arena, why.text);
    return true;
}

static const char left_out[] = "left out";

static bool read_left_out(struct studies *s, struct err *e)
{
    const struct json *rows = json_get(s->manifest, "left_out");
    s->left_out = ARENA_NEW(s->arena, struct study, json_count(rows) + 1);
    for (const struct json *row = json_first(rows); row; row = json_next(row)) {
        struct study *one = &s->left_out[s->left_out_count];
        if (!json_need_text(row, "id", &one->id, e) || !json_need_text(row, "file", &one->file, e))
            return err_prefix(e, "%s/manifest.json: left_out", s->folder);
        one->title = at_text(row, "title");
        one->command = one->reason = "";
        one->state = left_out;
        s->left_out_count++;
    }
    return true;
}

bool studies_read(struct studies *s, const char *folder, struct arena *a, struct err *e)
{
    *s = (struct studies){.folder = folder, .arena = a};
    bool ok = read_manifest(s, e) && read_left_out(s, e);
    const struct json *rows = json_get(s->manifest, "studies");
    for (const struct json *row = json_first(rows); row && ok; row = json_next(row)) {
        ok = read_study(&s->list[s->count], s, row, e) ||
             err_prefix(e, "%s/manifest.json: study %d", folder, s->count + 1);
        s->complete = s->complete && !s->list[s->count].is_cut;
        s->count++;
    }
    if (!ok)
        studies_done(s);
    return ok;
}

void studies_done(struct studies *s)
{
    for (int i = 0; i < s->count; i++) {
        model_done(&s->list[i].model);
        result_file_done(&s->list[i].results);
    }
    json_free(s->manifest);
    *s = (struct studies){0};
}

const struct study *studies_find(const struct studies *s, const char *id)
{
    for (int i = 0; i < s->count; i++)
        if (strcmp(s->list[i].id, id) == 0)
            return &s->list[i];
    for (int i = 0; i < s->left_out_count; i++)
        if (strcmp(s->left_out[i].id, id) == 0)
            return &s->left_out[i];
    return NULL;
}

bool study_is_left_out(const struct study *s)
{
    return s && s->state == left_out;
}

const struct study *studies_any(const struct studies *s, const char *id)
{
    const struct study *wanted = studies_find(s, id);
    for (int i = 0; i < s->count && !(wanted && wanted->has); i++)
        wanted = &s->list[i];
    return wanted && wanted->has ? wanted : NULL;
}

const struct model_file *study_model(const struct study *s)
{
    return s && s->model.count > 0 ? &s->model.files[0] : NULL;
}

static bool is_it(const struct json *record, const char *key, const char *wanted)
{
    return !wanted || strcmp(at_text(record, key), wanted) == 0;
}

const struct json *study_record(const struct study *s, const char *kind, const char *name,
                                const char *scale)
{
    const struct json *records = s && s->has ? s->has->records : NULL;
    for (const struct json *r = json_first(records); r; r = json_next(r))
        if (result_is(r, kind) && is_it(r, "name", name) && is_it(r, "scale", scale))
            return r;
    return NULL;
}

const char *study_reason(const struct study *s, const char *name, const char *scale,
                         struct arena *a)
{
    const struct json *records = s && s->has ? s->has->records : NULL;
    const char *id = scale && *scale ? arena_format(a, "%s/%s", scale, name) : name;
    for (const struct json *r = json_first(records); r && name; r = json_next(r)) {
        if (strcmp(at_text(r, "id"), id) != 0)
            continue;
        if (result_is(r, "skipped"))
            return at_text(r, "reason");
        if (result_is(r, "failed"))
            return arena_format(a, "it failed: %s", at_text(r, "error"));
    }
    return NULL;
}
