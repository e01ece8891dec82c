/* cupel: looks up a command row and runs it; anything else is looked for as cupel-NAME beside this
 * program, as git does. */
#define _GNU_SOURCE
#include "harness/cmd/command.h"
#include "harness/cmd/help.h"

#include "harness/base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool wants_help(int argc, char **argv)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

static bool is_literal(const struct opt_texts *words, int argc, char **argv)
{
    int i = 0;
    while (i < argc && strcmp(argv[i], "--") != 0)
        i++;
    return words->n > 0 && argc - i - 1 == words->n;
}

static bool words_fit(const struct command *c, int n, struct err *e)
{
    if (n >= c->min_words && (c->max_words < 0 || n <= c->max_words))
        return true;
    return err_input(e, "usage: cupel %s %s (see cupel %s --help)", c->name, c->arguments, c->name);
}

static int finish(enum err_code code, const struct err *e)
{
    if (code != ERR_OK && e->text[0])
        log_error("%s", e->text);
    errno = 0;
    if ((fflush(stdout) != 0 || ferror(stdout)) && code == ERR_OK) {
        log_error("standard output: %s", errno ? strerror(errno) : "could not be written");
        code = ERR_SYSTEM;
    }
    return err_exit_status(code);
}

static int run_command(const struct command *c, int argc, char **argv)
{
    struct err e = {0};
    struct arena arena = {0};
    if (wants_help(argc, argv)) {
        help_command(c, stdout);
        return finish(ERR_OK, &e);
    }
    struct invocation in = {
        .arena = &arena, .line = {(const char **)argv, argc}
    };
    void *settings = arena_alloc(&arena, c->settings_size + 1);
    opt_defaults(c->options, settings, &arena);
    in.settings = settings;
    bool ok = opt_from_args(c->options, settings, argc, argv, &in.words, &arena, &e) &&
              words_fit(c, in.words.n, &e) && opt_complete(c->options, settings, &e);
    in.is_literal = ok && is_literal(&in.words, argc, argv);
    if (!ok)
        err_prefix(&e, "%s", c->name);
    int status = finish(ok ? c->run(&in, &e) : e.code, &e);
    arena_done(&arena);
    return status;
}

/* Only returns when there is no such program. */
static void exec_beside(char **argv)
{
    char self[PATH_MAX], beside[PATH_MAX + NAME_MAX + 8];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n < 0 || strchr(argv[0], '/') || strlen(argv[0]) > NAME_MAX)
        return;
    self[n] = '\0';
    snprintf(beside, sizeof beside, "%s/cupel-%s", dirname(self), argv[0]);
    execv(beside, argv);
}

/* A mapped file that somebody cuts short gives SIGBUS at the next look at it. */
static void end_of_map(int number)
{
    static const char line[] = "cupel: a file was cut short while it was in use\n";
    (void)number;
    if (write(STDERR_FILENO, line, sizeof line - 1) < 0)
        _exit(2);
    _exit(2);
}

static pid_t running; /* this process, until main returns */

/* What was loaded into this process called exit: that must not pass for success. */
static void end_of_another(void)
{
    static const char line[] = "cupel: a kernel ended the program\n";
    if (running != getpid())
        return;
    if (write(STDERR_FILENO, line, sizeof line - 1) < 0)
        _exit(2);
    _exit(2);
}

/* A limit on file sizes shall be an error of the write that meets it, not the end of the process. */
static void set_signals(void)
{
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGCHLD, SIG_DFL); /* an ignored one is inherited, and no child could be waited for */
    signal(SIGBUS, end_of_map);
}

/* A closed one must not become the first file that is opened: what is said would go into it. Writing
 * to this fails. */
static void hold_standard_files(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDONLY) != fd)
            _exit(2);
}

int main(int argc, char **argv)
{
    hold_standard_files();
    set_signals();
    if (argc < 2) {
        help_overview(stderr);
        return err_exit_status(ERR_INPUT);
    }
    int used;
    const struct command *c = commands_find(argc - 1, argv + 1, &used);
    if (c) {
        running = getpid();
        int status =
            atexit(end_of_another) == 0 ? run_command(c, argc - 1 - used, argv + 1 + used) : 2;
        running = 0;
        return status;
    }
    if (help_answers(argc - 1, argv + 1))
        return finish(ERR_OK, &(struct err){0});
    bool asked = wants_help(argc - 2, argv + 2);
    if (help_group(argc - 1, argv + 1, asked ? stdout : stderr))
        return err_exit_status(asked ? ERR_OK : ERR_INPUT);
    bool about = argc > 2 && strcmp(argv[1], "help") == 0;
    char *help_of[] = {argv[argc > 2 ? 2 : 1], "--help", NULL};
    exec_beside(about ? help_of : argv + 1);
    log_error("no command \"%.60s\": cupel --help lists them", argv[about ? 2 : 1]);
    return err_exit_status(ERR_INPUT);
}
