#include "harness/cmd/help.h"

#include "harness/base/version.h"

#include <string.h>

static const char report_summary[] = "draw stored results: Markdown and one HTML page";

static void print_row(const char *name, const char *summary, FILE *out)
{
    enum { WIDEST = 18 };
    fprintf(out, "  %-*s %s\n", WIDEST, name, summary);
}

void help_overview(FILE *out)
{
    fprintf(out, "cupel parts true slowdowns from noise.\n\n"
                 "usage: cupel COMMAND [OPTIONS]\n\ncommands:\n");
    for (const struct command *const *c = commands; *c; c++)
        print_row((*c)->name, (*c)->summary, out);
    print_row("report", report_summary, out);
    fprintf(out, "\ncupel COMMAND --help tells the rest; cupel --version names this build.\n\n"
                 "exit status:");
    const char *separator = " ";
#define EXIT_TEXT(name, status, meaning)                                                           \
    fprintf(out, "%s%d %s", separator, status, meaning);                                           \
    separator = "\n             ";
    ERR_CODES(EXIT_TEXT)
#undef EXIT_TEXT
    fputc('\n', out);
}

void help_command(const struct command *c, FILE *out)
{
    struct text options = {0};
    opt_help(c->options, &options);
    fprintf(out, "usage: cupel %s %s\n\n%s.\n", c->name, c->arguments, c->summary);
    if (c->details)
        fprintf(out, "\n%s\n", c->details);
    if (options.n)
        fprintf(out, "\noptions:\n%s", options.p);
    text_done(&options);
}

static int group_words(int argc, char **argv)
{
    int most = 0;
    for (const struct command *const *c = commands; *c; c++) {
        int n = commands_match((*c)->name, argc, argv);
        most = n > most ? n : most;
    }
    return most;
}

bool help_group(int argc, char **argv, FILE *out)
{
    int most = group_words(argc, argv);
    if (most == 0)
        return false;
    fputs("usage: cupel", out);
    for (int i = 0; i < most; i++)
        fprintf(out, " %s", argv[i]);
    fputs(" COMMAND [OPTIONS]\n\n", out);
    for (const struct command *const *c = commands; *c; c++)
        if (commands_match((*c)->name, most, argv) == most)
            print_row((*c)->name, (*c)->summary, out);
    return true;
}

/* roff wants a backslash before '-' and '.'-lines escaped. */
static void roff(const char *text, FILE *out)
{
    for (const char *p = text; *p; p++) {
        if ((p == text || p[-1] == '\n') && (*p == '.' || *p == '\''))
            fputs("\\&", out);
        if (*p == '-' || *p == '\\')
            fputc('\\', out);
        fputc(*p, out);
    }
}

static void man_command(const struct command *c, FILE *out)
{
    fprintf(out, ".SS \"cupel %s ", c->name);
    roff(c->arguments, out);
    fprintf(out, "\"\n");
    roff(c->summary, out);
    fprintf(out, ".\n");
    if (c->details) {
        fprintf(out, ".PP\n.nf\n");
        roff(c->details, out);
        fprintf(out, "\n.fi\n");
    }
    struct text options = {0};
    opt_help(c->options, &options);
    if (options.n) {
        fprintf(out, ".PP\n.nf\n");
        roff(options.p, out);
        fprintf(out, ".fi\n");
    }
    text_done(&options);
}

static void man_page(FILE *out)
{
    fprintf(out, ".TH CUPEL 1 \"\" \"cupel %s\" \"User Commands\"\n", CUPEL_VERSION);
    fprintf(out, ".SH NAME\ncupel \\- parts true slowdowns from noise\n.SH SYNOPSIS\n"
                 ".B cupel\nCOMMAND [OPTIONS]\n.SH COMMANDS\n");
    for (const struct command *const *c = commands; *c; c++)
        man_command(*c, out);
    fprintf(out, ".SS \"cupel report FILE... [OPTIONS]\"\n%s (cupel report \\-\\-help).\n",
            report_summary);
    fprintf(out, ".SH EXIT STATUS\n");
#define EXIT_MAN(name, status, meaning) fprintf(out, ".TP\n%d\n%s\n", status, meaning);
    ERR_CODES(EXIT_MAN)
#undef EXIT_MAN
}

/* `help data import` names the row "data import", `help data` all of its group. */
static bool help_on(int argc, char **argv)
{
    int used;
    const struct command *c = commands_find(argc, argv, &used);
    if (c)
        help_command(c, stdout);
    return c || help_group(argc, argv, stdout);
}

bool help_answers(int argc, char **argv)
{
    const char *word = argv[0];
    if (strcmp(word, "--version") == 0) {
        printf("cupel %s (%s, %s)\n", CUPEL_VERSION, version_commit(), version_compiler());
        return true;
    }
    bool is_help = strcmp(word, "help") == 0;
    if (is_help && argc > 1 && strcmp(argv[1], "--man") == 0) {
        man_page(stdout);
        return true;
    }
    if (is_help && argc > 1)
        return help_on(argc - 1, argv + 1);
    if (!is_help && strcmp(word, "--help") != 0 && strcmp(word, "-h") != 0)
        return false;
    help_overview(stdout);
    return true;
}
