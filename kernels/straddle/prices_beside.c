/* Files of libraries that write by name, put in place whole. */
#include "kernels/straddle/prices_parts.h"

#include "harness/base/io.h"

#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* What `fill` made at `beside`, at its place. */
static bool put_in_place(const char *beside, const char *path, struct err *e)
{
    char folder[PATH_MAX];
    int fd = io_open(beside, O_RDONLY, e);
    bool ok = fd >= 0 && (io_sync(fd, e) || err_prefix(e, "%s", path));
    io_close(fd);
    snprintf(folder, sizeof folder, "%s", path);
    return ok && io_rename(beside, path, e) && io_sync_dir(dirname(folder), e);
}

bool prices_write_beside(const char *path, prices_fill *fill, const struct prices_content *content,
                         struct err *e)
{
    char real[PATH_MAX];
    struct text beside = {0};
    if (!realpath(path, real))
        snprintf(real, sizeof real, "%s", path);
    text_printf(&beside, "%s.tmp.%ld", real, (long)getpid());
    unlink(beside.p); /* of a process of the same number */
    bool ok = (fill(beside.p, content, e) || err_prefix(e, "%s", path)) &&
              put_in_place(beside.p, real, e);
    if (!ok)
        unlink(beside.p);
    text_done(&beside);
    return ok;
}
