#include "harness/profile/symbols.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <gelf.h>
#include <string.h>

static const char nameless[] = "[unknown] in ";

/* The scopes around an address, from the outermost function in. */
struct scopes {
    Dwarf_Die functions[SYMBOLS_INLINED];
    int n;
};

static bool descend(Dwarf_Die *parent, Dwarf_Addr address, struct scopes *s, int depth);

static bool is_function(int tag)
{
    return tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine;
}

/* Namespaces have no code of their own, but may hold the functions of C++ and Rust. */
static bool look_into(Dwarf_Die *die, Dwarf_Addr address, struct scopes *s, int depth)
{
    int tag = dwarf_tag(die);
    if (tag == DW_TAG_namespace || tag == DW_TAG_module)
        return descend(die, address, s, depth + 1);
    if ((!is_function(tag) && tag != DW_TAG_lexical_block) || dwarf_haspc(die, address) <= 0)
        return false;
    if (is_function(tag) && s->n < SYMBOLS_INLINED)
        s->functions[s->n++] = *die;
    descend(die, address, s, depth + 1);
    return true;
}

static bool descend(Dwarf_Die *parent, Dwarf_Addr address, struct scopes *s, int depth)
{
    enum { NESTED = 4 * SYMBOLS_INLINED };
    Dwarf_Die die;
    if (depth > NESTED || dwarf_child(parent, &die) != 0)
        return false;
    do {
        if (look_into(&die, address, s, depth))
            return true;
    } while (dwarf_siblingof(&die, &die) == 0);
    return false;
}

/* libdwfl finds units by .debug_aranges, which clang does not write. */
static Dwarf_Die *unit_at(Dwfl_Module *module, Dwarf_Addr address, Dwarf_Addr *bias)
{
    Dwarf_Die *unit = dwfl_module_addrdie(module, address, bias);
    if (unit)
        return unit;
    while ((unit = dwfl_module_nextcu(module, unit, bias)))
        if (dwarf_haspc(unit, address - *bias) > 0)
            return unit;
    return NULL;
}

static const char *text_of(Dwarf_Die *die, unsigned attribute)
{
    Dwarf_Attribute found;
    return dwarf_formstring(dwarf_attr_integrate(die, attribute, &found));
}

/* As the compiler was told it, where that was relative to the folder it ran in. */
static const char *file_of(Dwarf_Die *function, Dwarf_Die *unit)
{
    const char *file = dwarf_decl_file(function), *folder = text_of(unit, DW_AT_comp_dir);
    size_t n = folder ? strlen(folder) : 0;
    if (file && n > 0 && strncmp(file, folder, n) == 0 && file[n] == '/')
        file += n + 1;
    while (file && strncmp(file, "./", 2) == 0)
        file += 2;
    return file ? file : "";
}

static int by_dwarf(const struct image *m, uint64_t address, struct stacks_frame *frames)
{
    Dwarf_Addr bias;
    struct scopes s = {.n = 0};
    int named = 0;
    Dwarf_Die *unit = unit_at(m->module, address, &bias);
    if (unit)
        descend(unit, address - bias, &s, 0);
    for (int i = 0; i < s.n; i++) {
        int line = 0;
        const char *name = dwarf_diename(&s.functions[i]);
        if (!name)
            continue;
        dwarf_decl_line(&s.functions[i], &line);
        if (named > 0 && line == frames[named - 1].line &&
            strcmp(name, frames[named - 1].name) == 0)
            continue; /* a part of itself, that gcc had split off and put back */
        frames[named++] = (struct stacks_frame){
            .name = name, .file = file_of(&s.functions[i], unit), .module = m->name, .line = line};
    }
    return named;
}

/* The symbol that holds the address: the nearest one below it may have ended long before. */
static const char *by_symbol(const struct image *m, uint64_t address)
{
    GElf_Off offset;
    GElf_Sym symbol;
    const char *name = dwfl_module_addrinfo(m->module, address, &offset, &symbol, NULL, NULL, NULL);
    bool holds = name && *name && (symbol.st_size == 0 || offset < symbol.st_size);
    return holds ? name : NULL;
}

int symbols_at(struct places *places, int place, struct arena *names,
               struct stacks_frame frames[SYMBOLS_INLINED])
{
    const struct place *p = &places->places[place];
    const struct image *m = images_open(&places->images, p->image);
    const char *name = NULL;
    uint64_t address;
    if (images_address(&places->images, p->image, p->offset, &address)) {
        int n = by_dwarf(m, address, frames);
        if (n > 0)
            return n;
        name = by_symbol(m, address);
    }
    if (!name)
        name = m->is_file ? arena_format(names, "%s%s", nameless, m->name) : m->name;
    frames[0] = (struct stacks_frame){.name = name, .file = "", .module = m->name};
    return 1;
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

bool symbols_is_unknown(const struct stacks_frame *frame)
{
    return begins(frame->name, nameless);
}

bool symbols_is_start(const struct stacks_frame *frame)
{
    static const char *const starts[] = {
        "_start",
        "__libc_start_main",
        "__libc_start_main_impl",
        "__libc_start_call_main",
        "start_thread",
        "clone",
        "__clone",
        "clone3",
        "__clone3",
        "__clone_internal",
    };
    static const char *const modules[] = {"libc.so", "libc-", "libpthread", "ld-linux", "ld-"};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (strcmp(frame->name, starts[i]) == 0)
            return true;
    if (!symbols_is_unknown(frame))
        return false;
    for (size_t i = 0; i < sizeof modules / sizeof *modules; i++)
        if (begins(frame->module, modules[i]))
            return true;
    return false;
}
