#include "harness/flame/flame_assets.h"

/* The files stand in the program as they are; make runs the compiler where their paths begin. */
#define FLAME_FILE(path) ".incbin \"harness/flame/" path "\"\n"
#define FLAME_ASSET(name, files)                                                                   \
    __asm__(".section .rodata\n"                                                                   \
            ".global " #name "\n" #name ":\n" files ".byte 0\n"                                    \
            ".previous\n")

FLAME_ASSET(flame_assets_style, FLAME_FILE("flame.css"));
FLAME_ASSET(flame_assets_script, FLAME_FILE("flame_view.js") FLAME_FILE("flame.js"));
FLAME_ASSET(flame_assets_page_style, FLAME_FILE("flame_page.css"));
FLAME_ASSET(flame_assets_page_script, FLAME_FILE("flame_page.js"));
