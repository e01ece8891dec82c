/* A report before it is Markdown or HTML: a list of blocks of plain text. Sections add blocks,
 * exporters walk them; escaping is the exporters' work, so that no section can forget it.
 */
#ifndef CUPEL_REPORTS_DOCUMENT_H
#define CUPEL_REPORTS_DOCUMENT_H

#include "reports/table.h"

#include "harness/base/err.h"
#include "harness/base/str.h"

enum block_kind {
    BLOCK_HEADING, /* level 1..4 */
    BLOCK_LEAD,    /* the one-sentence result */
    BLOCK_TEXT,
    BLOCK_WARNING, /* what a reader must not miss */
    BLOCK_ITEM,    /* of a list; text holds "term: rest" */
    BLOCK_LINK,    /* to a file beside the report; text is what it is called */
    BLOCK_CODE,    /* a command to copy */
    BLOCK_TABLE,
    BLOCK_FIGURE,
    BLOCK_GRID, /* figures side by side up to its end */
    BLOCK_GRID_END,
    BLOCK_FOLD, /* closed until the reader opens it; text is its summary */
    BLOCK_FOLD_END,
};

struct figure {
    const char *name;        /* of its files, without ".svg": letters, digits, dashes */
    const char *title;       /* also the alternative text's first part */
    const char *description; /* what a reader without the picture should know */
    int width, height;       /* px */
    struct text script;      /* gnuplot commands behind the terminal's */
    struct text svg;         /* set by plot_render: the <svg> element, fit to stand in a page */
};

struct block {
    enum block_kind kind;
    int level;
    const char *text;
    const char *target; /* of a link: a path from the report's folder */
    struct table *table;
    struct figure *figure;
    struct block *next;
};

struct document {
    struct arena *arena;
    struct block *first, *last;
    const char *title;
    const char *home;     /* the folder that the report is written to */
    const char *markdown; /* name of the Markdown file; NULL: the exporter's own */
    const char *folder;   /* of the pictures, below the report's; NULL: beside it */
    int figures;
};

/* text must live as long as the arena. */
void document_heading(struct document *d, int level, const char *text);

/* Any of the kinds that hold one text. */
void document_add(struct document *d, enum block_kind kind, const char *format, ...) PRINTF(3, 4);
void document_table(struct document *d, struct table *t);
void document_link(struct document *d, const char *text, const char *target);

/* A figure whose script is to be written; named "kind-N-slug of about". */
struct figure *document_figure(struct document *d, const char *kind, const char *about);
void document_done(struct document *d); /* frees the figures' texts; the rest is the arena's */

#endif
