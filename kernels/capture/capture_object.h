/* One content of objects/, private to this folder: written once, named by its SHA-256. */
#ifndef CUPEL_CAPTURE_OBJECT_H
#define CUPEL_CAPTURE_OBJECT_H

#include "kernels/capture/capture.h"

struct capture_object {
    const char *base;
    const char *sha256;
    bool durable; /* its bytes are synced; objects/ab and objects are for the caller to sync */
};

/* Adds it unless it is there with as many bytes; then its time of change becomes now, so that whoever clears
 * away what no run names can leave alone what is in use. folders: of how many were made. */
bool capture_object_put(const struct capture_object *o, const struct text *bytes, bool *is_new,
                        uint64_t *folders, struct err *e) MUST_CHECK;

/* Permissions and time of a file that was written. */
bool capture_object_stamp(int fd, const struct capture_file *like, struct err *e) MUST_CHECK;

#endif
