#include "kernels/capture/capture_yaml.h"

#include "kernels/capture/capture_found.h"

#include <string.h>
#include <yaml.h>

static struct str text_of(const yaml_node_t *node)
{
    return node->type == YAML_SCALAR_NODE
               ? (struct str){(const char *)node->data.scalar.value, node->data.scalar.length}
               : (struct str){"", 0};
}

/* The value of a key, NULL when the map lacks it. */
static yaml_node_t *value_of(yaml_document_t *document, const yaml_node_t *map, const char *key)
{
    const yaml_node_pair_t *pair = map->data.mapping.pairs.start;
    for (; pair < map->data.mapping.pairs.top; pair++)
        if (str_is(text_of(yaml_document_get_node(document, pair->key)), key))
            return yaml_document_get_node(document, pair->value);
    return NULL;
}

static void take_item(const yaml_node_t *item, struct arena *a, struct capture_lines *files,
                      struct capture_lines *others)
{
    struct str name = text_of(item);
    unsigned long line = (unsigned long)item->start_mark.line + 1;
    if (name.n > 0 && !memchr(name.p, '\0', name.n))
        capture_lines_add(files, a, str_copy(a, name));
    else
        capture_lines_add(others, a,
                          arena_format(a, "line %lu: expected the path of a file", line));
}

static bool take_files(yaml_document_t *document, struct arena *a, struct capture_lines *files,
                       struct capture_lines *others, struct err *e)
{
    const yaml_node_t *root = yaml_document_get_root_node(document);
    if (!root || root->type != YAML_MAPPING_NODE)
        return err_input(e, "expected a map with a list \"files\"");
    const yaml_node_t *list = value_of(document, root, "files");
    if (!list)
        return err_input(e, "files: there is no such key");
    if (list->type != YAML_SEQUENCE_NODE)
        return err_input(e, "files: expected a list");
    const yaml_node_item_t *item = list->data.sequence.items.start;
    for (; item < list->data.sequence.items.top; item++)
        take_item(yaml_document_get_node(document, *item), a, files, others);
    return files->n > 0 || err_input(e, "files: expected a path at least");
}

bool capture_yaml_parse(struct str text, struct arena *a, struct capture_lines *files,
                        struct capture_lines *others, struct err *e)
{
    yaml_parser_t parser;
    yaml_document_t document;
    if (!yaml_parser_initialize(&parser))
        return err_input(e, "no memory for a YAML parser");
    yaml_parser_set_input_string(&parser, (const unsigned char *)(text.p ? text.p : ""), text.n);
    bool ok = yaml_parser_load(&parser, &document);
    if (!ok) {
        err_input(e, "line %lu: %s", (unsigned long)parser.problem_mark.line + 1,
                  parser.problem ? parser.problem : "no YAML");
        goto out;
    }
    ok = take_files(&document, a, files, others, e);
    yaml_document_delete(&document);
out:
    yaml_parser_delete(&parser);
    return ok;
}
