#include "kernels/capture/capture_yaml.h"

#include "kernels/capture/capture_found.h"
#include "kernels/store/yaml_tree.h"

#include <string.h>

static void take_item(const struct yaml_value *item, struct arena *a, struct capture_lines *files,
                      struct capture_lines *others)
{
    if (item->kind == YAML_TEXT && item->text.n > 0)
        capture_lines_add(files, a, str_copy(a, item->text));
    else
        capture_lines_add(others, a,
                          arena_format(a, "line %ld: expected the path of a file", item->line));
}

/* The value of the key, which must be there and once. Of two lists nobody can tell which one was meant. */
static const struct yaml_value *find_files(const struct yaml_value *root, struct err *e)
{
    const struct yaml_value *list = NULL;
    for (int i = 0; i < root->n; i++) {
        if (!str_is(root->keys[i]->text, "files"))
            continue;
        if (list) {
            err_input(e, "line %ld: the key \"files\" stands twice", root->keys[i]->line);
            return NULL;
        }
        list = root->values[i];
    }
    if (!list)
        err_input(e, "files: there is no such key%s",
                  yaml_value_get(root, "<<") ? ", and a merge key (\"<<\") is not followed" : "");
    return list;
}

static bool take_files(const struct yaml_value *root, struct arena *a, struct capture_lines *files,
                       struct capture_lines *others, struct err *e)
{
    if (root->kind != YAML_MAPPING)
        return err_input(e, "expected a map with a list \"files\"");
    const struct yaml_value *list = find_files(root, e);
    if (!list)
        return false;
    if (list->kind != YAML_LIST)
        return err_input(e, "files: expected a list");
    for (int i = 0; i < list->n; i++)
        take_item(list->values[i], a, files, others);
    return files->n > 0 || err_input(e, "files: expected a path at least");
}

/* "line:3: what" -> "line 3: what": the caller names the file. */
static void say_line(struct err *e)
{
    char *colon = strchr(e->text, ':');
    if (colon && colon[1] != ' ')
        *colon = ' ';
}

bool capture_yaml_parse(struct str text, struct arena *a, struct capture_lines *files,
                        struct capture_lines *others, struct err *e)
{
    struct yaml_tree *tree =
        yaml_tree_parse_loose((struct str){text.p ? text.p : "", text.n}, "line", e);
    if (!tree)
        say_line(e);
    bool ok = tree && take_files(yaml_tree_root(tree), a, files, others, e);
    yaml_tree_free(tree);
    return ok;
}
