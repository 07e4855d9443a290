// Four pictures of half the size, a pixel larger each way, put together.
#include <torch/csrc/autograd/custom_function.h>

#include "Handles.h"

using hallmark::tensorFrom;

namespace {

/// The pixels of the large picture in the small ones, as [N, H, 2, W, 2, C]: pixel (2i + a, 2j + b) is
/// pixel (i + a, j + b) of picture (a, b).
at::Tensor woven(const at::Tensor &phases) {
  auto count = phases.size(0), channels = phases.size(1) / 4;
  auto height = phases.size(2) - 1, width = phases.size(3) - 1;
  auto column = phases.size(1);
  auto row = (width + 1) * column;
  return phases.as_strided(
      {count, height, 2, width, 2, channels},
      {(height + 1) * row, row, row + 2 * channels, column, column + channels, 1});
}

/// libtorch's own gradient of such a view adds element by element, as if pixels could overlap.
struct Weaving : public torch::autograd::Function<Weaving> {
  static at::Tensor forward(torch::autograd::AutogradContext *context, const at::Tensor &phases) {
    auto shape = phases.sizes();
    context->saved_data["shape"] = shape.vec();
    auto picture = woven(phases.contiguous(at::MemoryFormat::ChannelsLast)).contiguous();
    return picture.view({shape[0], 2 * shape[2] - 2, 2 * shape[3] - 2, shape[1] / 4})
        .permute({0, 3, 1, 2});
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext *context,
                                                 torch::autograd::variable_list gradients) {
    auto shape = context->saved_data["shape"].toIntVector();
    auto gradient = at::empty(shape, gradients[0].options(), at::MemoryFormat::ChannelsLast).zero_();
    auto target = woven(gradient);
    target.copy_(gradients[0].permute({0, 2, 3, 1}).reshape(target.sizes()));
    return {gradient};
  }
};

}  // namespace

TSTensor *ts_weave_phases(const TSTensor *phases, TSError **error) {
  return tensorFrom(error, [&] {
    auto shape = phases->value.sizes();
    TORCH_CHECK(shape.size() == 4 && shape[1] % 4 == 0 && shape[2] > 1 && shape[3] > 1,
                "four pictures to weave are [N, 4 * C, H + 1, W + 1], not ", shape);
    return Weaving::apply(phases->value);
  });
}
