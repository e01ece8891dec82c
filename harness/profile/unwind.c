#include "harness/profile/unwind.h"

struct walk {
    struct places *places;
    const struct spaces *spaces;
    pid_t pid;
    int *out, n;
};

/* A return address may be the first of the next function: the byte before it is in the call. */
enum { EXACT = 0, RETURN = 1 };

static bool add(struct walk *w, uint64_t address, uint64_t back)
{
    address -= back;
    const struct spaces_mapping *m = spaces_find(w->spaces, w->pid, address);
    if (!m || w->n == UNWIND_MAX)
        return false;
    w->out[w->n++] = places_number(w->places, m->image, address - m->start + m->offset);
    return true;
}

/* By unwind tables; registers become those of the last frame found. True: the outermost was reached. */
static bool by_tables(struct walk *w, const struct cfi_stack *stack, uint64_t registers[REGISTERS])
{
    for (;;) {
        const struct cfi_rule *rule = places_rule(w->places, w->out[w->n - 1]);
        uint64_t caller[REGISTERS];
        for (int i = 0; i < REGISTERS; i++)
            caller[i] = registers[i];
        enum cfi_step step = rule ? cfi_step(rule, stack, caller) : CFI_STUCK;
        if (step != CFI_STEPPED)
            return step == CFI_OUTERMOST;
        if (!add(w, caller[REGISTERS_PC], cfi_is_signal(rule) ? EXACT : RETURN))
            return false;
        for (int i = 0; i < REGISTERS; i++)
            registers[i] = caller[i];
    }
}

/* The rest of the chain from the frame that `pointer` names; chain[k] was read beside the k-th frame
 * pointer, the first of which the sample's register held. */
static void by_chain(struct walk *w, const struct record_sample *s, const struct cfi_stack *stack,
                     uint64_t pointer)
{
    uint64_t at = s->registers[REGISTERS_FRAME];
    int k = 1;
    while (k < s->depth && at != pointer) {
        if (!cfi_read(stack, at, &at))
            return;
        k++;
    }
    for (; k < s->depth && add(w, s->chain[k], RETURN); k++)
        ;
}

int unwind(struct places *places, const struct spaces *spaces, const struct record *r,
           int out[UNWIND_MAX])
{
    const struct record_sample *s = &r->sample;
    struct walk w = {.places = places, .spaces = spaces, .pid = r->pid, .out = out};
    uint64_t registers[REGISTERS];
    for (int i = 0; i < REGISTERS; i++)
        registers[i] = s->registers[i];
    uint64_t first = s->has_registers ? registers[REGISTERS_PC] : s->depth ? s->chain[0] : 0;
    if (!add(&w, first, EXACT))
        return 0;
    struct cfi_stack stack = {registers[REGISTERS_STACK], s->stack, s->stack_bytes};
    if (s->has_registers && by_tables(&w, &stack, registers))
        return w.n - (w.n > 1);
    by_chain(&w, s, &stack, registers[REGISTERS_FRAME]);
    return w.n;
}
