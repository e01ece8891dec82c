#include "tests/store/bytes.h"

#include "harness/base/io.h"

#include "tests/test.h"

#include <fcntl.h>

void bytes_write(const char *path, const char *bytes, size_t n)
{
    struct err e;
    int fd = io_open(path, O_WRONLY | O_CREAT | O_TRUNC, &e);
    assert_ok(fd >= 0 && io_write(fd, bytes, n, &e), &e);
    io_close(fd);
}

struct text bytes_of(const char *path)
{
    struct err e;
    struct text bytes = {0};
    assert_ok(io_read_file(path, &bytes, &e), &e);
    return bytes;
}
