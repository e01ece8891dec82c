#include "harness/gate/repository.h"

#include "harness/base/io.h"
#include "harness/run/child.h"

#include <string.h>
#include <unistd.h>

/* ---- asking git ------------------------------------------------------------------------------- */

enum { WORDS_MAX = 16 };

struct answer {
    struct text out, err;
    int status;
};

static void answer_done(struct answer *x)
{
    text_done(&x->out);
    text_done(&x->err);
}

/* Without locks (so that nothing is written to the index on the way) and without hooks. */
static bool ask(struct answer *x, const char *folder, bool to_the_end, const char *const *words,
                struct err *e)
{
    const char *argv[WORDS_MAX] = {"git", "--no-optional-locks", "-c", "core.hooksPath=/dev/null"};
    for (int n = 4; *words && n < WORDS_MAX - 1; n++)
        argv[n] = *words++;
    struct child c = {
        .argv = argv, .folder = folder, .out = -1, .err = -1, .to_the_end = to_the_end};
    *x = (struct answer){0};
    bool ok = (c.out = child_file(e)) >= 0 && (c.err = child_file(e)) >= 0 &&
              child_run(&c, &x->status, e) && child_read(c.out, &x->out, e) &&
              child_read(c.err, &x->err, e);
    if (c.out >= 0)
        close(c.out);
    if (c.err >= 0)
        close(c.err);
    if (!ok)
        answer_done(x);
    return ok;
}

static void cut_newlines(struct text *t)
{
    while (t->n && t->p[t->n - 1] == '\n')
        t->p[--t->n] = '\0';
}

/* git's own reason: the line that it calls fatal, behind which there may be advice, else the last. */
static bool refused(struct answer *x, const char *command, struct err *e)
{
    cut_newlines(&x->err);
    const char *line = x->err.n ? strstr(x->err.p, "fatal: ") : NULL;
    const char *last = x->err.n ? strrchr(x->err.p, '\n') : NULL;
    if (!line)
        line = last ? last + 1 : x->err.n ? x->err.p : "it gave no reason";
    return err_input(e, "git %s: %.*s", command, (int)strcspn(line, "\n"), line);
}

/* Its output without the newline at the end, in the arena. */
static const char *told(const char *folder, const char *const *words, struct arena *a,
                        struct err *e)
{
    struct answer x;
    if (!ask(&x, folder, false, words, e))
        return NULL;
    const char *text = NULL;
    if (x.status == 0) {
        cut_newlines(&x.out);
        text = arena_text(a, x.out.n ? x.out.p : "");
    } else {
        refused(&x, words[0], e);
    }
    answer_done(&x);
    return text;
}

#define WORDS(...)                                                                                 \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }

/* Its own --dirty would write to the index. */
static bool describe(struct repository *r, struct arena *a, struct err *e)
{
    const char *name = told(r->top, WORDS("describe", "--always", "--abbrev=12"), a, e);
    const char *changed =
        name ? told(r->top, WORDS("status", "--porcelain", "--untracked-files=no"), a, e) : NULL;
    if (!changed)
        return false;
    r->is_dirty = *changed != '\0';
    r->describe = arena_format(a, "%s%s", name, r->is_dirty ? "+dirty" : "");
    return true;
}

bool repository_here(struct repository *r, struct arena *a, struct err *e)
{
    *r = (struct repository){0};
    const char *below;
    if (!(r->top = told(NULL, WORDS("rev-parse", "--show-toplevel"), a, e)) ||
        !(below = told(NULL, WORDS("rev-parse", "--show-prefix"), a, e)) ||
        !(r->head = told(r->top, WORDS("rev-parse", "--verify", "HEAD"), a, e)))
        return false;
    size_t n = strlen(below);
    r->below = str_copy(a, (struct str){below, n && below[n - 1] == '/' ? n - 1 : n});
    return describe(r, a, e);
}

bool repository_commit(const struct repository *r, const char *name, const char **commit,
                       struct arena *a, struct err *e)
{
    const char *wanted = arena_format(a, "%s^{commit}", name);
    struct answer x;
    if (!ask(&x, r->top, false,
             WORDS("rev-parse", "--verify", "--quiet", "--end-of-options", wanted), e))
        return false;
    bool ok = x.status == 0;
    cut_newlines(&x.out);
    if (ok)
        *commit = arena_text(a, x.out.p);
    answer_done(&x);
    if (ok)
        return true;
    const char *shallow = told(r->top, WORDS("rev-parse", "--is-shallow-repository"), a, e);
    return err_input(e, "no commit \"%.100s\" in %.300s%s", name, r->top,
                     shallow && strcmp(shallow, "true") == 0
                         ? " (it holds a part of the history only: git fetch --unshallow)"
                         : "");
}

bool repository_holds(const struct repository *r, const char *commit, const char *path,
                      struct err *e)
{
    struct text name = {0};
    struct answer x;
    text_printf(&name, "%s:%s", commit, path);
    bool ok = ask(&x, r->top, false, WORDS("cat-file", "-e", name.p), e);
    text_done(&name);
    if (!ok)
        return false;
    ok = x.status == 0 || err_input(e, "%.12s has no %s", commit, path);
    answer_done(&x);
    return ok;
}

/* ---- worktrees ------------------------------------------------------------------------------- */

bool repository_add_worktree(const struct repository *r, const char *commit, const char *path,
                             struct err *e)
{
    struct answer x;
    if (!ask(&x, r->top, false, WORDS("worktree", "add", "--detach", path, commit), e))
        return false;
    bool ok = x.status == 0 || refused(&x, "worktree add", e);
    answer_done(&x);
    return ok;
}

static bool forget(const struct repository *r, const char *path, struct err *e)
{
    struct answer x;
    if (!ask(&x, r->top, true, WORDS("worktree", "remove", "--force", "--force", path), e))
        return false;
    bool ok = x.status == 0 || refused(&x, "worktree remove", e);
    answer_done(&x);
    return ok;
}

void repository_remove_worktree(const struct repository *r, const char *path)
{
    struct err unused;
    if (!forget(r, path, &unused) || io_exists(path))
        (void)!io_remove_tree(path, &unused);
}

/* Out of the way while git removes what it knows of it. */
bool repository_detach_worktree(const struct repository *r, const char *path, struct err *e)
{
    struct text aside = {0}, link = {0};
    text_printf(&aside, "%s.kept", path);
    text_printf(&link, "%s/.git", path);
    bool ok = io_rename(path, aside.p, e) && forget(r, path, e) && io_rename(aside.p, path, e) &&
              io_remove(link.p, e);
    text_done(&aside);
    text_done(&link);
    return ok;
}

bool repository_worktrees(const struct repository *r, const char *folder, struct opt_texts *out,
                          struct arena *a, struct err *e)
{
    static const char key[] = "worktree ";
    const char *list = told(r->top, WORDS("worktree", "list", "--porcelain"), a, e);
    if (!list)
        return false;
    size_t n = strlen(folder);
    *out = (struct opt_texts){ARENA_NEW(a, const char *, strlen(list) / sizeof key + 1), 0};
    for (struct str rest = str_of(list); rest.p;) {
        struct str line = str_cut(&rest, '\n');
        if (line.n <= sizeof key - 1 + n || strncmp(line.p, key, sizeof key - 1) != 0)
            continue;
        const char *path =
            str_copy(a, (struct str){line.p + sizeof key - 1, line.n - sizeof key + 1});
        if (strncmp(path, folder, n) == 0 && path[n] == '/')
            out->v[out->n++] = path;
    }
    return true;
}
