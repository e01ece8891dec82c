#define _GNU_SOURCE
#include "harness/profile/images.h"

#include "harness/base/mem.h"

#include <fcntl.h>
#include <gelf.h>
#include <link.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const char vdso[] = "[vdso]", anonymous[] = "[anonymous]";

static const char *known_as(const char *path)
{
    bool apart = strcmp(path, vdso) == 0 || strcmp(path, IMAGES_KERNEL) == 0;
    return apart || (path[0] == '/' && path[1] != '/') ? path : anonymous;
}

int images_number(struct images *all, const char *path)
{
    path = known_as(path);
    for (int i = 0; i < all->count; i++)
        if (strcmp(all->images[i].path, path) == 0)
            return i;
    if (all->count == all->capacity) {
        all->capacity = all->capacity ? 2 * all->capacity : 32;
        all->images =
            mem_resize(MEM_BASE, all->images, (size_t)all->capacity * sizeof *all->images);
    }
    const char *kept = arena_text(&all->arena, path), *slash = strrchr(kept, '/');
    all->images[all->count] = (struct image){
        .path = kept,
        .name = slash ? slash + 1 : kept,
        .is_file = slash || strcmp(kept, vdso) == 0,
    };
    return all->count++;
}

/* The kernel maps the same vDSO into every process of this architecture: ours, put into a file without
 * a name. -1: there is none. */
static int vdso_file(void)
{
    const ElfW(Ehdr) *header = (const void *)(uintptr_t)getauxval(AT_SYSINFO_EHDR);
    if (!header)
        return -1;
    size_t bytes = header->e_shoff + (size_t)header->e_shnum * header->e_shentsize;
    int fd = memfd_create("vdso", MFD_CLOEXEC);
    if (fd >= 0 && write(fd, header, bytes) != (ssize_t)bytes) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static int file_of(const struct image *m)
{
    if (strcmp(m->path, vdso) == 0)
        return vdso_file();
    struct stat st;
    int fd =
        stat(m->path, &st) == 0 && S_ISREG(st.st_mode) ? open(m->path, O_RDONLY | O_CLOEXEC) : -1;
    return fd;
}

static void read_segments(struct images *all, struct image *m)
{
    GElf_Addr bias;
    Elf *elf = dwfl_module_getelf(m->module, &bias);
    size_t n;
    if (!elf || elf_getphdrnum(elf, &n) != 0)
        return;
    m->bias = bias;
    m->segments = ARENA_NEW(&all->arena, struct image_segment, n);
    for (size_t i = 0; i < n; i++) {
        GElf_Phdr header;
        if (gelf_getphdr(elf, (int)i, &header) && header.p_type == PT_LOAD)
            m->segments[m->segment_count++] = (struct image_segment){
                header.p_offset, header.p_filesz, header.p_vaddr, header.p_flags & PF_X};
    }
}

/* Separate debug information is looked for where distributions put it. */
static const Dwfl_Callbacks callbacks = {
    .find_elf = dwfl_build_id_find_elf,
    .find_debuginfo = dwfl_standard_find_debuginfo,
    .section_address = dwfl_offline_section_address,
};

static void open_image(struct images *all, struct image *m)
{
    int fd = file_of(m);
    m->opened = true;
    if (fd < 0)
        return;
    m->dwfl = dwfl_begin(&callbacks);
    if (m->dwfl)
        m->module = dwfl_report_offline(m->dwfl, m->name, m->path, fd);
    if (!m->module) /* else the descriptor is libdwfl's */
        close(fd);
    else if (dwfl_report_end(m->dwfl, NULL, NULL) == 0)
        read_segments(all, m);
}

const struct image *images_open(struct images *all, int number)
{
    struct image *m = &all->images[number];
    if (m->is_file && !m->opened)
        open_image(all, m);
    return m;
}

bool images_address(struct images *all, int number, uint64_t offset, uint64_t *address)
{
    const struct image *m = images_open(all, number);
    bool found = false;
    /* Two segments may share a page of the file: the one with code is meant. */
    for (size_t i = 0; i < m->segment_count && !found; i++) {
        const struct image_segment *s = &m->segments[i];
        found = s->code && offset >= s->offset && offset - s->offset < s->bytes;
        if (found)
            *address = offset - s->offset + s->address + m->bias;
    }
    return found;
}

void images_done(struct images *all)
{
    for (int i = 0; i < all->count; i++)
        if (all->images[i].dwfl)
            dwfl_end(all->images[i].dwfl);
    mem_free(MEM_BASE, all->images);
    arena_done(&all->arena);
    *all = (struct images){0};
}
