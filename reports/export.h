/* An exporter is one const row: a name, the file that it writes, and how a document becomes its
 * text. All that stands in the document is plain text; the exporter escapes.
 */
#ifndef CUPEL_REPORTS_EXPORT_H
#define CUPEL_REPORTS_EXPORT_H

#include "reports/document.h"

struct exporter {
    const char *name, *file;
    void (*write)(const struct document *d, struct text *out);
};

extern const struct exporter export_markdown, export_html;

/* Every figure, rendered before, as NAME.svg (and NAME.png), then every exporter's file, each whole
 * by rename; paths are printed to standard output. The folder exists. */
bool export_all(const struct document *d, const char *folder, bool png, struct err *e) MUST_CHECK;

/* Draws every figure of the document. */
bool export_render(const struct document *d, const char *folder, struct err *e) MUST_CHECK;

#endif
