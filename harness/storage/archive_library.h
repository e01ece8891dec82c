/* The functions of libarchive that archive.c calls, by its own header's types. */
#ifndef CUPEL_STORAGE_ARCHIVE_LIBRARY_H
#define CUPEL_STORAGE_ARCHIVE_LIBRARY_H

#include "harness/base/err.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>

#define ARCHIVE_FUNCTIONS(X)                                                                       \
    X(archive_error_string)                                                                        \
    X(archive_entry_new)                                                                           \
    X(archive_entry_free)                                                                          \
    X(archive_entry_clear)                                                                         \
    X(archive_entry_pathname)                                                                      \
    X(archive_entry_filetype)                                                                      \
    X(archive_entry_set_pathname)                                                                  \
    X(archive_entry_set_filetype)                                                                  \
    X(archive_entry_set_perm)                                                                      \
    X(archive_entry_set_size)                                                                      \
    X(archive_entry_set_mtime)                                                                     \
    X(archive_write_new)                                                                           \
    X(archive_write_set_format_pax_restricted)                                                     \
    X(archive_write_add_filter_gzip)                                                               \
    X(archive_write_set_filter_option)                                                             \
    X(archive_write_set_bytes_in_last_block)                                                       \
    X(archive_write_open)                                                                          \
    X(archive_write_header)                                                                        \
    X(archive_write_data)                                                                          \
    X(archive_write_close)                                                                         \
    X(archive_write_free)                                                                          \
    X(archive_read_new)                                                                            \
    X(archive_read_support_format_tar)                                                             \
    X(archive_read_support_filter_gzip)                                                            \
    X(archive_read_open_filename)                                                                  \
    X(archive_read_next_header)                                                                    \
    X(archive_read_data)                                                                           \
    X(archive_read_free)

struct archive_library {
#define ARCHIVE_MEMBER(name) __typeof__(name) *name;
    ARCHIVE_FUNCTIONS(ARCHIVE_MEMBER)
#undef ARCHIVE_MEMBER
};

/* Error: it is not on this machine, and how it is had. Loaded until the process ends. */
bool archive_library_load(struct archive_library *out, struct err *e) MUST_CHECK;

/* Names are UTF-8 for this thread, whatever the locale, until the end: libarchive refuses those that its
 * locale lacks. */
struct archive_names {
    locale_t now, before;
};

struct archive_names archive_names_begin(void);
void archive_names_end(struct archive_names names);

#endif
