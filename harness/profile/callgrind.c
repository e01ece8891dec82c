#include "harness/profile/callgrind.h"

#include "harness/base/io.h"
#include "harness/base/mem.h"
#include "harness/base/str.h"
#include "harness/profile/callgrind_names.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define uthash_malloc(bytes)  mem_alloc(MEM_BASE, bytes)
#define uthash_free(p, bytes) mem_free(MEM_BASE, p)
#include <uthash.h>

/* What names are of: each has numbers of its own. */
enum space { OBJECTS, FILES, FUNCTIONS, SPACES };

struct reader {
    struct arena *arena;
    struct callgrind *out;
    struct callgrind_names names[SPACES];
    struct known *known; /* uthash head */
    struct text key;     /* of the function that is looked for */
    int capacity;
    const char *object, *file, *call_object, *call_file; /* as last told; call_*: NULL: the same */
    const char *function_file;                           /* where the function itself stands */
    int at;                                              /* the function; -1: none yet */
    int called;                                          /* whom "calls=" is about; -1: nobody */
    bool is_call;                                        /* the next line of costs is a call's */
};

/* What callgrind does not know it calls ???. A file below the current folder is named from there. */
static const char *known_file(const char *file)
{
    char here[PATH_MAX];
    if (strcmp(file, "???") == 0)
        return "";
    size_t n = file[0] == '/' && getcwd(here, sizeof here) ? strlen(here) : 0;
    return n > 1 && strncmp(file, here, n) == 0 && file[n] == '/' ? file + n + 1 : file;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* ---- functions ------------------------------------------------------------------------------- */

struct known {
    char *key; /* object, file, name */
    int at;
    UT_hash_handle hh;
};

static int add_function(struct reader *r, const char *name, const char *file, const char *object)
{
    struct callgrind *c = r->out;
    if (c->count == r->capacity) {
        int more = r->capacity ? 2 * r->capacity : 256;
        struct callgrind_function *v = ARENA_NEW(r->arena, struct callgrind_function, more);
        if (c->count)
            memcpy(v, c->functions, (size_t)c->count * sizeof *v);
        c->functions = v;
        r->capacity = more;
    }
    c->functions[c->count] =
        (struct callgrind_function){.name = name, .file = file, .object = object};
    return c->count++;
}

/* Its number; a new one is added. */
static int function_at(struct reader *r, const char *name, const char *file, const char *object)
{
    struct known *known;
    object = base_name(object);
    file = known_file(file);
    text_clear(&r->key);
    text_printf(&r->key, "%s\n%s\n%s", object, file, name);
    HASH_FIND(hh, r->known, r->key.p, r->key.n, known);
    if (known)
        return known->at;
    known = ARENA_NEW(r->arena, struct known, 1);
    known->key = arena_text(r->arena, r->key.p);
    known->at = add_function(r, name, file, object);
    HASH_ADD_KEYPTR(hh, r->known, known->key, r->key.n, known);
    return known->at;
}

/* ---- lines ----------------------------------------------------------------------------------- */

static bool set_name(struct reader *r, enum space space, struct str text, const char **to)
{
    const char *name = callgrind_names_read(&r->names[space], text, r->arena);
    if (name)
        *to = name;
    return name != NULL;
}

static bool object_line(struct reader *r, struct str text)
{
    return set_name(r, OBJECTS, text, &r->object);
}

static bool file_line(struct reader *r, struct str text)
{
    bool ok = set_name(r, FILES, text, &r->file);
    r->function_file = r->file;
    return ok;
}

/* Of an inlined part: the function stays where it is. */
static bool inline_line(struct reader *r, struct str text)
{
    return set_name(r, FILES, text, &r->file);
}

static bool function_line(struct reader *r, struct str text)
{
    const char *name = NULL;
    if (!set_name(r, FUNCTIONS, text, &name))
        return false;
    r->at = function_at(r, name, r->function_file, r->object);
    return true;
}

static bool called_object_line(struct reader *r, struct str text)
{
    return set_name(r, OBJECTS, text, &r->call_object);
}

static bool called_file_line(struct reader *r, struct str text)
{
    return set_name(r, FILES, text, &r->call_file);
}

static bool called_line(struct reader *r, struct str text)
{
    const char *name = NULL;
    if (!set_name(r, FUNCTIONS, text, &name))
        return false;
    r->called = function_at(r, name, r->call_file ? r->call_file : r->file,
                            r->call_object ? r->call_object : r->object);
    return true;
}

/* "calls=COUNT POSITION": the call's costs follow on a line of their own. */
static bool calls_line(struct reader *r, struct str text)
{
    long n;
    struct str rest = text, count = str_cut(&rest, ' ');
    if (r->called < 0 || !str_to_long(count, &n) || n < 0)
        return false;
    r->out->functions[r->called].calls += (uint64_t)n;
    r->is_call = true;
    return true;
}

/* "POSITION COST", the position absolute, relative (+3, -2) or the same as before (*). */
static bool cost_line(struct reader *r, struct str line)
{
    long cost = 0;
    struct str rest = line;
    str_cut(&rest, ' ');
    struct str first = str_cut(&rest, ' ');
    if (r->at < 0 || (first.n > 0 && (!str_to_long(first, &cost) || cost < 0)))
        return false;
    if (r->is_call) {
        r->out->functions[r->at].inclusive += (uint64_t)cost;
        r->is_call = false;
        r->called = -1;
        r->call_file = r->call_object = NULL;
        return true;
    }
    r->out->functions[r->at].self += (uint64_t)cost;
    r->out->total += (uint64_t)cost;
    return true;
}

static const struct {
    const char *key;
    bool (*read)(struct reader *r, struct str text);
} keys[] = {
    {"ob=",    object_line       },
    {"fl=",    file_line         },
    {"fi=",    inline_line       },
    {"fe=",    inline_line       },
    {"fn=",    function_line     },
    {"cob=",   called_object_line},
    {"cfi=",   called_file_line  },
    {"cfl=",   called_file_line  },
    {"cfn=",   called_line       },
    {"calls=", calls_line        },
};

/* The head of the file ("events: Ir") and what newer versions may add are passed over. */
static bool read_line(struct reader *r, struct str line)
{
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        size_t n = strlen(keys[i].key);
        if (line.n >= n && memcmp(line.p, keys[i].key, n) == 0)
            return keys[i].read(r, (struct str){line.p + n, line.n - n});
    }
    bool is_cost = line.n > 0 && strchr("0123456789+-*", line.p[0]);
    return !is_cost || cost_line(r, line);
}

