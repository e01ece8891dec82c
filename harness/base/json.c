#include "harness/base/json.h"

#include "harness/base/io.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_TEXT = 32 }; /* bytes for "-1.2345678901234567e-308" */

/* struct json is cJSON under another name: these two are the only casts. */
static const cJSON *inside(const struct json *value)
{
    return (const cJSON *)(const void *)value;
}

static struct json *outside(cJSON *value)
{
    return (struct json *)(void *)value;
}

static cJSON *writable(struct json *value)
{
    return (cJSON *)(void *)value;
}

static int line_of(struct str text, const char *at)
{
    int line = 1;
    for (const char *p = text.p; p < at && p < text.p + text.n; p++)
        line += *p == '\n';
    return line;
}

static bool key_is_unique(const cJSON *member)
{
    for (const cJSON *other = member->next; other; other = other->next)
        if (strcmp(member->string, other->string) == 0)
            return false;
    return true;
}

/* What cJSON lets pass: keys that stand twice, numbers that became infinite. */
static bool is_strict(const cJSON *value, const char *name, struct err *e)
{
    if (cJSON_IsNumber(value) && !isfinite(value->valuedouble))
        return err_input(e, "%s: a number is larger than a double can be", name);
    for (const cJSON *v = value->child; v; v = v->next) {
        if (cJSON_IsObject(value) && !key_is_unique(v))
            return err_input(e, "%s: field \"%s\" stands twice in one object", name, v->string);
        if (!is_strict(v, name, e))
            return false;
    }
    return true;
}

/* A NUL, raw or escaped, would silently end a text early. */
static bool has_nul(struct str text)
{
    if (memchr(text.p, 0, text.n))
        return true;
    for (const char *p = text.p; (p = strchr(p, '\\')); p += 2)
        if (strncmp(p, "\\u0000", 6) == 0)
            return true;
        else if (!p[1])
            break;
    return false;
}

struct json *json_parse(struct str text, const char *name, struct err *e)
{
    const char *end = NULL;
    /* cJSON wants the NUL inside the length when it is to refuse trailing text. */
    struct text copy = {0};
    text_add(&copy, text.p, text.n);
    cJSON *root = NULL;
    if (has_nul((struct str){copy.p, copy.n}))
        err_input(e, "%s: not JSON: a NUL byte inside", name);
    else if (!str_is_utf8(text))
        err_input(e, "%s: not JSON: not valid UTF-8", name);
    else if (!(root = cJSON_ParseWithLengthOpts(copy.p, copy.n + 1, &end, 1)))
        err_input(e, "%s:%d: not valid JSON", name, line_of((struct str){copy.p, copy.n}, end));
    else if (!is_strict(root, name, e)) {
        cJSON_Delete(root);
        root = NULL;
    }
    text_done(&copy);
    return outside(root);
}

struct json *json_read_file(const char *path, struct err *e)
{
    struct text content = {0};
    struct json *root = NULL;
    if (io_read_file(path, &content, e))
        root = json_parse((struct str){content.p, content.n}, path, e);
    text_done(&content);
    return root;
}

struct json *json_copy(const struct json *value)
{
    return outside(cJSON_Duplicate(inside(value), 1));
}

bool json_same(const struct json *a, const struct json *b)
{
    struct text in_a = {0}, in_b = {0};
    if (!a || !b)
        return a == b;
    json_print(a, &in_a);
    json_print(b, &in_b);
    bool same = strcmp(in_a.p, in_b.p) == 0;
    text_done(&in_a);
    text_done(&in_b);
    return same;
}

void json_free(struct json *root)
{
    cJSON_Delete(writable(root));
}

enum json_kind json_kind(const struct json *value)
{
    const cJSON *v = inside(value);
    return cJSON_IsBool(v)     ? JSON_BOOL
           : cJSON_IsNumber(v) ? JSON_NUMBER
           : cJSON_IsString(v) ? JSON_TEXT
           : cJSON_IsArray(v)  ? JSON_ARRAY
           : cJSON_IsObject(v) ? JSON_OBJECT
                               : JSON_NULL;
}

const char *json_kind_name(enum json_kind kind)
{
    static const char *const names[] = {"null", "true or false", "a number",
                                        "text", "an array",      "an object"};
    return names[kind];
}

const struct json *json_get(const struct json *object, const char *key)
{
    return outside(cJSON_GetObjectItemCaseSensitive(inside(object), key));
}

const struct json *json_first(const struct json *container)
{
    return container ? outside(inside(container)->child) : NULL;
}

const struct json *json_next(const struct json *value)
{
    return outside(inside(value)->next);
}

const char *json_key(const struct json *value)
{
    return inside(value)->string;
}

int json_count(const struct json *container)
{
    return container ? cJSON_GetArraySize(inside(container)) : 0;
}

const char *json_text(const struct json *value)
{
    return cJSON_IsString(inside(value)) ? inside(value)->valuestring : "";
}

double json_number(const struct json *value)
{
    return cJSON_IsNumber(inside(value)) ? inside(value)->valuedouble : (double)NAN;
}

bool json_bool(const struct json *value)
{
    return cJSON_IsTrue(inside(value));
}

