#include "harness/storage/archive_library.h"

#include "kernels/shared_object.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

static const struct {
    const char *name;
    size_t offset;
} functions[] = {
#define ARCHIVE_ROW(name) {#name, offsetof(struct archive_library, name)},
    ARCHIVE_FUNCTIONS(ARCHIVE_ROW)
#undef ARCHIVE_ROW
};

bool archive_library_load(struct archive_library *out, struct err *e)
{
    void *library = dlopen("libarchive.so.13", RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return err_input(e, "archives need libarchive: apt-get install libarchive13");
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (!shared_object_function(library, functions[i].name, (char *)out + functions[i].offset,
                                    sizeof(void *), e))
            return err_prefix(e, "libarchive.so.13");
    return true;
}

struct archive_names archive_names_begin(void)
{
    struct archive_names names = {.now = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0)};
    if (names.now)
        names.before = uselocale(names.now);
    return names;
}

void archive_names_end(struct archive_names names)
{
    if (!names.now)
        return;
    uselocale(names.before);
    freelocale(names.now);
}
