#include "harness/profile/registers.h"

#ifdef __x86_64__

#include <asm/perf_regs.h>
#include <elf.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

/* By DWARF's number (System V ABI for x86-64, figure 3.36). Perf gives them by ascending bit. */
static const struct {
    int bit;
    size_t at; /* in struct user_regs_struct */
} rows[REGISTERS] = {
    {PERF_REG_X86_AX,  offsetof(struct user_regs_struct, rax)},
    {PERF_REG_X86_DX,  offsetof(struct user_regs_struct, rdx)},
    {PERF_REG_X86_CX,  offsetof(struct user_regs_struct, rcx)},
    {PERF_REG_X86_BX,  offsetof(struct user_regs_struct, rbx)},
    {PERF_REG_X86_SI,  offsetof(struct user_regs_struct, rsi)},
    {PERF_REG_X86_DI,  offsetof(struct user_regs_struct, rdi)},
    {PERF_REG_X86_BP,  offsetof(struct user_regs_struct, rbp)},
    {PERF_REG_X86_SP,  offsetof(struct user_regs_struct, rsp)},
    {PERF_REG_X86_R8,  offsetof(struct user_regs_struct, r8) },
    {PERF_REG_X86_R9,  offsetof(struct user_regs_struct, r9) },
    {PERF_REG_X86_R10, offsetof(struct user_regs_struct, r10)},
    {PERF_REG_X86_R11, offsetof(struct user_regs_struct, r11)},
    {PERF_REG_X86_R12, offsetof(struct user_regs_struct, r12)},
    {PERF_REG_X86_R13, offsetof(struct user_regs_struct, r13)},
    {PERF_REG_X86_R14, offsetof(struct user_regs_struct, r14)},
    {PERF_REG_X86_R15, offsetof(struct user_regs_struct, r15)},
    {PERF_REG_X86_IP,  offsetof(struct user_regs_struct, rip)},
};

uint64_t registers_perf_mask(void)
{
    uint64_t mask = 0;
    for (int i = 0; i < REGISTERS; i++)
        mask |= UINT64_C(1) << rows[i].bit;
    return mask;
}

/* How many of the mask's bits are lower. */
static int place(int i)
{
    int lower = 0;
    for (int k = 0; k < REGISTERS; k++)
        lower += rows[k].bit < rows[i].bit;
    return lower;
}

void registers_from_perf(const uint64_t in[REGISTERS], uint64_t out[REGISTERS])
{
    for (int i = 0; i < REGISTERS; i++)
        out[i] = in[place(i)];
}

void registers_to_perf(const uint64_t in[REGISTERS], uint64_t out[REGISTERS])
{
    for (int i = 0; i < REGISTERS; i++)
        out[place(i)] = in[i];
}

bool registers_stopped(pid_t tid, uint64_t out[REGISTERS])
{
    struct user_regs_struct regs;
    struct iovec all = {&regs, sizeof regs};
    if (ptrace(PTRACE_GETREGSET, tid, (void *)(uintptr_t)NT_PRSTATUS, &all) != 0 ||
        all.iov_len != sizeof regs)
        return false;
    for (int i = 0; i < REGISTERS; i++)
        out[i] = *(const unsigned long long *)(const void *)((const char *)&regs + rows[i].at);
    return true;
}

#else

uint64_t registers_perf_mask(void)
{
    return 0;
}

void registers_from_perf(const uint64_t in[REGISTERS], uint64_t out[REGISTERS])
{
    for (int i = 0; i < REGISTERS; i++)
        out[i] = in[i];
}

void registers_to_perf(const uint64_t in[REGISTERS], uint64_t out[REGISTERS])
{
    registers_from_perf(in, out);
}

bool registers_stopped(pid_t tid, uint64_t out[REGISTERS])
{
    (void)tid;
    (void)out;
    return false;
}

#endif