/* ---- the file -------------------------------------------------------------------------------- */

static int by_self(const void *a, const void *b)
{
    const struct callgrind_function *x = a, *y = b;
    return x->self != y->self ? (x->self < y->self ? 1 : -1) : strcmp(x->name, y->name);
}

static void finish(struct callgrind *c)
{
    for (int i = 0; i < c->count; i++) {
        struct callgrind_function *f = &c->functions[i];
        f->inclusive += f->self;
        if (f->inclusive > c->total)
            f->inclusive = c->total;
    }
    if (c->count)
        qsort(c->functions, (size_t)c->count, sizeof *c->functions, by_self);
}

bool callgrind_read(struct callgrind *c, const char *path, struct arena *a, struct err *e)
{
    struct text text = {0};
    *c = (struct callgrind){0};
    struct reader r = {.arena = a,
                       .out = c,
                       .object = "",
                       .file = "",
                       .function_file = "",
                       .at = -1,
                       .called = -1};
    bool ok = io_read_file(path, &text, e);
    long number = 0;
    for (struct str rest = {text.p, text.n}; ok && rest.p;) {
        struct str line = str_cut(&rest, '\n');
        number++;
        ok = read_line(&r, line) ||
             err_input(e, "%s: line %ld: expected callgrind's format, found \"%.*s\"", path, number,
                       line.n < 60 ? (int)line.n : 60, line.p);
    }
    ok = ok && (c->total > 0 || err_input(e, "%s: nothing was counted", path));
    finish(c);
    for (int i = 0; i < SPACES; i++)
        callgrind_names_done(&r.names[i]);
    HASH_CLEAR(hh, r.known);
    text_done(&r.key);
    text_done(&text);
    return ok;
}

const struct callgrind_function *callgrind_find(const struct callgrind *c, const char *name,
                                                const char *file)
{
    for (int i = 0; i < c->count; i++)
        if (strcmp(c->functions[i].name, name) == 0 &&
            (!file || !*file || strcmp(base_name(c->functions[i].file), base_name(file)) == 0))
            return &c->functions[i];
    return NULL;
}
