// Weight gradients of a convolution, sample by sample.
//
// libtorch sums them over the batch. Products of small matrices by its BLAS reach half of what the
// processor can do on AVX-512, after copies of the input for every place of the kernel; this needs
// neither, and takes the maximum over the kernel while the sums are at hand.
#include <algorithm>
#include <cstring>
#include <vector>

#include "Handles.h"

using hallmark::tensorFrom;

namespace {

struct Sizes {
  int64_t inputs, height, width;  // of the input, padded
  int64_t outputs, rows, columns;  // of the output
  int64_t kernel, stride, padding;

  /// In NHWC the inputs under one row of the kernel lie side by side.
  int64_t reach() const { return kernel * inputs; }
};

/// Sums outer products over all places of the output, for `Outputs` channels of delta and `Vectors`
/// vectors of neighbouring inputs. All sums stay in registers.
template <typename Vector, int Outputs, int Vectors>
__attribute__((always_inline)) inline void sumBlock(const Sizes &sizes, const float *input,
                                                    const float *delta, float *sums,
                                                    int64_t sumStride) {
  constexpr int lanes = sizeof(Vector) / sizeof(float);
  Vector sum[Outputs][Vectors] = {};
  for (int64_t y = 0; y < sizes.rows; ++y) {
    const float *d = delta + y * sizes.columns * sizes.outputs;
    const float *a = input + y * sizes.stride * sizes.width * sizes.inputs;
    for (int64_t x = 0; x < sizes.columns; ++x) {
      Vector values[Vectors];
      for (int v = 0; v < Vectors; ++v) std::memcpy(&values[v], a + v * lanes, sizeof(Vector));
      for (int o = 0; o < Outputs; ++o)
        for (int v = 0; v < Vectors; ++v) sum[o][v] += d[o] * values[v];
      d += sizes.outputs;
      a += sizes.stride * sizes.inputs;
    }
  }
  for (int o = 0; o < Outputs; ++o)
    for (int v = 0; v < Vectors; ++v)
      std::memcpy(sums + o * sumStride + v * lanes, &sum[o][v], sizeof(Vector));
}

/// `sumBlock` for as many vectors as there are left, three at most.
template <typename Vector, int Outputs>
__attribute__((always_inline)) inline void sumRow(const Sizes &sizes, const float *input,
                                                  const float *delta, float *sums,
                                                  int64_t sumStride) {
  constexpr int lanes = sizeof(Vector) / sizeof(float);
  auto left = (sizes.reach() + lanes - 1) / lanes;
  for (; left >= 3; left -= 3, input += 3 * lanes, sums += 3 * lanes)
    sumBlock<Vector, Outputs, 3>(sizes, input, delta, sums, sumStride);
  if (left == 2) sumBlock<Vector, Outputs, 2>(sizes, input, delta, sums, sumStride);
  if (left == 1) sumBlock<Vector, Outputs, 1>(sizes, input, delta, sums, sumStride);
}

/// The gradients of one sample: sums[kernel row][output][kernel column · inputs + input].
template <typename Vector, int Outputs>
__attribute__((always_inline)) inline void sumSample(const Sizes &sizes, const float *input,
                                                     const float *delta, float *sums,
                                                     int64_t sumStride) {
  for (int64_t i = 0; i < sizes.kernel; ++i, input += sizes.width * sizes.inputs) {
    int64_t o = 0;
    for (; o + Outputs <= sizes.outputs; o += Outputs, sums += Outputs * sumStride)
      sumRow<Vector, Outputs>(sizes, input, delta + o, sums, sumStride);
    for (; o < sizes.outputs; ++o, sums += sumStride)
      sumRow<Vector, 1>(sizes, input, delta + o, sums, sumStride);
  }
}

typedef float Vector4 __attribute__((vector_size(16)));
typedef float Vector8 __attribute__((vector_size(32)));
typedef float Vector16 __attribute__((vector_size(64)));

using Sum = void (*)(const Sizes &, const float *, const float *, float *, int64_t);

void sumSampleAnywhere(const Sizes &s, const float *a, const float *d, float *sums, int64_t n) {
  sumSample<Vector4, 4>(s, a, d, sums, n);
}

// Blocks as large as the registers of each instruction set allow.
#if defined(__x86_64__)
__attribute__((target("avx2,fma"))) void sumSampleAVX2(const Sizes &s, const float *a,
                                                       const float *d, float *sums, int64_t n) {
  sumSample<Vector8, 4>(s, a, d, sums, n);
}

__attribute__((target("avx512f"))) void sumSampleAVX512(const Sizes &s, const float *a,
                                                        const float *d, float *sums, int64_t n) {
  sumSample<Vector16, 8>(s, a, d, sums, n);
}

Sum fastestSum() {
  if (__builtin_cpu_supports("avx512f")) return sumSampleAVX512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return sumSampleAVX2;
  return sumSampleAnywhere;
}
#else
Sum fastestSum() { return sumSampleAnywhere; }
#endif

/// Copies a sample [H, W, C] to the middle of a zeroed one with a border.
void pad(const Sizes &sizes, const float *input, float *padded) {
  auto rowCount = sizes.height - 2 * sizes.padding;
  auto rowLength = (sizes.width - 2 * sizes.padding) * sizes.inputs;
  for (int64_t y = 0; y < rowCount; ++y)
    std::memcpy(padded + ((y + sizes.padding) * sizes.width + sizes.padding) * sizes.inputs,
                input + y * rowLength, size_t(rowLength) * sizeof(float));
}

/// Writes the gradients in PyTorch's order, [outputs, inputs, kernel, kernel].
void storeAll(const Sizes &sizes, const float *sums, int64_t sumStride, float *out) {
  auto area = sizes.kernel * sizes.kernel;
  for (int64_t o = 0; o < sizes.outputs; ++o, out += sizes.inputs * area)
    for (int64_t i = 0; i < sizes.kernel; ++i)
      for (int64_t j = 0; j < sizes.kernel; ++j) {
        const float *sum = sums + (i * sizes.outputs + o) * sumStride + j * sizes.inputs;
        for (int64_t c = 0; c < sizes.inputs; ++c) out[c * area + i * sizes.kernel + j] = sum[c];
      }
}

/// Writes the largest gradient of each kernel, [outputs, inputs].
void storeMaxima(const Sizes &sizes, const float *sums, int64_t sumStride, float *out) {
  for (int64_t o = 0; o < sizes.outputs; ++o, out += sizes.inputs) {
    std::copy_n(sums + o * sumStride, sizes.inputs, out);
    for (int64_t i = 0; i < sizes.kernel; ++i)
      for (int64_t j = 0; j < sizes.kernel; ++j) {
        const float *sum = sums + (i * sizes.outputs + o) * sumStride + j * sizes.inputs;
        // NaN stays, as in libtorch.
        for (int64_t c = 0; c < sizes.inputs; ++c)
          out[c] = sum[c] > out[c] || sum[c] != sum[c] ? sum[c] : out[c];
      }
  }
}

}  // namespace

