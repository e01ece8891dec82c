#define _GNU_SOURCE
#include "tests/profile/victims.h"

#include "harness/base/io.h"
#include "harness/run/child.h"
#include "tests/test.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

const char *victim_program(const char *compiler)
{
    static char path[512];
    const char *build = getenv("CUPEL_BUILD");
    snprintf(path, sizeof path, "%s/tests/profile/victim/%s", build ? build : "build/release",
             compiler);
    if (!io_exists(path)) {
        print_message("# no %s: its compiler is not here\n", path);
        skip();
    }
    return path;
}

static void await_word(const struct victim *v, char word)
{
    char got = 0;
    assert_int_equal(read(v->from, &got, 1), 1);
    assert_int_equal(got, word);
}

struct victim victim_start(const char *compiler, const char *mode, const char *argument)
{
    const char *program = victim_program(compiler);
    int to[2], from[2];
    assert_int_equal(pipe2(to, O_CLOEXEC), 0);
    assert_int_equal(pipe2(from, O_CLOEXEC), 0);
    struct victim v = {fork(), to[1], from[0]};
    if (v.pid == 0) {
        dup2(to[0], STDIN_FILENO);
        dup2(from[1], STDOUT_FILENO);
        child_permit_tracing();
        execl(program, program, mode, argument, (char *)NULL);
        _exit(127);
    }
    close(to[0]);
    close(from[1]);
    await_word(&v, 'r');
    return v;
}

void victim_work(const struct victim *v)
{
    assert_int_equal(write(v->to, "g", 1), 1);
    await_word(v, 'd');
}

int victim_end(struct victim *v)
{
    int status = -1;
    close(v->to);
    assert_int_equal(waitpid(v->pid, &status, 0), v->pid);
    close(v->from);
    return status;
}

struct sampler *victim_sampler(enum sampler_kind kind, pid_t pid)
{
    struct err e;
    struct sampler *s = sampler_open(pid, &(struct sampler_options){.kind = kind}, &e);
    if (!s) {
        print_message("# %s\n", e.text);
        skip();
    }
    return s;
}

struct sampler_facts victim_sampled(enum sampler_kind kind, const char *compiler, const char *mode,
                                    const char *argument, struct stacks *into)
{
    struct err e;
    struct sampler_facts facts;
    struct victim v = victim_start(compiler, mode, argument);
    struct sampler *s = victim_sampler(kind, v.pid);
    assert_ok(sampler_resume(s, &e), &e);
    for (int i = 0; i < (kind == SAMPLER_PERF ? 1 : 3); i++)
        victim_work(&v);
    assert_ok(sampler_pause(s, &e), &e);
    int status = victim_end(&v);
    assert_ok(sampler_close(s, into, &facts, &e), &e);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 7);
    assert_int_equal(facts.samples, stacks_total(into));
    return facts;
}

struct looked_for {
    const struct stacks *stacks;
    const char *functions;
    uint64_t with;
};

/* words, separated by spaces, are the names from frames[0] on. */
static bool stands_here(const struct stacks *s, const int *frames, int depth, const char *words)
{
    for (int i = 0; *words; i++) {
        size_t n = strcspn(words, " ");
        if (i == depth || strlen(s->frames[frames[i]].name) != n ||
            strncmp(s->frames[frames[i]].name, words, n) != 0)
            return false;
        words += n + (words[n] == ' ');
    }
    return true;
}

static void look(void *context, const int *frames, int depth, uint64_t self)
{
    struct looked_for *l = context;
    for (int i = 0; i < depth; i++)
        if (stands_here(l->stacks, frames + i, depth - i, l->functions)) {
            l->with += self;
            return;
        }
}

double share_with(const struct stacks *s, const char *functions)
{
    struct looked_for l = {s, functions, 0};
    stacks_each(s, look, &l);
    return stacks_total(s) ? (double)l.with / (double)stacks_total(s) : 0;
}

static void print_stack(void *context, const int *frames, int depth, uint64_t self)
{
    const struct stacks *s = context;
    print_message("# %5d ", (int)self);
    for (int i = 0; i < depth; i++)
        print_message(" %s", s->frames[frames[i]].name);
    print_message("\n");
}

void print_stacks(const struct stacks *s)
{
    struct stacks view = *s;
    stacks_each(s, print_stack, &view);
}

const struct stacks_frame *frame_named(const struct stacks *s, const char *name)
{
    for (int i = 0; i < s->frame_count; i++)
        if (strcmp(s->frames[i].name, name) == 0)
            return &s->frames[i];
    return NULL;
}
