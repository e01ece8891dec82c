#include "kernels/store/yaml_reader.h"

#include "harness/base/mem.h"
#include "kernels/store/symbol.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#define uthash_malloc(bytes)  mem_alloc(MEM_BASE, bytes)
#define uthash_free(p, bytes) mem_free(MEM_BASE, p)
#include <uthash.h>

enum { DEPTH_MAX = 64, VALUES_MAX = 1000000, SHOWN_BYTES = 48 };

/* The last of a name holds. */
struct anchor {
    const char *name;
    const struct yaml_value *value;
    UT_hash_handle hh;
};

/* A list or mapping whose end is still to come. */
struct open_value {
    struct yaml_value *value;
    int first; /* of its parts in pending */
};

struct reader {
    const char *name;
    bool loose; /* keys are not judged */
    struct arena *arena;
    yaml_parser_t parser;
    struct open_value open[DEPTH_MAX];
    int depth;
    const struct yaml_value *
        *pending; /* parts of open values, keys and values by turns in mappings */
    int pending_count, pending_room;
    int values;
    struct anchor *anchors; /* by name */
    const struct yaml_value *root;
    long line; /* of the event */
};

static bool refused(const struct reader *r, struct err *e, const char *what)
{
    return err_input(e, "%s:%ld: %s", r->name, r->line, what);
}

/* ---- parts --------------------------------------------------------------------------------- */

static bool is_open(const struct reader *r, const struct yaml_value *v)
{
    for (int i = 0; i < r->depth; i++)
        if (r->open[i].value == v)
            return true;
    return false;
}

/* Is the next part of the innermost value a key? */
static bool key_is_due(const struct reader *r)
{
    const struct open_value *in = r->depth ? &r->open[r->depth - 1] : NULL;
    return in && in->value->kind == YAML_MAPPING && (r->pending_count - in->first) % 2 == 0;
}

static bool check_key(const struct reader *r, const struct yaml_value *key, struct err *e)
{
    if (key->kind != YAML_TEXT)
        return refused(r, e, "expected text as a key, found a list or mapping");
    return key->quoted || !str_is(key->text, "<<") ||
           refused(r, e, "a merge key: expected the keys themselves");
}

static bool take_part(struct reader *r, const struct yaml_value *v, struct err *e)
{
    if (key_is_due(r) && !r->loose && !check_key(r, v, e))
        return false;
    if (++r->values > VALUES_MAX)
        return refused(r, e, "expected at most 1000000 values and keys");
    if (r->depth == 0) {
        r->root = v;
        return true;
    }
    if (r->pending_count == r->pending_room) {
        r->pending_room = r->pending_room ? 2 * r->pending_room : 64;
        r->pending =
            mem_resize(MEM_BASE, (void *)r->pending, (size_t)r->pending_room * sizeof *r->pending);
    }
    r->pending[r->pending_count++] = v;
    return true;
}

static struct anchor *find_anchor(const struct reader *r, const char *name)
{
    struct anchor *anchor;
    HASH_FIND_STR(r->anchors, name, anchor);
    return anchor;
}

static void name_anchor(struct reader *r, const yaml_char_t *name, const struct yaml_value *v)
{
    if (!name)
        return;
    struct anchor *anchor = find_anchor(r, (const char *)name);
    if (!anchor) {
        anchor = ARENA_NEW(r->arena, struct anchor, 1);
        anchor->name = arena_text(r->arena, (const char *)name);
        HASH_ADD_KEYPTR(hh, r->anchors, anchor->name, strlen(anchor->name), anchor);
    }
    anchor->value = v;
}

/* ---- ends of mappings ---------------------------------------------------------------------- */

static int by_text_and_line(const void *a, const void *b)
{
    const struct yaml_value *x = *(const struct yaml_value *const *)a,
                            *y = *(const struct yaml_value *const *)b;
    int order = strcmp(x->text.p, y->text.p);
    return order ? order : (x->line > y->line) - (x->line < y->line);
}

/* Sorts a copy: a mapping may have a hundred thousand keys. */
static bool check_keys(const struct reader *r, const struct yaml_value *mapping, struct err *e)
{
    struct arena_mark mark = arena_mark(r->arena);
    const struct yaml_value **sorted =
        ARENA_NEW_RAW(r->arena, const struct yaml_value *, mapping->n);
    const struct yaml_value *twice = NULL;
    if (mapping->n > 0)
        memcpy(sorted, mapping->keys, (size_t)mapping->n * sizeof *sorted);
    qsort(sorted, (size_t)mapping->n, sizeof *sorted, by_text_and_line);
    for (int i = 1; i < mapping->n && !twice; i++)
        if (strcmp(sorted[i]->text.p, sorted[i - 1]->text.p) == 0)
            twice = sorted[i];
    arena_release(r->arena, mark);
    char shown[SHOWN_BYTES];
    return !twice || err_input(e, "%s:%ld: the key \"%s\" stands twice", r->name, twice->line,
                               text_shown(shown, sizeof shown, twice->text));
}

