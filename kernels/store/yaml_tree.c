#include "kernels/store/yaml_tree.h"

#include "kernels/store/source.h"
#include "kernels/store/yaml_reader.h"

#include <string.h>
#include <strings.h>

enum { BYTES_MAX = 16 << 20, CHUNK_BYTES = 256 * 1024 };

struct yaml_tree {
    const struct yaml_value *root;
    struct arena arena;
};

static struct yaml_tree *parse(struct str yaml, const char *name, bool loose, struct err *e)
{
    struct yaml_tree *t = mem_alloc_zero(MEM_BASE, sizeof *t);
    if (yaml.n > BYTES_MAX)
        err_input(e, "%s: expected at most 16 MiB", name);
    else if (yaml_reader_read(yaml, name, loose, &t->arena, &t->root, e))
        return t;
    yaml_tree_free(t);
    return NULL;
}

struct yaml_tree *yaml_tree_parse(struct str yaml, const char *name, struct err *e)
{
    return parse(yaml, name, false, e);
}

struct yaml_tree *yaml_tree_parse_loose(struct str yaml, const char *name, struct err *e)
{
    return parse(yaml, name, true, e);
}

/* Not much more than fits: a file may be endless. */
static bool read_bytes(const char *path, struct text *into, struct err *e)
{
    struct source *s = source_open(path, e);
    size_t got = CHUNK_BYTES;
    bool ok = s != NULL;
    while (ok && got == CHUNK_BYTES && into->n <= BYTES_MAX) {
        text_reserve(into, CHUNK_BYTES);
        ok = source_read(s, into->p + into->n, CHUNK_BYTES, &got, e);
        into->n += got;
    }
    source_close(s);
    return ok;
}

struct yaml_tree *yaml_tree_read(const char *path, struct err *e)
{
    struct text bytes = {0};
    struct yaml_tree *t = NULL;
    if (read_bytes(path, &bytes, e))
        t = yaml_tree_parse((struct str){bytes.p, bytes.n}, path, e);
    text_done(&bytes);
    return t;
}

void yaml_tree_free(struct yaml_tree *t)
{
    if (!t)
        return;
    arena_done(&t->arena);
    mem_free(MEM_BASE, t);
}

const struct yaml_value *yaml_tree_root(const struct yaml_tree *t)
{
    return t->root;
}

const struct yaml_value *yaml_value_get(const struct yaml_value *mapping, const char *key)
{
    if (mapping->kind != YAML_MAPPING)
        return NULL;
    for (int i = 0; i < mapping->n; i++)
        if (str_is(mapping->keys[i]->text, key))
            return mapping->values[i];
    return NULL;
}

bool yaml_value_is_null(const struct yaml_value *v)
{
    return v->kind == YAML_TEXT && !v->quoted &&
           (v->text.n == 0 || str_is(v->text, "~") || strcasecmp(v->text.p, "null") == 0);
}
