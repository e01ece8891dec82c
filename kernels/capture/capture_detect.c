/* Which files are kept: strategy.yaml before the entry file before nothing. */
#include "kernels/capture/capture_needs.h"
#include "kernels/capture/capture_yaml.h"

#include "harness/base/io.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const capture_mode_names[] = {
#define CAPTURE_NAME(name, text) text,
    CAPTURE_MODES(CAPTURE_NAME) NULL};

static const char *const method_names[] = {CAPTURE_METHODS(CAPTURE_NAME)};
#undef CAPTURE_NAME

const char *capture_method_name(enum capture_method method)
{
    return method_names[method];
}

uint64_t capture_plan_bytes(const struct capture_plan *plan)
{
    uint64_t bytes = 0;
    for (int i = 0; i < plan->file_count; i++)
        bytes += plan->files[i].bytes;
    return bytes;
}

/* ---- where the entry file is ------------------------------------------------------------------ */

static bool find_root(const struct capture_settings *s, const char *folder, struct capture_plan *p,
                      struct arena *a)
{
    char real[PATH_MAX];
    if (!s->root) {
        p->root = capture_paths_root(folder, a);
        return true;
    }
    if (!realpath(s->root, real)) {
        capture_warn(p, a, "%s: %s", s->root, strerror(errno));
        return false;
    }
    p->root = arena_text(a, real);
    return true;
}

/* Sets root and entry. False with a warning. The file itself need not be there. */
static bool locate(const struct capture_settings *s, struct capture_plan *p, struct arena *a)
{
    char folder[PATH_MAX], name[PATH_MAX], real[PATH_MAX];
    if (!s->entry || !*s->entry || strlen(s->entry) >= PATH_MAX) {
        capture_warn(p, a, "no entry file was named");
        return false;
    }
    snprintf(folder, sizeof folder, "%s", s->entry);
    snprintf(name, sizeof name, "%s", s->entry);
    if (!realpath(dirname(folder), real)) {
        capture_warn(p, a, "%s: %s", s->entry, strerror(errno));
        return false;
    }
    if (!find_root(s, real, p, a))
        return false;
    const char *place = capture_paths_below(p->root, real);
    if (place)
        p->entry = capture_paths_join(place, basename(name), a);
    if (!p->entry)
        capture_warn(p, a, "%s: is not in the project %s", s->entry, p->root);
    return p->entry;
}

/* ---- strategy.yaml ---------------------------------------------------------------------------- */

static void take_listed(struct capture_found *f, const char *folder, const char *name)
{
    struct capture_plan *plan = f->plan;
    const char *place = capture_paths_join(folder, name, f->arena);
    enum capture_look look = place ? capture_found_add(f, place) : CAPTURE_OUTSIDE;
    if (look == CAPTURE_ABSENT && *folder && capture_paths_join("", name, f->arena))
        look = capture_found_add(f, capture_paths_join("", name, f->arena));
    if (look != CAPTURE_THERE)
        capture_doubt(plan, f->arena, "%s: %s: %s%s: left out", CAPTURE_YAML_NAME, name,
                      capture_look_words(look),
                      look == CAPTURE_ABSENT && strpbrk(name, "*?[")
                          ? ", and patterns are not expanded"
                          : "");
}

static bool read_yaml(struct capture_plan *p, const char *place, struct capture_lines *files,
                      struct arena *a)
{
    struct capture_file file;
    struct capture_lines others = {0};
    struct text text = {0};
    struct stat st;
    struct err e;
    enum capture_look look = capture_paths_look(p->root, place, a, &file);
    if (look == CAPTURE_ABSENT)
        return false;
    p->yaml = place;
    if (look != CAPTURE_THERE) {
        capture_doubt(p, a, "%s: %s: it is not used", place, capture_look_words(look));
        return false;
    }
    bool ok = capture_paths_read(file.source, &text, &st, &e) &&
              capture_yaml_parse((struct str){text.p, text.n}, a, files, &others, &e);
    if (!ok)
        capture_doubt(p, a, "%s: %s: it is not used", place, e.text);
    for (int i = 0; i < others.n; i++)
        capture_doubt(p, a, "%s: files: %s", place, others.v[i]);
    text_done(&text);
    return ok;
}

/* Exactly what is listed is kept; that the run's own file is not among it is hardly meant. */
static void warn_of_unlisted(const struct capture_found *f)
{
    struct capture_file entry;
    struct capture_plan *p = f->plan;
    if (capture_paths_look(p->root, p->entry, f->arena, &entry) != CAPTURE_THERE)
        return;
    for (int i = 0; i < f->count; i++)
        if (strcmp(f->files[i].source, entry.source) == 0)
            return;
    capture_doubt(p, f->arena, "%s: the entry file %s is not in its list", p->yaml, p->entry);
}

