/* es.h for sets of instructions: es.c chooses among them. */
#ifndef CUPEL_STRADDLE_ES_CPU_H
#define CUPEL_STRADDLE_ES_CPU_H

#include "kernels/straddle/numerics/es.h"

es_run_fn es_run_avx2;

#endif
