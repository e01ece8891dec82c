/* strategy.yaml: which files to keep, private to this folder. The file is its owner's: one key of it is
 * ours, and how the others are written (twice, by merge keys) is not looked at.
 *
 *     files:
 *       - my_strategy.py
 *       - utils/indicators.py
 */
#ifndef CUPEL_CAPTURE_YAML_H
#define CUPEL_CAPTURE_YAML_H

#include "kernels/capture/capture.h"

#define CAPTURE_YAML_NAME "strategy.yaml"

/* The texts of `files`, in their order. False with one line in e: malformed (kernels/store/yaml_tree.h), no
 * map, no files or twice, no list, nothing in it. A list that only a merge key ("<<") would bring is not
 * looked for, and e says so. What is in the list and no text is a line of `others`. */
bool capture_yaml_parse(struct str text, struct arena *a, struct capture_lines *files,
                        struct capture_lines *others, struct err *e) MUST_CHECK;

#endif
