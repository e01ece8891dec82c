/* What lies below a folder: bytes as files tell them, and as they take place on the disk.
 *
 *     struct capture_size size;
 *     capture_size_of("base", &size);
 */
#ifndef CUPEL_CAPTURE_SIZE_H
#define CUPEL_CAPTURE_SIZE_H

#include <stdint.h>

struct capture_size {
    uint64_t files, folders; /* folders: the one itself too */
    uint64_t apparent;       /* bytes of files */
    uint64_t allocated;      /* blocks of files and folders, in bytes */
    uint64_t code, metadata; /* of the apparent bytes: below metadata/ of a run, and not */
};

/* Links count as themselves and are not followed. What cannot be read is left out, as is a folder that is
 * not there. */
void capture_size_of(const char *folder, struct capture_size *out);

#endif
