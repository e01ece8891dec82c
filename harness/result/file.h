/* A results file: one JSON record a line, appended as it comes, so that a late failure loses
 * nothing. The first record is the "run" (scenario, environment, inputs, seed), then "comparison"
 * and "skipped" records, at the end "end". results/schema.json is the reference.
 */
#ifndef CUPEL_RESULT_FILE_H
#define CUPEL_RESULT_FILE_H

#include "harness/base/err.h"
#include "harness/base/json.h"

enum { RESULT_SCHEMA = 1 };

struct result_writer {
    int fd;
    char *path;
};

#define RESULT_WRITER_NONE                                                                         \
    {                                                                                              \
        .fd = -1                                                                                   \
    }

/* A new file; its folder is made if need be. Error: it exists, or cannot be made. */
bool result_writer_open(struct result_writer *w, const char *path, struct err *e) MUST_CHECK;

/* Appends one line and syncs it. Takes ownership of the record. */
bool result_writer_add(struct result_writer *w, struct json *record, struct err *e) MUST_CHECK;
void result_writer_close(struct result_writer *w);

struct result_file {
    const char *path;
    struct json *records;   /* array, in the order of the file */
    const struct json *run; /* the first */
    bool complete;          /* an "end" record says that all cells were measured */
};

/* Error: names file and line. A torn last line (a crash while it was written) is dropped and makes
 * the file incomplete. Owner: the caller, result_file_done. */
bool result_file_read(struct result_file *f, const char *path, struct err *e) MUST_CHECK;
void result_file_done(struct result_file *f);

/* Is it a record of this kind ("comparison")? */
bool result_is(const struct json *record, const char *kind);

/* The comparison with this id, or NULL. */
const struct json *result_find(const struct result_file *f, const char *id);

#endif
