/* The entry that libFuzzer calls; FUZZ_TARGET is fuzz_NAME. */
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FUZZ_TARGET((struct str){(const char *)data, size});
    return 0;
}
