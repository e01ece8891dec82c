/* Names for places: functions, their files and lines, from DWARF; the symbol where there is none.
 *
 *     struct stacks_frame frames[SYMBOLS_INLINED];
 *     int n = symbols_at(&places, place, &names, frames);       // the outermost first
 *
 * Several frames stand for one place: the function whose code it is, and those that the compiler put
 * into it. Without DWARF and symbol: "[unknown] in MODULE".
 */
#ifndef CUPEL_PROFILE_SYMBOLS_H
#define CUPEL_PROFILE_SYMBOLS_H

#include "harness/flame/stacks.h"
#include "harness/profile/places.h"

enum { SYMBOLS_INLINED = 32 };

/* Texts live as long as names and places do. */
int symbols_at(struct places *places, int place, struct arena *names,
               struct stacks_frame frames[SYMBOLS_INLINED]);

bool symbols_is_unknown(const struct stacks_frame *frame); /* "[unknown] in MODULE" */

/* What a system library does before it calls main, or a thread's function: _start,
 * __libc_start_call_main, clone3, nameless ones in libc. No part of a program; the sign that the root of
 * a stack was reached. */
bool symbols_is_start(const struct stacks_frame *frame);

#endif
