/* Files, counted. Every open, read, write, sync and rename of cupel goes through here (SQLite's
 * too, through io_sqlite_vfs), so that a layer's saving in I/O is an exact count beside its time.
 * Rooms: io.c (counts, descriptors, reading), io_output.c (writing whole files), io_folder.c.
 *
 * Counts are per process, whatever thread counts. CUPEL_IO_FAULT=op:nth[:errno name] makes the nth
 * operation of a kind fail, for tests: `CUPEL_IO_FAULT=write:3:ENOSPC`; with the name KILL the process
 * is killed in front of it. Any other form of it ends the process (2).
 */
#ifndef CUPEL_BASE_IO_H
#define CUPEL_BASE_IO_H

#include "harness/base/err.h"
#include "harness/base/str.h"

#include <stddef.h>
#include <stdint.h>

/* operation, name in records and in CUPEL_IO_FAULT */
#define IO_OPS(X)                                                                                  \
    X(OPEN, "open")                                                                                \
    X(READ, "read")                                                                                \
    X(WRITE, "write")                                                                              \
    X(SYNC, "fsync")                                                                               \
    X(RENAME, "rename")                                                                            \
    X(REMOVE, "remove")                                                                            \
    X(MAP, "map")

enum io_op {
#define IO_ENUM(name, text) IO_##name,
    IO_OPS(IO_ENUM)
#undef IO_ENUM
        IO_OP_COUNT
};

struct io_counts {
    uint64_t calls[IO_OP_COUNT];
    uint64_t bytes_read, bytes_written;
};

struct io_counts io_counts_now(void);
void io_counts_add(struct io_counts more); /* what a worker process counted */

/* For wrappers of other libraries: counts one operation of `bytes`; false when it must fail. */
bool io_count(enum io_op op, uint64_t bytes);

/* Descriptors. flags and mode are those of open(2); O_CLOEXEC is added. -1 on error. */
int io_open(const char *path, int flags, struct err *e) MUST_CHECK;
/* Up to n bytes; *got == 0 at the end of the file. Retries EINTR. */
bool io_read(int fd, void *into, size_t n, size_t *got, struct err *e) MUST_CHECK;
bool io_write(int fd, const void *bytes, size_t n, struct err *e) MUST_CHECK; /* all of them */
bool io_sync(int fd, struct err *e) MUST_CHECK;
void io_close(int fd); /* -1 is fine */

/* Whole files. io_read_file appends to `into`. io_write_file writes a temporary file beside the
 * target, syncs it, renames it over the target and syncs the folder: old or new, never a part. */
bool io_read_file(const char *path, struct text *into, struct err *e) MUST_CHECK;
bool io_write_file(const char *path, const void *bytes, size_t n, struct err *e) MUST_CHECK;

/* A file that a user names; "-" is standard output. An existing device, FIFO or what standard output or error is (also as
 * /dev/stdout) is written through; a link is followed; a regular or absent file is replaced as by
 * io_write_file, its mode kept. io_check_output refuses, before any work, what cannot become one:
 * an empty name, a folder, a link to nothing, no such folder, no permission. */
bool io_check_output(const char *path, struct err *e) MUST_CHECK;
/* The same name, or one regular file by two; "-" never. io_check_unlike: an output that would replace what
 * is read (NULL: nothing) is an error. */
bool io_same_file(const char *a, const char *b);
bool io_check_unlike(const char *out, const char *input, struct err *e) MUST_CHECK;
bool io_write_output(const char *path, const void *bytes, size_t n, struct err *e) MUST_CHECK;

/* The same in pieces, in constant memory.
 *
 *     struct io_output *o = io_output_open(path, e);
 *     io_output_append(o, line.p, line.n, e);       // as often as there are lines
 *     io_output_commit(o, e);                       // or io_output_abandon(o)
 *
 * A file is a temporary one beside its place until the commit, so that a failure or a kill leaves what
 * was there. What is written through gets pieces as they fill: nothing of it can be taken back, but
 * an append of at most 64 KiB is never torn by a later failure of ours. After an error: abandon. */
struct io_output;
struct io_output *io_output_open(const char *path, struct err *e) MUST_CHECK; /* NULL on error */
bool io_output_append(struct io_output *o, const void *bytes, size_t n, struct err *e) MUST_CHECK;
/* What was appended is with whoever reads along; nobody does where a file is replaced. */
bool io_output_flush(struct io_output *o, struct err *e) MUST_CHECK;
bool io_output_commit(struct io_output *o, struct err *e) MUST_CHECK; /* ends it, also on error */
void io_output_abandon(struct io_output *o);                          /* NULL is fine */

/* Removes what killed processes left of such a file (PATH.tmp.PID, none of PID alive). Returns how
 * many; what cannot be removed stays. */
int io_remove_leftovers(const char *path);

/* A read-only mapping of a whole file. n == 0 for an empty file (p is NULL then). */
struct io_map {
    const void *p;
    size_t n;
};
bool io_map(const char *path, struct io_map *out, struct err *e) MUST_CHECK;
void io_unmap(struct io_map *map); /* zero is fine */

/* Folders. */
bool io_make_dirs(const char *path, struct err *e) MUST_CHECK; /* as mkdir -p */
bool io_rename(const char *from, const char *to, struct err *e) MUST_CHECK;
bool io_sync_dir(const char *path, struct err *e) MUST_CHECK;
bool io_remove(const char *path, struct err *e) MUST_CHECK; /* a file; absent is an error */
bool io_remove_tree(const char *path,
                    struct err *e) MUST_CHECK; /* absent is fine, from the start or meanwhile;
                                                * links unlinked */
/* What killed processes left of io_write_file (NAME.tmp.PID), in a folder and below; links are not
 * followed, nor are the folders right below it entered that `except` names (NULL-terminated; NULL: none).
 * For a folder in which nobody is writing. */
bool io_remove_temporaries(const char *path, const char *const *except, struct err *e) MUST_CHECK;
bool io_is_temporary(const char *name); /* is it the name of such a file, or of one beside it? */
bool io_exists(const char *path);
bool io_is_empty_dir(const char *path); /* true also when there is nothing at all */
/* Where what is not kept goes: the chosen folder, or (NULL) $TMPDIR, or /var/tmp. Nothing is made. */
const char *io_passing_folder(const char *chosen);

/* The name of an SQLite VFS (sqlite3_open_v2's last argument) that counts as above. */
const char *io_sqlite_vfs(void);

#endif
