#define _GNU_SOURCE
#include "harness/profile/peek.h"

#include <sys/uio.h>
#include <unistd.h>

size_t peek(pid_t pid, uint64_t address, void *into, size_t bytes)
{
    enum { PARTS = 16 };
    const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    struct iovec whole = {into, bytes}, parts[PARTS];
    unsigned long n = 0;
    /* A part is read whole or not at all: a page each. */
    for (size_t at = 0; at < bytes && n < PARTS; n++) {
        uint64_t from = address + at;
        size_t left = (size_t)(page - from % page);
        parts[n] = (struct iovec){(void *)(uintptr_t)from, left < bytes - at ? left : bytes - at};
        at += parts[n].iov_len;
    }
    ssize_t got = process_vm_readv(pid, &whole, 1, parts, n, 0);
    return got > 0 ? (size_t)got : 0;
}

int peek_chain(pid_t pid, const uint64_t registers[REGISTERS], uint64_t *chain, int max)
{
    uint64_t frame = registers[REGISTERS_FRAME], below = registers[REGISTERS_STACK];
    int n = 1;
    chain[0] = registers[REGISTERS_PC];
    while (n < max && frame >= below) {
        uint64_t words[2]; /* the caller's frame pointer, the return */
        if (peek(pid, frame, words, sizeof words) != sizeof words || words[1] == 0)
            break;
        chain[n++] = words[1];
        below = frame + sizeof words;
        frame = words[0];
    }
    return n;
}
