/* Runs tests/profile/victim under a sampler. */
#ifndef CUPEL_TESTS_PROFILE_VICTIMS_H
#define CUPEL_TESTS_PROFILE_VICTIMS_H

#include "harness/profile/sampler.h"

#include <stdbool.h>
#include <sys/types.h>

struct victim {
    pid_t pid;
    int to, from;
};

/* The path of the program that this compiler built ("gcc", "clang", "stripped"); the running test is
 * skipped where it was not. */
const char *victim_program(const char *compiler);

/* It has started, and is ready to work. */
struct victim victim_start(const char *compiler, const char *mode, const char *argument);

/* One piece of work, all of it. */
void victim_work(const struct victim *v);

/* Ends its input; its status as waitpid gives it. */
int victim_end(struct victim *v);

/* Ready, sampled while it works (three times for the timer, which samples less often), ended. The status of its exit must be its own, 7. Skipped where
 * this kind of sampler cannot be had here. */
struct sampler_facts victim_sampled(enum sampler_kind kind, const char *compiler, const char *mode,
                                    const char *argument, struct stacks *into);

/* A sampler, or the running test is skipped with the reason. */
struct sampler *victim_sampler(enum sampler_kind kind, pid_t pid);

/* The share of samples whose stack holds these functions ("main outer middle"), one right below the
 * other. */
double share_with(const struct stacks *s, const char *functions);

/* Every stack with its samples, for who reads why a test failed. */
void print_stacks(const struct stacks *s);

/* The first frame of this name, or NULL. */
const struct stacks_frame *frame_named(const struct stacks *s, const char *name);

#endif
