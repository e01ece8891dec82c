/* Trees of stacks for the tests of this folder, written as people read them.
 *
 *     struct stacks s = {0};
 *     tree_add(&s, "main;solve;step", 3);
 *     assert_int_equal(tree_self(&s, "main;solve;step"), 3);
 */
#ifndef CUPEL_TESTS_FLAME_TREES_H
#define CUPEL_TESTS_FLAME_TREES_H

#include "harness/flame/stacks.h"

/* Frames of module "prog" in file "src/NAME.c"; names may not hold ';'. */
void tree_add(struct stacks *s, const char *path, uint64_t weight);

/* Weight that ends at this path, or passes it too; 0 where there is no such path. "" is the root. */
uint64_t tree_self(const struct stacks *s, const char *path);
uint64_t tree_total(const struct stacks *s, const char *path);

/* Stacks of random depth over a few names, recursion included; the same for the same seed. */
void tree_random(struct stacks *s, uint64_t seed, int stacks);

/* As a backtest's: some 2,000 samples in functions of several rooms and libraries. `slow`: hundredths of
 * the whole that group_base takes more. Noise by the seed; 0: none. */
void tree_backtest(struct stacks *s, int slow, uint64_t seed);

/* Names that hold what files and pages mind: tags, quotes, ';', spaces, no UTF-8, other scripts. */
extern const char *const tree_odd_names[];
extern const int tree_odd_count;
void tree_odd(struct stacks *s);

/* Every node's total is its self and its children's totals. */
void tree_check(const struct stacks *s);

#endif
