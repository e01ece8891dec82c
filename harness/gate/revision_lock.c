#include "harness/gate/revision_lock.h"

#include "harness/base/io.h"
#include "harness/base/log.h"
#include "harness/run/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

/* Whoever waited for the lock of a place that was removed meanwhile holds that of a file without a name. */
static bool is_current(int fd, const char *path)
{
    struct stat held, named;
    return fstat(fd, &held) == 0 && stat(path, &named) == 0 && held.st_ino == named.st_ino &&
           held.st_dev == named.st_dev;
}

int revision_lock_try(const char *path, struct err *e)
{
    e->text[0] = '\0';
    for (;;) {
        int fd = io_open(path, O_RDWR | O_CREAT, e);
        bool locked = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0;
        if (fd < 0 || (locked && is_current(fd, path)))
            return fd;
        if (!locked && errno != EWOULDBLOCK && errno != EINTR)
            err_system(e, "lock %s", path);
        io_close(fd);
        if (!locked)
            return -1;
    }
}

int revision_lock_wait(const char *path, const char *label, struct err *e)
{
    const struct timespec nap = {.tv_nsec = 100000000};
    int fd;
    for (bool told = false; (fd = revision_lock_try(path, e)) < 0 && !e->text[0]; told = true) {
        if (!told)
            log_info("%s: waiting for another run that uses it", label);
        nanosleep(&nap, NULL);
        if (!interrupt_none(e))
            return -1;
    }
    return fd;
}
