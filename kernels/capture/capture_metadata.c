#include "kernels/capture/capture_metadata.h"

#include "harness/base/version.h"
#include "kernels/capture/capture_found.h"
#include "kernels/capture/capture_id.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *const capture_how_names[] = {"copies", "content", NULL};

/* ---- writing ---------------------------------------------------------------------------------- */

static const int64_t second_ns = 1000000000;

/* Rounded down, so that the part below a second is never negative. */
static int64_t seconds_of(int64_t ns)
{
    return ns / second_ns - (ns % second_ns < 0);
}

/* Nanoseconds since 1970 are more than a double holds: as text. */
static void put_time(struct json *object, const char *key, int64_t ns)
{
    char text[32];
    int64_t seconds = seconds_of(ns);
    snprintf(text, sizeof text, "%" PRId64 ".%09" PRId64, seconds, ns - seconds * second_ns);
    json_put_text(object, key, text);
}

static void put_mode(struct json *object, const char *key, unsigned mode)
{
    char text[16];
    snprintf(text, sizeof text, "%04o", mode);
    json_put_text(object, key, text);
}

static void put_files(struct json *document, const struct capture_run *run)
{
    struct json *names = json_put_array(document, "captured_files");
    struct json *files = json_put_array(document, "files");
    for (int i = 0; i < run->file_count; i++) {
        const struct capture_file *f = &run->files[i];
        struct json *row = json_object();
        json_put_text(row, "path", f->path);
        json_put_number(row, "bytes", (double)f->bytes);
        json_put_text(row, "sha256", f->sha256);
        put_mode(row, "mode", f->mode);
        put_time(row, "mtime", f->mtime_ns);
        json_push(files, row);
        json_push(names, json_of_text(f->path));
    }
}

const char *capture_metadata_mode(const struct capture_plan *plan)
{
    static const char *const modes[] = {
        [CAPTURE_GIVEN] = "entry_point", [CAPTURE_ANALYSIS] = "includes", [CAPTURE_LISTED] = "yaml",
        [CAPTURE_DISABLED] = "disabled", [CAPTURE_FAILED] = "unknown",
    };
    return modes[plan->method];
}

static void put_capture(struct json *document, const struct capture_order *order,
                        const struct capture_run *run)
{
    const struct capture_plan *plan = order->plan;
    struct json *object = json_put_object(document, "code_capture");
    json_put_text(object, "mode", capture_metadata_mode(plan));
    json_put_text(object, "mode_asked_for", capture_mode_names[plan->mode]);
    json_put_text(object, "entry_point_file", plan->entry);
    json_put_text(object, "project_root", plan->root);
    json_put_number(object, "total_code_size_bytes", (double)run->bytes);
    json_put_text(object, "detection_method", capture_method_name(plan->method));
    json_put_number(object, "confidence", run->confidence);
    struct json *warnings = json_put_array(object, "warnings");
    for (int i = 0; i < run->warnings.n; i++)
        json_push(warnings, json_of_text(run->warnings.v[i]));
    json_put_text(object, "execution_context", run->context);
    json_put_bool(object, "fallback_used", plan->is_fallback);
    json_put_bool(object, "yaml_config_used", plan->method == CAPTURE_LISTED);
}

static void put_json(struct json *document, const char *key, const struct json *value)
{
    if (value)
        json_put(document, key, json_copy(value));
    else
        json_put_text(document, key, NULL);
}

void capture_metadata_print(const struct capture_order *order, const struct capture_run *run,
                            struct text *out)
{
    char time[CAPTURE_TIME];
    struct json *document = json_object();
    capture_id_time(time, run->time_ms);
    json_put_text(document, "schema", CAPTURE_SCHEMA);
    json_put_text(document, "id", run->id);
    json_put_text(document, "timestamp", time);
    struct json *versions = json_put_object(document, "versions");
    json_put_text(versions, "cupel", CUPEL_VERSION);
    json_put_text(versions, "commit", version_commit());
    json_put_text(document, "entry_point", order->plan->entry);
    put_json(document, "data", order->data);
    put_json(document, "parameters", order->parameters);
    json_put_text(document, "store", capture_how_names[run->how]);
    json_put_number(document, "bytes", (double)run->bytes);
    put_files(document, run);
    put_capture(document, order, run);
    json_print_pretty(document, out);
    text_add(out, "\n", 1);
    json_free(document);
}

/* ---- reading ---------------------------------------------------------------------------------- */

static bool parse_time(const char *text, int64_t *ns)
{
    struct str rest = str_of(text), whole = str_cut(&rest, '.');
    long seconds, part;
    bool ok = str_to_long(whole, &seconds) && rest.p && rest.n == 9 && rest.p[0] != '-' &&
              rest.p[0] != '+' && str_to_long(rest, &part) && seconds < INT64_MAX / second_ns &&
              seconds > INT64_MIN / second_ns;
    if (ok)
        *ns = seconds * second_ns + part;
    return ok;
}

static bool parse_mode(const char *text, unsigned *mode)
{
    *mode = 0;
    for (const char *p = text; *p; p++) {
        if (*p < '0' || *p > '7' || p - text > 3)
            return false;
        *mode = *mode * 8 + (unsigned)(*p - '0');
    }
    return *text && *mode <= 0777;
}

