// Signs of gradients as bits, and sums of their products by counting bits.
//
// With the planes z (not zero) and n (negative) of two rows, m = z & z' marks the entries that count, and
// the sum of their products is |m| - 2 |m & (n ^ n')|: whole numbers, exact, whatever the length.
#include "PackedSigns.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "ts_signs.h"

namespace {

typedef float Vector __attribute__((ext_vector_type(16)));
typedef bool Mask __attribute__((ext_vector_type(16)));

template <typename Comparison>
inline uint64_t bits(const Comparison &comparison) {
  auto mask = __builtin_convertvector(comparison, Mask);
  uint16_t result;
  std::memcpy(&result, &mask, sizeof result);
  return result;
}

/// The two planes' bits of up to 64 numbers.
struct Word {
  uint64_t nonzero = 0, negative = 0;
  bool isFinite = true;

  explicit Word(const float *values) {
    Vector sum = 0;
    for (int part = 0; part < 4; ++part) {
      Vector v;
      std::memcpy(&v, values + 16 * part, sizeof v);
      nonzero |= bits((v > 0) | (v < 0)) << (16 * part);
      negative |= bits(v < 0) << (16 * part);
      sum += v * 0;  // NaN where v is not finite
    }
    isFinite = bits(sum == 0) == 0xffff;
  }

  void store(uint64_t *row, int64_t words, int64_t column, int64_t count) const {
    auto [word, shift] = std::pair(column / 64, column % 64);
    row[word] |= nonzero << shift;
    row[words + word] |= negative << shift;
    if (shift + count > 64) {
      row[word + 1] |= nonzero >> (64 - shift);
      row[words + word + 1] |= negative >> (64 - shift);
    }
  }
};

/// Words that are gone through before the next pair of rows, so that a few rows stay in the nearest cache.
constexpr int64_t chunk = 256;
constexpr int64_t block = 8;

/// The sum of products over some words of two rows.
__attribute__((always_inline)) inline int64_t product(const uint64_t *a, const uint64_t *b,
                                                      int64_t words, int64_t count) {
  int64_t both = 0, unequal = 0;
  for (int64_t i = 0; i < count; ++i) {
    auto mask = a[i] & b[i];
    both += __builtin_popcountll(mask);
    unequal += __builtin_popcountll(mask & (a[words + i] ^ b[words + i]));
  }
  return both - 2 * unequal;
}

__attribute__((always_inline)) inline void allProducts(const uint64_t *a, int64_t aCount,
                                                       const uint64_t *b, int64_t bCount,
                                                       int64_t words, int64_t *products) {
  std::fill_n(products, aCount * bCount, 0);
  for (int64_t start = 0; start < aCount; start += block)
    for (int64_t first = 0; first < words; first += chunk)
      for (int64_t j = 0; j < bCount; ++j)
        for (int64_t i = start; i < std::min(aCount, start + block); ++i)
          products[i * bCount + j] += product(a + 2 * words * i + first, b + 2 * words * j + first,
                                              words, std::min(chunk, words - first));
}

using Products = void (*)(const uint64_t *, int64_t, const uint64_t *, int64_t, int64_t, int64_t *);

void productsAnywhere(const uint64_t *a, int64_t aCount, const uint64_t *b, int64_t bCount,
                      int64_t words, int64_t *products) {
  allProducts(a, aCount, b, bCount, words, products);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) void productsAVX2(const uint64_t *a, int64_t aCount,
                                                  const uint64_t *b, int64_t bCount,
                                                  int64_t words, int64_t *products) {
  allProducts(a, aCount, b, bCount, words, products);
}

// Counts the bits of eight words at once.
__attribute__((target("avx512f,avx512vpopcntdq"))) void productsAVX512(
    const uint64_t *a, int64_t aCount, const uint64_t *b, int64_t bCount, int64_t words,
    int64_t *products) {
  allProducts(a, aCount, b, bCount, words, products);
}

Products fastestProducts() {
  if (__builtin_cpu_supports("avx512vpopcntdq")) return productsAVX512;
  if (__builtin_cpu_supports("avx2")) return productsAVX2;
  return productsAnywhere;
}
#else
Products fastestProducts() { return productsAnywhere; }
#endif

}  // namespace

bool hallmark::packSigns(const float *values, int64_t count, uint64_t *row, int64_t words,
                         int64_t column) {
  bool isFinite = true;
  for (; count >= 64; count -= 64, values += 64, column += 64) {
    Word word(values);
    word.store(row, words, column, 64);
    isFinite &= word.isFinite;
  }
  if (count > 0) {
    float rest[64] = {};
    std::copy_n(values, count, rest);
    Word word(rest);
    word.store(row, words, column, count);
    isFinite &= word.isFinite;
  }
  return isFinite;
}

void ts_signs_products(const uint64_t *a, int64_t a_count, const uint64_t *b, int64_t b_count,
                       int64_t words, int64_t *products) {
  fastestProducts()(a, a_count, b, b_count, words, products);
}
