/* The files and warnings of a plan while they are collected, private to this folder.
 *
 *     struct capture_found f;
 *     capture_found_begin(&f, plan, arena);
 *     capture_found_add(&f, "rsi.py");
 *     ... f.files[i] is read, and what it needs is added: the list grows behind i ...
 *     capture_found_end(&f);                              // the plan's files, sorted
 */
#ifndef CUPEL_CAPTURE_FOUND_H
#define CUPEL_CAPTURE_FOUND_H

#include "kernels/capture/capture_paths.h"

#define CAPTURE_DOUBT 0.9 /* the confidence where something may be missing, or is */

struct capture_place; /* a hash row */

struct capture_found {
    struct capture_plan *plan; /* root is set */
    struct arena *arena;
    struct capture_file *files; /* in the order in which they were added */
    int count, capacity;
    struct capture_place *places; /* that were asked for, and what they are */
    struct capture_place *read;   /* real paths that were read */
    bool is_full;
};

void capture_found_begin(struct capture_found *f, struct capture_plan *plan, struct arena *a);

/* Looks at a place and adds the file once. It only tells what is there: the caller warns. */
enum capture_look capture_found_add(struct capture_found *f, const char *place);

/* As capture_found_add; what is there and may not be taken is warned of. Was there anything? A link that
 * leads nowhere is warned of, and none: whoever looks for the name goes on. */
bool capture_found_take(struct capture_found *f, const char *place);

/* Is this the first time that the file is to be read? Two names may lead to one file. */
bool capture_found_is_new(struct capture_found *f, const struct capture_file *file);

void capture_found_end(struct capture_found *f);

/* Adds a line; too many of them end in one that says so. */
void capture_warn(struct capture_plan *plan, struct arena *a, const char *format, ...) PRINTF(3, 4);

/* As capture_warn: something may be missing. */
void capture_doubt(struct capture_plan *plan, struct arena *a, const char *format, ...)
    PRINTF(3, 4);

/* For any list of lines: adds `line` as it is. */
void capture_lines_add(struct capture_lines *lines, struct arena *a, const char *line);
void capture_lines_sort(struct capture_lines *lines);

#endif
