/* What libyaml tells, event by event, made into values of a tree; private to yaml_tree.c. */
#ifndef CUPEL_STORE_YAML_READER_H
#define CUPEL_STORE_YAML_READER_H

#include "kernels/store/yaml_tree.h"

/* Values live in the arena. loose: any key, as often as it likes. */
bool yaml_reader_read(struct str yaml, const char *name, bool loose, struct arena *arena,
                      const struct yaml_value **root, struct err *e) MUST_CHECK;

#endif
