#include "harness/base/version.h"

#ifdef __clang__
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif

const char *version_commit(void)
{
    return CUPEL_COMMIT;
}

const char *version_compiler(void)
{
    return COMPILER;
}

const char *version_flags(void)
{
    return CUPEL_FLAGS;
}
