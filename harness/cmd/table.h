/* A table for the terminal: columns aligned, the first to the left, the others to the right.
 *
 *     struct table t = {0};
 *     table_row(&t, "comparison", "ratio", NULL);
 *     table_row(&t, "pre-group", "0.512", NULL);
 *     table_print(&t, stdout);
 *     table_done(&t);
 */
#ifndef CUPEL_CMD_TABLE_H
#define CUPEL_CMD_TABLE_H

#include "harness/base/arena.h"

#include <stdio.h>

enum { TABLE_COLUMNS = 16 };

struct table_line {
    const char *cell[TABLE_COLUMNS];
    int n;
    struct table_line *next;
};

struct table {
    struct arena arena;
    struct table_line *first, *last;
};

/* Texts up to NULL; copied. The first row is the heading; a table without others prints nothing. */
void table_row(struct table *t, const char *first, ...) __attribute__((sentinel));
void table_cells(struct table *t, const char *const *cells, int n); /* the same, n texts */
void table_print(const struct table *t, FILE *out);
void table_done(struct table *t);

#endif
