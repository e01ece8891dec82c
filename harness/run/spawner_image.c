#include "harness/run/spawner.h"

__asm__(".section .rodata\n"
        ".global spawner_image, spawner_image_end\n"
        ".balign 64\n"
        "spawner_image:\n"
        ".incbin \"" CUPEL_SPAWNER "\"\n"
        "spawner_image_end:\n"
        ".byte 0\n"
        ".previous\n");
