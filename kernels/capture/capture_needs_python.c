/* Python: which files of the project the imports of a file lead to. Source: the Python language
 * reference, 5 (the import system): a package before a module before a folder without __init__.py. */
#include "kernels/capture/capture_needs.h"

#include <string.h>

/* Where absolute imports are looked for: the entry file's folder, the root, its src/. */
enum { HOMES = 3 };

static struct arena *arena_of(const struct capture_source *s)
{
    return s->found->arena;
}

static const char *below(const struct capture_source *s, const char *folder, struct str name)
{
    return arena_format(arena_of(s), "%s%s%.*s", folder, *folder ? "/" : "", (int)name.n, name.p);
}

static bool take(const struct capture_source *s, const char *folder, const char *name)
{
    return capture_found_take(s->found, below(s, folder, str_of(name)));
}

/* What one name in a folder is. */
enum part { PART_NONE, PART_FOLDER, PART_MODULE, PART_PACKAGE };

/* Adds the file of a package or module. A name that may not be taken counts as found. */
static enum part take_part(const struct capture_source *s, const char *folder, struct str name)
{
    const char *path = below(s, folder, name);
    if (take(s, path, "__init__.py"))
        return PART_PACKAGE;
    if (capture_found_take(s->found, arena_format(arena_of(s), "%s.py", path)))
        return PART_MODULE;
    return capture_paths_is_folder(s->found->plan->root, path) ? PART_FOLDER : PART_NONE;
}

/* A walk along the names of a module. */
struct walk {
    const char *folder; /* that the last name is, or lies in */
    enum part last;     /* what the last name is */
    bool took;          /* any file */
};

/* True when every name leads somewhere. The files on the way are added. */
static bool walk_module(const struct capture_source *s, struct str module, struct walk *w)
{
    for (struct str rest = module; rest.p && module.n;) {
        struct str name = str_cut(&rest, '.');
        if (w->last == PART_MODULE)
            return false;
        w->last = take_part(s, w->folder, name);
        w->took = w->took || w->last == PART_MODULE || w->last == PART_PACKAGE;
        if (w->last == PART_NONE)
            return false;
        if (w->last != PART_MODULE)
            w->folder = below(s, w->folder, name);
    }
    return true;
}

/* What is taken out of the module: a module of its own, or something that it defines. */
static bool take_name(const struct capture_source *s, const struct capture_import *import,
                      struct walk *w)
{
    if (import->name.n == 0 || str_is(import->name, "*") || w->last == PART_MODULE)
        return w->took;
    enum part part = take_part(s, w->folder, import->name);
    return part == PART_MODULE || part == PART_PACKAGE || w->took;
}

static void say_missing(const struct capture_source *s, const struct capture_import *import,
                        const char *what)
{
    capture_doubt(s->found->plan, arena_of(s), "%s:%d: import of %.*s%.*s%s%.*s %s", s->place,
                  import->line, import->level, "................", (int)import->module.n,
                  import->module.p, import->module.n && import->name.n ? "." : "",
                  (int)import->name.n, import->name.p, what);
}

/* The folder of `import->level` dots, its package's file and those on the way added; NULL: above the root. */
static const char *relative_folder(const struct capture_source *s, int level)
{
    const char *folder = s->folder;
    take(s, folder, "__init__.py");
    for (; level > 1; level--) {
        if (!*folder)
            return NULL;
        folder = capture_paths_folder(folder, arena_of(s));
        take(s, folder, "__init__.py");
    }
    return folder;
}

/* Nothing but the project can hold what it names. */
static void take_relative(const struct capture_source *s, const struct capture_import *import)
{
    const char *folder = relative_folder(s, import->level);
    if (!folder) {
        say_missing(s, import, "leaves the project: left out");
        return;
    }
    struct walk w = {.folder = folder, .last = PART_FOLDER};
    w.took = import->module.n == 0 && take(s, folder, "__init__.py");
    if (!walk_module(s, import->module, &w) || !take_name(s, import, &w))
        say_missing(s, import, "is not in the project");
}

/* Which of the homes has the first name: a package or module is before a bare folder. -1: none. */
static int home_of(const struct capture_source *s, const char *const homes[HOMES], struct str first)
{
    int bare = -1;
    for (int i = 0; i < HOMES; i++) {
        enum part part = take_part(s, homes[i], first);
        if (part == PART_MODULE || part == PART_PACKAGE)
            return i;
        if (part == PART_FOLDER && bare < 0)
            bare = i;
    }
    return bare;
}

static void take_absolute(const struct capture_source *s, const struct capture_import *import)
{
    const char *const homes[HOMES] = {s->home, "", "src"};
    struct str rest = import->module, first = str_cut(&rest, '.');
    int home = home_of(s, homes, first);
    if (home < 0)
        return; /* of the library, or of a package that is installed */
    struct walk w = {.folder = homes[home], .last = PART_FOLDER};
    bool ok = walk_module(s, import->module, &w) && take_name(s, import, &w);
    if (!ok && w.took)
        say_missing(s, import, "is not in the project");
}

static void take_import(void *context, const struct capture_import *import)
{
    const struct capture_source *s = context;
    if (import->level > 0)
        take_relative(s, import);
    else
        take_absolute(s, import);
}

static void doubt(void *context, int line, const char *what)
{
    const struct capture_source *s = context;
    capture_doubt(s->found->plan, arena_of(s), "%s:%d: %s", s->place, line, what);
}

void capture_needs_python(const struct capture_source *s)
{
    void *context = (void *)(uintptr_t)s;
    capture_python_parse(s->text, &(struct capture_python){take_import, doubt, context});
}
