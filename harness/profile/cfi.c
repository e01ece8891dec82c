#include "harness/profile/cfi.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <stdlib.h>
#include <string.h>

enum how {
    SAME,      /* as in this frame */
    UNDEFINED, /* there is none */
    AT,        /* in memory, at the frame's address + offset */
    VALUE,     /* the frame's address + offset itself */
    REGISTER,  /* in another register */
    FORMULA    /* in memory, at what ops give */
};

struct where {
    enum how how;
    int number; /* REGISTER: which */
    int64_t offset;
    const Dwarf_Op *ops; /* libdw's, for as long as the image is open */
    size_t n;
};

/* The frame's address ("CFA") is a register + offset, or what ops give. */
struct cfi_rule {
    struct where address, caller[REGISTERS];
    bool is_signal;
};

bool cfi_read(const struct cfi_stack *stack, uint64_t address, uint64_t *word)
{
    uint64_t into = address - stack->address;
    if (address < stack->address || into > stack->bytes || stack->bytes - into < sizeof *word)
        return false;
    memcpy(word, stack->p + into, sizeof *word);
    return true;
}

/* libdw tells a rule as operations: a few shapes are all but every one. */
static struct where where_of(const Dwarf_Op *ops, size_t n)
{
    struct where formula = {.how = FORMULA, .ops = ops, .n = n};
    if (n == 0)
        return (struct where){.how = ops ? UNDEFINED : SAME};
    if (ops[0].atom == DW_OP_regx && n == 1)
        return (struct where){.how = REGISTER, .number = (int)ops[0].number};
    if (ops[0].atom != DW_OP_call_frame_cfa)
        return formula;
    bool moved = n > 1 && ops[1].atom == DW_OP_plus_uconst;
    bool value = n > 1 && ops[n - 1].atom == DW_OP_stack_value;
    if (n != 1U + moved + value)
        return formula;
    return (struct where){.how = value ? VALUE : AT, .offset = moved ? (int64_t)ops[1].number : 0};
}

static bool read_rule(Dwarf_Frame *frame, struct cfi_rule *rule)
{
    Dwarf_Op *ops;
    size_t n;
    Dwarf_Addr start, end;
    if (dwarf_frame_cfa(frame, &ops, &n) != 0 || n == 0)
        return false;
    rule->address = ops[0].atom == DW_OP_bregx && n == 1 && ops[0].number < REGISTERS
                        ? (struct where){.how = REGISTER,
                                         .number = (int)ops[0].number,
                                         .offset = (int64_t)ops[0].number2}
                        : (struct where){.how = FORMULA, .ops = ops, .n = n};
    for (int i = 0; i < REGISTERS; i++) {
        Dwarf_Op three[3];
        if (dwarf_frame_register(frame, i, three, &ops, &n) != 0)
            return false;
        rule->caller[i] = where_of(ops, n);
        if (rule->caller[i].how == FORMULA && ops == three)
            return false;
    }
    return dwarf_frame_info(frame, &start, &end, &rule->is_signal) == REGISTERS_PC;
}

static bool rule_from(Dwarf_CFI *cfi, uint64_t address, struct cfi_rule *rule)
{
    Dwarf_Frame *frame = NULL;
    if (!cfi || dwarf_cfi_addrframe(cfi, address, &frame) != 0)
        return false;
    bool whole = read_rule(frame, rule);
    free(frame);
    return whole;
}

const struct cfi_rule *cfi_rule(const struct image *m, uint64_t address, struct arena *a)
{
    struct cfi_rule rule = {.is_signal = false};
    Dwarf_Addr bias;
    if (!m->module)
        return NULL;
    Dwarf_CFI *cfi = dwfl_module_eh_cfi(m->module, &bias);
    bool found = rule_from(cfi, address - bias, &rule);
    if (!found) {
        cfi = dwfl_module_dwarf_cfi(m->module, &bias);
        found = rule_from(cfi, address - bias, &rule);
    }
    if (!found)
        return NULL;
    struct cfi_rule *kept = ARENA_NEW(a, struct cfi_rule, 1);
    *kept = rule;
    return kept;
}

bool cfi_is_signal(const struct cfi_rule *rule)
{
    return rule->is_signal;
}

/* A formula's stack machine: as much of it as compilers and linkers use (of PLTs and signal frames). */
struct machine {
    const struct cfi_stack *memory;
    const uint64_t *registers;
    uint64_t frame, stack[16];
    int n;
    bool bad;
};

static void push(struct machine *m, uint64_t x)
{
    if (m->n == (int)(sizeof m->stack / sizeof *m->stack))
        m->bad = true;
    else
        m->stack[m->n++] = x;
}