static const struct yaml_value **parts(struct reader *r, int first, int step, int n)
{
    const struct yaml_value **out = ARENA_NEW_RAW(r->arena, const struct yaml_value *, n);
    for (int i = 0; i < n; i++)
        out[i] = r->pending[first + i * step];
    return out;
}

static bool end_value(struct reader *r, struct err *e)
{
    struct open_value in = r->open[--r->depth];
    int count = r->pending_count - in.first;
    bool mapping = in.value->kind == YAML_MAPPING;
    in.value->n = mapping ? count / 2 : count;
    if (mapping)
        in.value->keys = parts(r, in.first, 2, in.value->n);
    in.value->values = parts(r, in.first + mapping, 1 + mapping, in.value->n);
    r->pending_count = in.first;
    return !mapping || r->loose || check_keys(r, in.value, e);
}

/* ---- events -------------------------------------------------------------------------------- */

static bool begin_value(struct reader *r, enum yaml_kind kind, const yaml_char_t *anchor,
                        struct err *e)
{
    struct yaml_value *v = ARENA_NEW(r->arena, struct yaml_value, 1);
    v->kind = kind;
    v->line = r->line;
    name_anchor(r, anchor, v);
    if (!take_part(r, v, e))
        return false;
    if (r->depth == DEPTH_MAX)
        return refused(r, e, "expected at most 64 levels");
    r->open[r->depth++] = (struct open_value){v, r->pending_count};
    return true;
}

static bool take_text(struct reader *r, const yaml_event_t *event, struct err *e)
{
    struct str text = {(const char *)event->data.scalar.value, event->data.scalar.length};
    if (text.n > 0 && memchr(text.p, '\0', text.n))
        return refused(r, e, "a zero byte: expected text");
    struct yaml_value *v = ARENA_NEW(r->arena, struct yaml_value, 1);
    v->kind = YAML_TEXT;
    v->line = r->line;
    v->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    v->text = (struct str){str_copy(r->arena, text), text.n};
    name_anchor(r, event->data.scalar.anchor, v);
    return take_part(r, v, e);
}

static bool take_alias(struct reader *r, const yaml_event_t *event, struct err *e)
{
    const char *name = (const char *)event->data.alias.anchor;
    char shown[SHOWN_BYTES];
    const struct anchor *anchor = find_anchor(r, name);
    if (!anchor)
        return err_input(e, "%s:%ld: the alias \"%s\": expected an anchor of that name before it",
                         r->name, r->line, text_shown(shown, sizeof shown, str_of(name)));
    if (is_open(r, anchor->value))
        return refused(r, e, "an alias inside of what it stands for");
    return take_part(r, anchor->value, e);
}

static bool take_event(struct reader *r, const yaml_event_t *event, struct err *e)
{
    r->line = (long)event->start_mark.line + 1;
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        return !r->root || refused(r, e, "a second document: expected one");
    case YAML_ALIAS_EVENT: return take_alias(r, event, e);
    case YAML_SCALAR_EVENT: return take_text(r, event, e);
    case YAML_SEQUENCE_START_EVENT:
        return begin_value(r, YAML_LIST, event->data.sequence_start.anchor, e);
    case YAML_MAPPING_START_EVENT:
        return begin_value(r, YAML_MAPPING, event->data.mapping_start.anchor, e);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT: return end_value(r, e);
    default: return true;
    }
}

/* What libyaml says: the problem at its mark; where it gives none (encodings), the byte. */
static bool no_yaml(const struct reader *r, struct err *e)
{
    const yaml_parser_t *p = &r->parser;
    const char *problem = p->problem ? p->problem : "it cannot be read";
    if (p->error == YAML_READER_ERROR)
        return err_input(e, "%s: no YAML: byte %zu: %s", r->name, p->problem_offset, problem);
    return err_input(e, "%s:%zu: no YAML: %s", r->name, p->problem_mark.line + 1, problem);
}

static bool read_events(struct reader *r, struct err *e)
{
    bool more = true;
    while (more) {
        yaml_event_t event;
        if (!yaml_parser_parse(&r->parser, &event))
            return no_yaml(r, e);
        more = event.type != YAML_STREAM_END_EVENT;
        bool ok = take_event(r, &event, e);
        yaml_event_delete(&event);
        if (!ok)
            return false;
    }
    return r->root || err_input(e, "%s:1: the file is empty: expected a YAML document", r->name);
}

bool yaml_reader_read(struct str yaml, const char *name, bool loose, struct arena *arena,
                      const struct yaml_value **root, struct err *e)
{
    struct reader r = {.name = name, .loose = loose, .arena = arena, .line = 1};
    if (!yaml_parser_initialize(&r.parser))
        return err_set(e, ERR_SYSTEM, "libyaml cannot start");
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)yaml.p, yaml.n);
    bool ok = read_events(&r, e);
    *root = r.root;
    yaml_parser_delete(&r.parser);
    mem_free(MEM_BASE, (void *)r.pending);
    HASH_CLEAR(hh, r.anchors);
    return ok;
}
