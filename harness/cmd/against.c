#define _GNU_SOURCE
#include "harness/cmd/against.h"

#include "harness/base/log.h"
#include "harness/base/version.h"
#include "harness/gate/revision_build.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool against_check(const struct against_settings *s, struct err *e)
{
    const char *alone = s->build      ? "--build"
                        : s->line     ? "--cmd"
                        : s->rebuild  ? "--rebuild"
                        : s->not_here ? "--no-build-new"
                                      : NULL;
    return s->name || !alone || err_input(e, "%s: expected beside --against REF", alone);
}

/* A file that only the commit's own folder can tell apart. */
static bool is_relative(const char *name, const char *path, struct err *e)
{
    return !path || path[0] != '/' ||
           err_input(e,
                     "--new: %s: expected a path from this folder on, which the other commit has "
                     "too, found \"%.200s\"",
                     name, path);
}

static bool read_new(struct subject *out, const struct against_settings *s, const char *new,
                     struct arena *a, struct err *e)
{
    if (s->line && new)
        return err_input(e, "--cmd and --new: expected one of them");
    if (s->line)
        new = arena_format(a, "cmd:%s", s->line);
    return (subject_read(out, new ? new : "layers:all", a, e) &&
            is_relative("so:", out->library, e) && is_relative("bin:", out->binary, e)) ||
           err_prefix(e, s->line ? "--cmd" : "--new");
}

/* ---- cupel's own repository ------------------------------------------------------------------ */

/* The build folder that this program stands in, "release" when it stands elsewhere. */
static const char *variant_of(const struct repository *r, struct arena *a)
{
    char self[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    self[n > 0 ? n : 0] = '\0';
    const char *builds = arena_format(a, "%s/build/", r->top);
    if (strncmp(self, builds, strlen(builds)) != 0)
        return "release";
    struct str rest = str_of(self + strlen(builds));
    const char *variant = str_copy(a, str_cut(&rest, '/'));
    return rest.p && str_is(rest, "cupel") ? variant : "release";
}

static bool own_build(struct revision_request *w, struct subject *base, struct arena *a,
                      struct err *e)
{
    static const char mark[] = "harness/cmd/main.c";
    struct repository r;
    const char *commit;
    if (!repository_here(&r, a, e) || !repository_commit(&r, w->name, &commit, a, e))
        return false;
    if (!repository_holds(&r, commit, mark, e))
        return err_input(e,
                         "%.100s is no commit of cupel: --cmd LINE says what both sides run, or "
                         "--new so:PATH whose kernel is measured",
                         w->name);
    const char *variant = variant_of(&r, a);
    long jobs = sysconf(_SC_NPROCESSORS_ONLN);
    w->product = arena_format(a, "build/%s/cupel", variant);
    w->at_top = true;
    if (!w->build)
        w->build =
            arena_format(a, "make -j%ld BUILD=%s %s", jobs > 0 ? jobs : 1, variant, w->product);
    base->binary = w->product;
    return true;
}

/* ---- both sides ------------------------------------------------------------------------------ */

static void say(const struct revision *r, bool is_own, const struct subject_pair *pair)
{
    log_info("base: %s; new: %s", pair->base.label, pair->new.label);
    if (is_own && strcmp(version_commit(), r->repository.describe) != 0)
        log_warn("this program is of %s, the tree here is %s: make builds it anew",
                 version_commit(), r->repository.describe);
    if (r->repository.is_dirty)
        log_info("the tree here has changes that are not committed");
    else if (r->is_head)
        log_info("%s is what is checked out here: both sides are the same", r->label);
}

bool against_sides(struct subject_pair *out, struct revision *base,
                   const struct against_settings *s, const char *new, struct arena *a,
                   struct err *e)
{
    if (!read_new(&out->new, s, new, a, e))
        return false;
    out->base = out->new;
    struct revision_request wanted = {.name = s->name, .build = s->build, .rebuild = s->rebuild};
    bool is_own = !out->new.line && !out->new.library && !out->new.binary;
    if ((is_own && !own_build(&wanted, &out->base, a, e)) || !revision_open(base, &wanted, a, e))
        return err_prefix(e, "--against");
    out->base.folder = base->folder;
    out->base.label = base->label;
    out->new.label = arena_format(a, "%s (%s)", is_own ? "this program" : "this tree",
                                  is_own ? version_commit() : base->repository.describe);
    const char *log = arena_format(a, "%s/new.log", base->scratch);
    say(base, is_own, out);
    return is_own || !s->build || s->not_here || revision_build(s->build, ".", log, e) ||
           err_prefix(e, "%s", out->new.label);
}