static uint64_t pop(struct machine *m)
{
    if (m->n == 0)
        m->bad = true;
    return m->bad ? 0 : m->stack[--m->n];
}

static void push_register(struct machine *m, uint64_t number, uint64_t offset)
{
    if (number >= REGISTERS)
        m->bad = true;
    else
        push(m, m->registers[number] + offset);
}

static void push_pair(struct machine *m, uint8_t atom)
{
    uint64_t b = pop(m), a = pop(m);
    switch (atom) {
    case DW_OP_plus: push(m, a + b); break;
    case DW_OP_minus: push(m, a - b); break;
    case DW_OP_and: push(m, a & b); break;
    case DW_OP_or: push(m, a | b); break;
    case DW_OP_shl: push(m, b < 64 ? a << b : 0); break;
    case DW_OP_ge: push(m, (int64_t)a >= (int64_t)b); break;
    default: m->bad = true;
    }
}

static void operate(struct machine *m, const Dwarf_Op *op)
{
    uint64_t x = 0;
    if (op->atom >= DW_OP_breg0 && op->atom <= DW_OP_breg31) {
        push_register(m, (uint64_t)op->atom - DW_OP_breg0, op->number);
        return;
    }
    if (op->atom >= DW_OP_lit0 && op->atom <= DW_OP_lit31) {
        push(m, (uint64_t)op->atom - DW_OP_lit0);
        return;
    }
    switch (op->atom) {
    case DW_OP_bregx: push_register(m, op->number, op->number2); break;
    case DW_OP_call_frame_cfa: push(m, m->frame); break;
    case DW_OP_plus_uconst: push(m, pop(m) + op->number); break;
    case DW_OP_const1u:
    case DW_OP_const1s:
    case DW_OP_const2u:
    case DW_OP_const2s:
    case DW_OP_const4u:
    case DW_OP_const4s:
    case DW_OP_const8u:
    case DW_OP_const8s:
    case DW_OP_constu:
    case DW_OP_consts: push(m, op->number); break;
    case DW_OP_deref:
        m->bad = !cfi_read(m->memory, pop(m), &x) || m->bad;
        push(m, x);
        break;
    default: push_pair(m, op->atom);
    }
}

static bool formula(const struct where *w, const struct cfi_stack *memory,
                    const uint64_t *registers, uint64_t frame, uint64_t *value)
{
    struct machine m = {.memory = memory, .registers = registers, .frame = frame};
    for (size_t i = 0; i < w->n && !m.bad; i++)
        operate(&m, &w->ops[i]);
    *value = pop(&m);
    return !m.bad;
}

static bool caller_value(const struct where *w, int i, const struct cfi_stack *memory,
                         const uint64_t *registers, uint64_t frame, uint64_t *value)
{
    uint64_t address;
    switch (w->how) {
    case UNDEFINED: /* nobody needs it */
    case SAME: *value = registers[i]; return true;
    case VALUE: *value = frame + (uint64_t)w->offset; return true;
    case AT:
        address = frame + (uint64_t)w->offset;
        /* At a function's end it may have been popped: compilers do not say so, but the stack does. */
        if (address < registers[REGISTERS_STACK] && i != REGISTERS_PC) {
            *value = registers[i];
            return true;
        }
        return cfi_read(memory, address, value);
    case REGISTER:
        *value = w->number < REGISTERS ? registers[w->number] : 0;
        return w->number < REGISTERS;
    case FORMULA:
        return formula(w, memory, registers, frame, &address) && cfi_read(memory, address, value);
    }
    return false;
}

enum cfi_step cfi_step(const struct cfi_rule *rule, const struct cfi_stack *stack,
                       uint64_t registers[REGISTERS])
{
    uint64_t frame, caller[REGISTERS];
    const struct where *at = &rule->address;
    if (at->how == REGISTER)
        frame = registers[at->number] + (uint64_t)at->offset;
    else if (!formula(at, stack, registers, 0, &frame))
        return CFI_STUCK;
    if (rule->caller[REGISTERS_PC].how == UNDEFINED)
        return CFI_OUTERMOST;
    for (int i = 0; i < REGISTERS; i++)
        if (!caller_value(&rule->caller[i], i, stack, registers, frame, &caller[i]))
            return CFI_STUCK;
    /* Calls grow the stack: a caller that is not higher would be walked for ever. */
    if (!rule->is_signal && caller[REGISTERS_STACK] <= registers[REGISTERS_STACK])
        return CFI_STUCK;
    memcpy(registers, caller, sizeof caller);
    return caller[REGISTERS_PC] ? CFI_STEPPED : CFI_OUTERMOST;
}
