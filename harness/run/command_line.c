#include "harness/run/command_line.h"

#include "harness/base/str.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* In "..", as in a shell, a backslash is one but before these. */
static bool takes_next(const char *p, char quote)
{
    return *p == '\\' && p[1] && (quote == 0 || (quote == '"' && strchr("$`\"\\\n", p[1])));
}

/* Behind a backslash; a line that it continues goes on. */
static void add_literal(const char *p, struct text *word)
{
    if (*p != '\n')
        text_add(word, p, 1);
}

bool command_line_word(const char **p, const char *stops, struct text *word)
{
    char quote = 0;
    for (; **p && (quote || !strchr(stops, **p)); (*p)++) {
        if (quote ? **p == quote : **p == '\'' || **p == '"')
            quote = quote ? 0 : **p;
        else if (takes_next(*p, quote))
            add_literal(++*p, word);
        else
            text_add(word, *p, 1);
    }
    return quote == 0;
}

static bool is_executable(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

/* Of a name with a "/", to a process in that folder. */
static const char *full_path(char full[PATH_MAX], const char *name, const char *folder)
{
    bool below = folder && name[0] != '/';
    snprintf(full, PATH_MAX, "%s%s%s", below ? folder : "", below ? "/" : "", name);
    return full;
}

bool command_line_is_program(const char *name, const char *folder)
{
    char full[PATH_MAX];
    if (strchr(name, '/'))
        return is_executable(full_path(full, name, folder));
    const char *path = getenv("PATH");
    for (struct str rest = str_of(path ? path : "/usr/bin:/bin"); rest.p;) {
        struct str part = str_cut(&rest, ':');
        snprintf(full, sizeof full, "%.*s/%s", (int)part.n, part.p, name);
        if (is_executable(full))
            return true;
    }
    return false;
}

bool command_line_cut(const char *line, const char *const **argv, struct arena *a, struct err *e)
{
    const char **words = ARENA_NEW(a, const char *, strlen(line) / 2 + 2);
    int n = 0;
    bool closed = true;
    struct text word = {0};
    for (const char *p = line; closed;) {
        p += strspn(p, COMMAND_LINE_BLANKS);
        if (!*p)
            break;
        text_clear(&word);
        text_puts(&word, "");
        closed = command_line_word(&p, COMMAND_LINE_BLANKS, &word);
        words[n++] = arena_text(a, word.p);
    }
    text_done(&word);
    *argv = words;
    if (!closed)
        return err_input(e, "command \"%.200s\": a quote is left open", line);
    return n > 0 || err_input(e, "command: expected a program and its arguments, found nothing");
}

/* What stands in the way of running it. */
static const char *hindrance(const char *name, const char *folder)
{
    char full[PATH_MAX];
    struct stat st;
    if (!strchr(name, '/') || stat(full_path(full, name, folder), &st) != 0)
        return NULL;
    if (S_ISDIR(st.st_mode))
        return "a folder, not a program";
    return S_ISREG(st.st_mode) ? "not executable" : "not a program";
}

bool command_line_check(const char *const *argv, const char *line, const char *folder,
                        struct err *e)
{
    const char *in = folder ? " in " : "", *where = folder ? folder : "", *why;
    if (command_line_is_program(argv[0], folder))
        return true;
    why = hindrance(argv[0], folder);
    return why ? err_input(e, "command \"%.200s\": \"%.100s\"%s%.150s is %s", line, argv[0], in,
                           where, why)
               : err_input(e, "command \"%.200s\": no program \"%.100s\"%s%.200s", line, argv[0],
                           in, where);
}

bool command_line_split(const char *line, const char *const **argv, struct arena *a, struct err *e)
{
    return command_line_cut(line, argv, a, e) && command_line_check(*argv, line, NULL, e);
}

/* Is it one word to a shell as it stands? */
static bool is_plain(const char *word)
{
    return *word &&
           word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                             "_-+=./,:@%^")] == '\0';
}

const char *command_line_text(const char *const *argv, struct arena *a)
{
    struct text line = {0};
    for (int i = 0; argv[i]; i++) {
        text_puts(&line, i ? " " : "");
        if (is_plain(argv[i])) {
            text_puts(&line, argv[i]);
            continue;
        }
        text_puts(&line, "'");
        for (const char *p = argv[i]; *p; p++)
            text_puts(&line, *p == '\'' ? "'\\''" : (char[]){*p, '\0'});
        text_puts(&line, "'");
    }
    const char *text = arena_text(a, line.p);
    text_done(&line);
    return text;
}

const char *const *command_line_of_shell(const char *line, struct arena *a)
{
    const char **words = ARENA_NEW(a, const char *, 4);
    words[0] = COMMAND_LINE_SHELL;
    words[1] = "-c";
    words[2] = arena_text(a, line);
    return words;
}

bool command_line_words(const char *line, bool shell, const char *const **argv, struct arena *a,
                        struct err *e)
{
    if (!shell)
        return command_line_split(line, argv, a, e);
    if (line[strspn(line, " \t\n")] == '\0')
        return err_input(e, "command: expected a line for the shell, found nothing");
    *argv = command_line_of_shell(line, a);
    return true;
}

const char *command_line_name(const char *const *argv, struct arena *a)
{
    bool is_shell = strcmp(argv[0], COMMAND_LINE_SHELL) == 0 && argv[1] && argv[2] &&
                    strcmp(argv[1], "-c") == 0;
    return is_shell ? argv[2] : command_line_text(argv, a);
}
