/* The tokens of Python, as far as imports need them: private to this folder. */
#ifndef CUPEL_CAPTURE_TOKENS_H
#define CUPEL_CAPTURE_TOKENS_H

#include "kernels/capture/capture_needs.h"

enum python_token {
    T_END,
    T_LINE, /* the end of a logical line */
    T_NAME,
    T_DOTS, /* one or more */
    T_COMMA,
    T_STAR,
    T_OPEN,
    T_CLOSE,
    T_COLON,
    T_SEMICOLON,
    T_OTHER, /* numbers, strings, operators, other brackets */
};

struct python_lexer {
    const char *p, *end;
    int line, depth; /* depth: open brackets */
    struct str text; /* of the token */
    int at_line;     /* where it begins */
    const struct capture_python *to;
};

/* Passes over blanks, comments, joined lines, and line ends in brackets. */
enum python_token capture_tokens_next(struct python_lexer *l);

void capture_tokens_doubt(const struct python_lexer *l, int line, const char *what);

#endif