static bool is_hash(const char *text)
{
    return strlen(text) == SHA256_HEX - 1 &&
           strspn(text, "0123456789abcdef") == (size_t)SHA256_HEX - 1;
}

static bool parse_file(const struct json *row, struct arena *a, struct capture_file *f,
                       struct err *e)
{
    const char *path, *hash, *mode, *time;
    int64_t bytes;
    if (!json_need_text(row, "path", &path, e) ||
        !json_need_int(row, "bytes", 0, CAPTURE_FILE_BYTES_MAX, &bytes, e) ||
        !json_need_text(row, "sha256", &hash, e) || !json_need_text(row, "mode", &mode, e) ||
        !json_need_text(row, "mtime", &time, e))
        return false;
    if (!capture_paths_is_place(path))
        return err_input(e, "path: expected one within the project, found \"%.60s\"", path);
    if (!is_hash(hash))
        return err_input(e, "sha256: expected 64 hexadecimal digits, found \"%.70s\"", hash);
    if (!parse_mode(mode, &f->mode))
        return err_input(e, "mode: expected 0000 to 0777, found \"%.20s\"", mode);
    if (!parse_time(time, &f->mtime_ns))
        return err_input(e, "mtime: expected seconds with nine decimals, found \"%.40s\"", time);
    f->path = arena_text(a, path);
    f->bytes = (uint64_t)bytes;
    memcpy(f->sha256, hash, sizeof f->sha256);
    return true;
}

/* Sorted, each once: two files would be written to one place otherwise. */
static bool parse_files(const struct json *document, struct arena *a, struct capture_run *run,
                        struct err *e)
{
    const struct json *files;
    if (!json_need_array(document, "files", &files, e))
        return false;
    run->files = ARENA_NEW(a, struct capture_file, json_count(files) + 1);
    run->file_count = 0;
    for (const struct json *row = json_first(files); row; row = json_next(row)) {
        struct capture_file *f = &run->files[run->file_count];
        if (!parse_file(row, a, f, e))
            return err_prefix(e, "files[%d]", run->file_count);
        if (run->file_count && strcmp(f[-1].path, f->path) >= 0)
            return err_input(e, "files[%d]: expected paths in order, each once", run->file_count);
        run->file_count++;
        run->bytes += f->bytes;
    }
    return true;
}

static const char *text_or_null(const struct json *object, const char *key, struct arena *a)
{
    const struct json *value = json_get(object, key);
    return value && json_kind(value) == JSON_TEXT ? arena_text(a, json_text(value)) : NULL;
}

static const char *printed(const struct json *value, struct arena *a)
{
    struct text text = {0};
    if (!value)
        return "null";
    json_print(value, &text);
    const char *copy = arena_text(a, text.p);
    text_done(&text);
    return copy;
}

static bool parse_capture(const struct json *document, struct arena *a, struct capture_run *run,
                          struct err *e)
{
    const struct json *object, *warnings;
    const char *mode, *method;
    if (!json_need_object(document, "code_capture", &object, e))
        return false;
    if (!json_need_text(object, "mode", &mode, e) ||
        !json_need_text(object, "detection_method", &method, e) ||
        !json_need_number(object, "confidence", &run->confidence, e) ||
        !json_need_array(object, "warnings", &warnings, e))
        return err_prefix(e, "code_capture");
    for (const struct json *w = json_first(warnings); w; w = json_next(w))
        capture_lines_add(&run->warnings, a, json_text(w));
    run->mode = arena_text(a, mode);
    run->method = arena_text(a, method);
    run->entry = text_or_null(object, "entry_point_file", a);
    run->root = text_or_null(object, "project_root", a);
    run->context = text_or_null(object, "execution_context", a);
    return true;
}

static bool parse_how(const char *name, enum capture_how *how, struct err *e)
{
    for (int i = 0; capture_how_names[i]; i++)
        if (strcmp(name, capture_how_names[i]) == 0) {
            *how = (enum capture_how)i;
            return true;
        }
    return err_input(e, "store: expected copies or content, found \"%.40s\"", name);
}

bool capture_metadata_parse(const struct json *document, const char *id, struct arena *a,
                            struct capture_run *out, struct err *e)
{
    const char *schema, *name, *how;
    *out = (struct capture_run){0};
    if (!json_need_text(document, "schema", &schema, e))
        return false;
    if (strcmp(schema, CAPTURE_SCHEMA) != 0)
        return err_input(e, "schema: expected %s, found \"%.40s\"", CAPTURE_SCHEMA, schema);
    if (!json_need_text(document, "id", &name, e) || !json_need_text(document, "store", &how, e) ||
        !parse_how(how, &out->how, e))
        return false;
    if (strcmp(name, id) != 0 || !capture_id_parse(id, &out->time_ms))
        return err_input(e, "id: expected %.60s, found \"%.60s\"", id, name);
    if (!parse_files(document, a, out, e) || !parse_capture(document, a, out, e))
        return false;
    out->parameters = printed(json_get(document, "parameters"), a);
    out->data = printed(json_get(document, "data"), a);
    return true;
}
