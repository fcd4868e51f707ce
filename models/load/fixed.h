/* models/load/fixed.h - logarithms and powers in integers, the same on every machine.
 *
 * Q32: 32 bits behind the point; Q64: a fraction below 1. Exact to about the last five bits.
 */
#ifndef MODELS_LOAD_FIXED_H
#define MODELS_LOAD_FIXED_H

#include <stdint.h>

/* Base-2 logarithm of x, Q32; x > 0. */
uint64_t load__log2(uint64_t x);
/* 2 to the power of minus y (Q32), Q64; UINT64_MAX for 1. */
uint64_t load__exp2_minus(uint64_t y);

#endif