static bool need(const struct json *object, const char *key, enum json_kind kind,
                 const struct json **out, struct err *e)
{
    *out = json_get(object, key);
    if (!*out)
        return err_input(e, "%s: missing, expected %s", key, json_kind_name(kind));
    if (json_kind(*out) != kind)
        return err_input(e, "%s: expected %s, found %s", key, json_kind_name(kind),
                         json_kind_name(json_kind(*out)));
    return true;
}

bool json_need_text(const struct json *object, const char *key, const char **out, struct err *e)
{
    const struct json *v;
    if (!need(object, key, JSON_TEXT, &v, e))
        return false;
    *out = json_text(v);
    return true;
}

bool json_need_number(const struct json *object, const char *key, double *out, struct err *e)
{
    const struct json *v;
    if (!need(object, key, JSON_NUMBER, &v, e))
        return false;
    *out = json_number(v);
    return true;
}

bool json_need_int(const struct json *object, const char *key, int64_t lo, int64_t hi, int64_t *out,
                   struct err *e)
{
    double number;
    if (!json_need_number(object, key, &number, e))
        return false;
    if (!(number >= (double)lo && number <= (double)hi) || number != floor(number))
        return err_input(e, "%s: expected a whole number from %lld to %lld, found %.17g", key,
                         (long long)lo, (long long)hi, number);
    *out = (int64_t)number;
    return true;
}

bool json_need_array(const struct json *object, const char *key, const struct json **out,
                     struct err *e)
{
    return need(object, key, JSON_ARRAY, out, e);
}

bool json_need_object(const struct json *object, const char *key, const struct json **out,
                      struct err *e)
{
    return need(object, key, JSON_OBJECT, out, e);
}

struct json *json_object(void)
{
    return outside(cJSON_CreateObject());
}

struct json *json_array(void)
{
    return outside(cJSON_CreateArray());
}

/* What a command printed or is called need not be UTF-8, and a file that holds it could not be read. */
static struct json *mended(const char *text)
{
    struct text copy = {0};
    for (size_t left = strlen(text); left;) {
        size_t n = str_utf8_bytes(text, left);
        text_add(&copy, n ? text : "?", n ? n : 1);
        text += n ? n : 1;
        left -= n ? n : 1;
    }
    struct json *value = outside(cJSON_CreateString(copy.p));
    text_done(&copy);
    return value;
}

struct json *json_of_text(const char *text)
{
    if (text && !str_is_utf8(str_of(text)))
        return mended(text);
    return outside(text ? cJSON_CreateString(text) : cJSON_CreateNull());
}

struct json *json_of_number(double number)
{
    return outside(isfinite(number) ? cJSON_CreateNumber(number) : cJSON_CreateNull());
}

void json_put(struct json *object, const char *key, struct json *value)
{
    cJSON_AddItemToObject(writable(object), key, writable(value));
}

void json_put_text(struct json *object, const char *key, const char *text)
{
    json_put(object, key, json_of_text(text));
}

void json_put_number(struct json *object, const char *key, double number)
{
    json_put(object, key, json_of_number(number));
}

void json_put_bool(struct json *object, const char *key, bool truth)
{
    json_put(object, key, outside(cJSON_CreateBool(truth)));
}

struct json *json_put_object(struct json *object, const char *key)
{
    struct json *child = json_object();
    json_put(object, key, child);
    return child;
}

struct json *json_put_array(struct json *object, const char *key)
{
    struct json *child = json_array();
    json_put(object, key, child);
    return child;
}

void json_remove(struct json *object, const char *key)
{
    cJSON_DeleteItemFromObjectCaseSensitive(writable(object), key);
}

void json_push(struct json *array, struct json *value)
{
    cJSON_AddItemToArray(writable(array), writable(value));
}

void json_lay_over(struct json *below, const struct json *above)
{
    for (const struct json *v = json_first(above); v; v = json_next(v)) {
        json_remove(below, json_key(v));
        json_put(below, json_key(v), json_copy(v));
    }
}

/* cJSON takes a number for equal that differs in the last bit, and -0 for 0: its numbers are
 * replaced by the shortest text that reads back to the same bits. */
static void write_out_numbers(cJSON *value)
{
    for (cJSON *v = value->child; v; v = v->next)
        write_out_numbers(v);
    if (!cJSON_IsNumber(value))
        return;
    char *shown = cJSON_malloc(NUMBER_TEXT);
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(shown, NUMBER_TEXT, "%.*g", digits, value->valuedouble);
        if (strtod(shown, NULL) == value->valuedouble)
            break;
    }
    value->type = (value->type & ~0xff) | cJSON_Raw;
    value->valuestring = shown;
}

static void print(const struct json *value, bool pretty, struct text *out)
{
    cJSON *copy = cJSON_Duplicate(inside(value), 1);
    write_out_numbers(copy);
    char *printed = pretty ? cJSON_Print(copy) : cJSON_PrintUnformatted(copy);
    text_puts(out, printed);
    cJSON_free(printed);
    cJSON_Delete(copy);
}

void json_print(const struct json *value, struct text *out)
{
    print(value, false, out);
}

void json_print_pretty(const struct json *value, struct text *out)
{
    print(value, true, out);
}

bool json_write_file(const struct json *value, const char *path, struct err *e)
{
    struct text out = {0};
    json_print_pretty(value, &out);
    text_add(&out, "\n", 1);
    bool ok = io_write_file(path, out.p, out.n, e);
    text_done(&out);
    return ok;
}
