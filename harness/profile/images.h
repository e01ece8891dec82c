/* The files whose code was seen: programs, shared objects, the kernel's vDSO. Opened by libdwfl when
 * first asked about, wherever a process had them: a place is a file and an offset in it, the same for
 * every process at whatever address.
 *
 *     int image = images_number(&images, "/usr/bin/true");
 *     uint64_t address;
 *     if (images_address(&images, image, offset, &address)) ... dwfl_module_addrinfo(module, address)
 */
#ifndef CUPEL_PROFILE_IMAGES_H
#define CUPEL_PROFILE_IMAGES_H

#include "harness/base/arena.h"

#include <elfutils/libdwfl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of a file, and where a program header puts them. */
struct image_segment {
    uint64_t offset, bytes, address;
    bool code;
};

struct image {
    const char *path; /* as the kernel tells it */
    const char *name; /* without folder; "[vdso]", "[anonymous]", "[kernel]" */
    bool is_file;     /* false: there are no offsets; all of it is one place */
    bool opened;      /* was tried; dwfl and module are NULL when it cannot be read */
    Dwfl *dwfl;
    Dwfl_Module *module;
    uint64_t bias; /* libdwfl's addresses less those of the program headers */
    struct image_segment *segments;
    size_t segment_count;
};

struct images {
    struct arena arena;
    struct image *images;
    int count, capacity;
};

/* Its number, the same for the same path. Mappings without a file ("", "[heap]", "//anon") are one
 * image, "[anonymous]". */
int images_number(struct images *all, const char *path);

/* Stands for the kernel below a call. */
#define IMAGES_KERNEL "[kernel]"

/* Open now, if it can be. */
const struct image *images_open(struct images *all, int number);

/* What libdwfl calls the address of the byte at `offset` of the file. False: no code stands there, or
 * the file cannot be read. */
bool images_address(struct images *all, int number, uint64_t offset, uint64_t *address);

void images_done(struct images *all);

#endif
