#include "reports/style.h"

/* The files stand inside the program as they are, with a NUL behind each. */
#define EMBED(name, file)                                                                          \
    __asm__(".section .rodata\n"                                                                   \
            ".global " #name "\n" #name ":\n"                                                      \
            ".incbin \"" file "\"\n"                                                               \
            ".byte 0\n"                                                                            \
            ".previous\n")

EMBED(style_sheet, "reports/page.css");
EMBED(style_script, "reports/page.js");
