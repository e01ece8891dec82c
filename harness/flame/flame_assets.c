#include "harness/flame/flame_assets.h"

/* The files stand in the program as they are; make runs the compiler where their paths begin. */
#define FLAME_ASSET(name, path)                                                                    \
    __asm__(".section .rodata\n"                                                                   \
            ".global " #name "\n" #name ":\n"                                                      \
            ".incbin \"harness/flame/" path "\"\n"                                                 \
            ".byte 0\n"                                                                            \
            ".previous\n")

FLAME_ASSET(flame_assets_style, "flame.css");
FLAME_ASSET(flame_assets_script, "flame.js");
FLAME_ASSET(flame_assets_page_style, "flame_page.css");
FLAME_ASSET(flame_assets_page_script, "flame_page.js");
