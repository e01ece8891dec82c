/* A YAML document as a tree of values, read whole (libyaml), with the lines on which they stand.
 *
 *     struct yaml_tree *t = yaml_tree_read(path, e);
 *     const struct yaml_value *v = yaml_value_get(yaml_tree_root(t), "amt");
 *     yaml_tree_free(t);
 *
 * One document; keys are text, and none stands twice in a mapping. An alias is the very value that it
 * stands for, so that nothing grows; where it would stand inside itself it is refused, and so are
 * merge keys ("<<"). Tags are passed over: what a text means is for who asks. Limits: 16 MiB, 64 levels,
 * a million values and keys. Of a file that is somebody else's, yaml_tree_parse_loose takes all keys.
 */
#ifndef CUPEL_STORE_YAML_TREE_H
#define CUPEL_STORE_YAML_TREE_H

#include "harness/base/err.h"
#include "harness/base/str.h"

#include <stdbool.h>

enum yaml_kind { YAML_TEXT, YAML_LIST, YAML_MAPPING };

struct yaml_value {
    enum yaml_kind kind;
    bool quoted; /* of a text */
    long line;
    struct str text; /* NUL-terminated, no NUL inside */
    int n;           /* values of a list, or of a mapping */
    const struct yaml_value *const *values;
    const struct yaml_value *const *keys; /* of a mapping: texts (but see yaml_tree_parse_loose) */
};

struct yaml_tree;
/* Error: "FILE:LINE: ...". Owner: the caller. A gzip file is unpacked. */
struct yaml_tree *yaml_tree_read(const char *path, struct err *e) MUST_CHECK;
struct yaml_tree *yaml_tree_parse(struct str yaml, const char *name, struct err *e) MUST_CHECK;
/* For a file of which only some keys are ours: what YAML allows of keys is no error there. A merge key is a key as
 * any other, nothing is merged; a key may stand twice, and yaml_value_get finds the first; one may be a
 * list or mapping, whose text is empty. Whoever asks looks at the keys that are its own. */
struct yaml_tree *yaml_tree_parse_loose(struct str yaml, const char *name,
                                        struct err *e) MUST_CHECK;
void yaml_tree_free(struct yaml_tree *t); /* NULL is fine */

const struct yaml_value *yaml_tree_root(const struct yaml_tree *t);

/* NULL: no such key, or no mapping. One key after the other. */
const struct yaml_value *yaml_value_get(const struct yaml_value *mapping, const char *key);
/* Nothing was written, or ~ or null. */
bool yaml_value_is_null(const struct yaml_value *v);

#endif
