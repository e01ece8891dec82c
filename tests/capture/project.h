/* A project of files made for a test. */
#ifndef CUPEL_TESTS_CAPTURE_PROJECT_H
#define CUPEL_TESTS_CAPTURE_PROJECT_H

#include "kernels/capture/capture.h"

/* One file of the folder, its folders made. "-> TARGET": a link. */
void project_put(const char *folder, const char *path, const char *text);

/* Rows of path and text up to NULL. Owner: the arena. Returns its real path. */
const char *project_make(const char *name, const char *const rows[][2], struct arena *a);

/* The paths, joined by a blank. */
const char *project_paths(const struct capture_file *files, int n, struct arena *a);

/* A file's text. */
const char *project_text(const char *path, struct arena *a);

#endif
