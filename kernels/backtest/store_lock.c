#include "kernels/backtest/store_lock.h"

#include "harness/base/io.h"

#include <errno.h>
#include <fcntl.h>

/* Who is in the way of a lock; 0: nobody any more. */
static pid_t who_holds(int fd, short kind)
{
    struct flock asked = {.l_type = kind, .l_whence = SEEK_SET};
    bool held = fcntl(fd, F_GETLK, &asked) == 0 && asked.l_type != F_UNLCK;
    return held ? asked.l_pid : 0;
}

bool bt_store_lock(const char *path, enum bt_lock kind, int *fd, struct err *e)
{
    bool shared = kind == BT_LOCK_SHARED;
    struct flock whole = {.l_type = shared ? F_RDLCK : F_WRLCK, .l_whence = SEEK_SET};
    *fd = io_open(path, shared ? O_RDONLY : O_RDWR | O_CREAT, e);
    if (*fd < 0)
        return false;
    if (fcntl(*fd, F_SETLK, &whole) == 0)
        return true;
    if (errno != EACCES && errno != EAGAIN)
        err_system(e, "%s", path);
    else
        err_input(e, "%s: another run is using this store (process %ld)", path,
                  (long)who_holds(*fd, whole.l_type));
    io_close(*fd);
    *fd = -1;
    return false;
}

bool bt_store_holder(const char *path, pid_t *holder, struct err *e)
{
    *holder = 0;
    if (!io_exists(path) && errno == ENOENT)
        return true;
    int fd = io_open(path, O_RDONLY, e);
    if (fd < 0)
        return false;
    *holder = who_holds(fd, F_RDLCK); /* of shared ones nobody is in the way */
    io_close(fd);
    return true;
}
