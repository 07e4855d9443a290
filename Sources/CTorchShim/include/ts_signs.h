// Signs packed to bits, and their products. CTorchShim.h states the rules.

#ifndef TS_SIGNS_H
#define TS_SIGNS_H

#include "ts_core.h"

#ifdef __cplusplus
extern "C" {
#endif

// A packed row is two planes of `words` 64-bit words each: in the first a bit for every entry that is
// not zero, in the second one for every negative entry. Entry i is bit i % 64 of word i / 64. Bits past
// the last entry are zero. Rows follow one another without gaps.

// Packs the signs of `tensor`, [N, count] in float32 on the processor, into columns `column` to
// `column + count - 1` of N rows, whose bits there must be zero. `capacity` is the number of words at
// `rows`; N rows must fit it exactly. Returns 1 if all numbers are finite; NaN has no sign and counts as 0.
int32_t ts_tensor_pack_signs(const TSTensor *tensor, uint64_t *rows, size_t capacity, int64_t words,
                             int64_t column, TSError **error);

// Writes the sum over all entries of a[i] * b[j], exactly, to products[i * b_count + j].
void ts_signs_products(const uint64_t *a, int64_t a_count, const uint64_t *b, int64_t b_count,
                       int64_t words, int64_t *products);

#ifdef __cplusplus
}
#endif

#endif
