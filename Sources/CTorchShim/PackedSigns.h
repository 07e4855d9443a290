// Packing of signs to bits. Knows nothing of libtorch.
#pragma once

#include <cstdint>

namespace hallmark {

/// Sets the bits of `count` numbers from entry `column` on in one row of two planes of `words` words each.
///
/// Returns whether all numbers are finite.
bool packSigns(const float *values, int64_t count, uint64_t *row, int64_t words, int64_t column);

}  // namespace hallmark
