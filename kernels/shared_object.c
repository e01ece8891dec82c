#include "kernels/shared_object.h"

#include "harness/base/str.h"

#include <assert.h>
#include <dlfcn.h>
#include <string.h>
#include <sys/stat.h>

enum { NAME_MAX_BYTES = 64 };

bool shared_object_is_path(const char *name)
{
    size_t n = strlen(name);
    return strchr(name, '/') || (n > 3 && strcmp(name + n - 3, ".so") == 0);
}

/* dlopen waits for the writer of a pipe, and looks for a name without '/' in the system's folders. */
void *shared_object_open(const char *path, struct err *e)
{
    struct stat st;
    struct text file = {0};
    text_printf(&file, "%s%s", strchr(path, '/') ? "" : "./", path);
    bool is_file = stat(file.p, &st) == 0 && S_ISREG(st.st_mode);
    void *library = is_file ? dlopen(file.p, RTLD_NOW | RTLD_LOCAL) : NULL;
    if (!is_file) {
        err_input(e, "no such file");
    } else if (!library) {
        const char *why = dlerror();
        bool repeats = strncmp(why, file.p, file.n) == 0 && strncmp(why + file.n, ": ", 2) == 0;
        err_input(e, "%s", repeats ? why + file.n + 2 : why);
    }
    text_done(&file);
    return library;
}

void shared_object_close(void *library)
{
    dlclose(library);
}

bool shared_object_function(void *library, const char *name, void *function, size_t size,
                            struct err *e)
{
    void *symbol = dlsym(library, name);
    assert(size == sizeof symbol);
    if (!symbol)
        return err_input(e, "exports no %s", name);
    memcpy(function, &symbol, size); /* no cast leads from an object to a function */
    return true;
}

bool shared_object_name(const char *field, const char *name, struct err *e)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    if (!name)
        return err_input(e, "%s: expected a name, found NULL", field);
    size_t n = strnlen(name, NAME_MAX_BYTES + 1);
    return (n > 0 && n <= NAME_MAX_BYTES && strspn(name, allowed) == n && name[0] != '-' &&
            name[0] != '.') ||
           err_input(e, "%s: expected 1 to %d of letters, digits, . _ -, found \"%.*s\"", field,
                     NAME_MAX_BYTES, (int)n, name);
}