/* True when it is there and names a file that can be had. */
static bool follow_yaml(struct capture_found *f)
{
    struct capture_plan *p = f->plan;
    struct capture_lines files = {0};
    const char *folder = capture_paths_folder(p->entry, f->arena);
    if (!read_yaml(p, capture_paths_join(folder, CAPTURE_YAML_NAME, f->arena), &files, f->arena))
        return false;
    for (int i = 0; i < files.n; i++)
        take_listed(f, folder, files.v[i]);
    p->is_fallback = f->count == 0;
    if (p->is_fallback)
        capture_doubt(p, f->arena, "%s: none of its files can be had: the entry file instead",
                      p->yaml);
    else
        warn_of_unlisted(f);
    return f->count > 0;
}

/* ---- the entry file and what it needs ------------------------------------------------------------ */

static const struct language {
    const char *suffix;
    void (*needs)(const struct capture_source *s);
} languages[] = {
    {".py",  capture_needs_python},
    {".pyw", capture_needs_python},
    {".c",   capture_needs_c     },
    {".h",   capture_needs_c     },
    {".cc",  capture_needs_c     },
    {".cpp", capture_needs_c     },
    {".cxx", capture_needs_c     },
    {".hh",  capture_needs_c     },
    {".hpp", capture_needs_c     },
    {".hxx", capture_needs_c     },
    {".inc", capture_needs_c     },
    {".inl", capture_needs_c     },
    {".ipp", capture_needs_c     },
    {".tcc", capture_needs_c     },
    {".tpp", capture_needs_c     },
    {".def", capture_needs_c     },
    {".cu",  capture_needs_c     },
    {".cuh", capture_needs_c     },
};

static const struct language *language_of(const char *place)
{
    size_t n = strlen(place);
    for (size_t i = 0; i < sizeof languages / sizeof *languages; i++) {
        size_t suffix = strlen(languages[i].suffix);
        if (n > suffix && strcmp(place + n - suffix, languages[i].suffix) == 0)
            return &languages[i];
    }
    return NULL;
}

/* What editors put in front of UTF-8 is no part of a text. */
static struct str without_mark(const struct text *text)
{
    static const char mark[] = "\xef\xbb\xbf";
    size_t n = text->n >= 3 && memcmp(text->p, mark, 3) == 0 ? 3 : 0;
    return (struct str){text->p + n, text->n - n};
}

/* Reads one file and adds what it needs. */
static void follow_file(struct capture_found *f, const struct capture_file file, const char *home)
{
    const struct language *language = language_of(file.path);
    struct text text = {0};
    struct stat st;
    struct err e;
    if (!language || !capture_found_is_new(f, &file))
        return;
    if (capture_paths_read(file.source, &text, &st, &e))
        language->needs(&(struct capture_source){
            .found = f,
            .place = file.path,
            .folder = capture_paths_folder(file.path, f->arena),
            .home = home,
            .text = without_mark(&text),
        });
    else
        capture_doubt(f->plan, f->arena, "%s", e.text);
    text_done(&text);
}

static void follow_all(struct capture_found *f)
{
    const char *home = capture_paths_folder(f->plan->entry, f->arena);
    if (!language_of(f->plan->entry))
        capture_doubt(f->plan, f->arena, "%s: what it needs is only known of C and Python",
                      f->plan->entry);
    for (int i = 0; i < f->count; i++)
        follow_file(f, f->files[i], home);
}

static enum capture_method take_entry(struct capture_found *f)
{
    struct capture_plan *p = f->plan;
    enum capture_look look = capture_found_add(f, p->entry);
    if (look != CAPTURE_THERE) {
        capture_warn(p, f->arena, "%s: %s", p->entry, capture_look_words(look));
        return CAPTURE_FAILED;
    }
    if (p->mode != CAPTURE_INCLUDES)
        return CAPTURE_GIVEN;
    follow_all(f);
    return CAPTURE_ANALYSIS;
}

/* yaml was asked for, and there is none. */
static void fall_back(struct capture_plan *p, struct arena *a)
{
    if (p->mode != CAPTURE_YAML || p->is_fallback)
        return;
    p->is_fallback = true;
    if (!p->yaml)
        capture_doubt(p, a, "there is no %s beside %s: the entry file instead", CAPTURE_YAML_NAME,
                      p->entry);
}

void capture_detect(const struct capture_settings *s, struct arena *a, struct capture_plan *out)
{
    *out = (struct capture_plan){.mode = s->mode, .method = CAPTURE_DISABLED};
    if (s->mode == CAPTURE_OFF)
        return;
    struct capture_found found;
    out->confidence = 1;
    out->method = CAPTURE_FAILED;
    capture_found_begin(&found, out, a);
    if (locate(s, out, a)) {
        if (follow_yaml(&found))
            out->method = CAPTURE_LISTED;
        else {
            fall_back(out, a);
            out->method = take_entry(&found);
        }
    }
    if (out->method == CAPTURE_FAILED)
        out->confidence = 0;
    capture_found_end(&found);
}