TSTensor *ts_conv2d_sample_gradients(const TSTensor *input, const TSTensor *delta, int64_t kernel,
                                     int64_t stride, int64_t padding, int32_t maximum,
                                     TSError **error) {
  return tensorFrom(error, [&] {
    TORCH_CHECK(input->value.dim() == 4 && delta->value.dim() == 4, "pictures are [N, C, H, W]");
    auto a = input->value.detach().permute({0, 2, 3, 1}).contiguous();
    auto d = delta->value.detach().permute({0, 2, 3, 1}).contiguous();
    TORCH_CHECK(a.is_cpu() && d.is_cpu() && a.scalar_type() == at::kFloat &&
                    d.scalar_type() == at::kFloat,
                "gradients of samples are computed in float32 on the processor");
    TORCH_CHECK(kernel > 0 && stride > 0 && padding >= 0, "a kernel of ", kernel, ", stride of ",
                stride, " and padding of ", padding, " make no convolution");
    Sizes sizes{a.size(3), a.size(1) + 2 * padding, a.size(2) + 2 * padding, d.size(3),
                d.size(1), d.size(2),  kernel, stride, padding};
    TORCH_CHECK(a.size(0) == d.size(0) && sizes.rows > 0 && sizes.columns > 0 &&
                    (sizes.rows - 1) * stride + kernel <= sizes.height &&
                    (sizes.columns - 1) * stride + kernel <= sizes.width,
                "an output of ", delta->value.sizes(), " does not fit an input of ",
                input->value.sizes());

    auto count = sizes.outputs * sizes.inputs;
    auto shape = maximum ? std::vector<int64_t>{a.size(0), sizes.outputs, sizes.inputs}
                         : std::vector<int64_t>{a.size(0), sizes.outputs, sizes.inputs, kernel,
                                                kernel};
    auto result = at::empty(shape, a.options());
    auto resultCount = maximum ? count : count * kernel * kernel;
    // Vectors may reach past the last input; what they sum there is not stored.
    constexpr int64_t lanes = 16;
    auto sumStride = (sizes.reach() + lanes - 1) / lanes * lanes;
    auto sum = fastestSum();
    const float *inputs = a.const_data_ptr<float>();
    const float *deltas = d.const_data_ptr<float>();
    float *results = result.mutable_data_ptr<float>();
    auto inputCount = a.numel() / std::max<int64_t>(1, a.size(0));
    auto deltaCount = d.numel() / std::max<int64_t>(1, d.size(0));
    std::vector<float> padded(size_t(sizes.height * sizes.width * sizes.inputs + lanes));
    std::vector<float> sums(size_t(kernel * sizes.outputs * sumStride));
    for (int64_t n = 0; n < a.size(0); ++n) {
      pad(sizes, inputs + n * inputCount, padded.data());
      sum(sizes, padded.data(), deltas + n * deltaCount, sums.data(), sumStride);
      auto out = results + n * resultCount;
      if (maximum)
        storeMaxima(sizes, sums.data(), sumStride, out);
      else
        storeAll(sizes, sums.data(), sumStride, out);
    }
    return result;
  });
}
