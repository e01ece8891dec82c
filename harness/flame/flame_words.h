/* What pictures and tables of profiles say of a frame: shares, weights with their unit, places. Each adds to out. */
#ifndef CUPEL_FLAME_FLAME_WORDS_H
#define CUPEL_FLAME_FLAME_WORDS_H

#include "harness/base/str.h"
#include "harness/flame/stacks.h"

void flame_words_share(struct text *out, double share);   /* "42.3 %", "0.07 %" */
void flame_words_points(struct text *out, double change); /* "+2.3", "-0.04", "0.0" */
void flame_words_weight(struct text *out, enum stacks_unit unit,
                        uint64_t weight); /* "864 samples", "1.53 ms" */
void flame_words_place(struct text *out,
                       const struct stacks_frame *f); /* "kernels/spin.c:12, cupel"; or nothing */

#endif
