// Gradients, mixed precision and optimisers.
#include <ATen/autocast_mode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/grad_mode.h>
#include <torch/optim/adam.h>
#include <torch/optim/sgd.h>

#include "Handles.h"

using hallmark::guarded;
using hallmark::tensorFrom;

static_assert(TS_REDUCTION_NONE == int(at::Reduction::None) &&
              TS_REDUCTION_MEAN == int(at::Reduction::Mean) &&
              TS_REDUCTION_SUM == int(at::Reduction::Sum));

// Gradients.

TSTensor *ts_tensor_detach(const TSTensor *tensor, TSError **error) {
  return tensorFrom(error, [&] { return tensor->value.detach(); });
}

void ts_tensor_set_requires_grad(const TSTensor *tensor, int32_t requires_grad,
                                 TSError **error) {
  guarded(error, [&] { tensor->value.set_requires_grad(requires_grad != 0); });
}

int32_t ts_tensor_requires_grad(const TSTensor *tensor) { return tensor->value.requires_grad(); }

void ts_tensor_backward(const TSTensor *tensor, TSError **error) {
  guarded(error, [&] { tensor->value.backward(); });
}

TSTensor *ts_tensor_gradient(const TSTensor *tensor, TSError **error) {
  return guarded(error, [&]() -> TSTensor * {
    const auto &gradient = tensor->value.grad();
    return gradient.defined() ? new TSTensor(gradient) : nullptr;
  });
}

void ts_tensor_clear_gradient(const TSTensor *tensor, TSError **error) {
  guarded(error, [&] { tensor->value.mutable_grad() = at::Tensor(); });
}

void ts_gradients(const TSTensor *output, const TSTensor *const *inputs, int32_t count,
                  int32_t create_graph, TSTensor **gradients, TSError **error) {
  guarded(error, [&] {
    torch::autograd::variable_list leaves;
    for (int32_t i = 0; i < count; ++i) leaves.push_back(inputs[i]->value);
    auto found = torch::autograd::grad({output->value}, leaves, {}, create_graph != 0,
                                       create_graph != 0);
    for (int32_t i = 0; i < count; ++i) gradients[i] = new TSTensor(found[size_t(i)]);
  });
}

int32_t ts_set_gradient_mode(int32_t enabled) {
  auto before = at::GradMode::is_enabled();
  at::GradMode::set_enabled(enabled != 0);
  return before;
}

// Autocast.

int32_t ts_set_autocast(const char *device, int32_t enabled, int32_t dtype, TSError **error) {
  return guarded(error, [&]() -> int32_t {
    auto kind = at::Device(device).type();
    auto before = at::autocast::is_autocast_enabled(kind);
    at::autocast::set_autocast_enabled(kind, enabled != 0);
    if (enabled) at::autocast::set_autocast_dtype(kind, at::ScalarType(dtype));
    // Cached casts of weights go stale at the next optimiser step.
    at::autocast::clear_cache();
    return before;
  });
}

// Optimisers.

struct TSOptimizer {
  std::unique_ptr<torch::optim::Optimizer> value;
  std::vector<at::Tensor> parameters;
  bool isAdam;
};

namespace {

std::vector<at::Tensor> listed(const TSTensor *const *parameters, int32_t count) {
  std::vector<at::Tensor> values;
  for (int32_t i = 0; i < count; ++i) values.push_back(parameters[i]->value);
  return values;
}

torch::optim::OptimizerParamState *stateOf(const TSOptimizer *optimizer, int32_t index) {
  auto &states = optimizer->value->state();
  auto found = states.find(optimizer->parameters.at(size_t(index)).unsafeGetTensorImpl());
  return found == states.end() ? nullptr : found->second.get();
}

}  // namespace

TSOptimizer *ts_sgd_create(const TSTensor *const *parameters, int32_t count, double learning_rate,
                           double momentum, double weight_decay, int32_t nesterov,
                           TSError **error) {
  return guarded(error, [&] {
    auto options = torch::optim::SGDOptions(learning_rate)
                       .momentum(momentum)
                       .weight_decay(weight_decay)
                       .nesterov(nesterov != 0);
    auto values = listed(parameters, count);
    auto sgd = std::make_unique<torch::optim::SGD>(values, options);
    return new TSOptimizer{std::move(sgd), std::move(values), false};
  });
}

TSOptimizer *ts_adam_create(const TSTensor *const *parameters, int32_t count,
                            double learning_rate, double beta1, double beta2, double epsilon,
                            double weight_decay, TSError **error) {
  return guarded(error, [&] {
    auto options = torch::optim::AdamOptions(learning_rate)
                       .betas({beta1, beta2})
                       .eps(epsilon)
                       .weight_decay(weight_decay);
    auto values = listed(parameters, count);
    auto adam = std::make_unique<torch::optim::Adam>(values, options);
    return new TSOptimizer{std::move(adam), std::move(values), true};
  });
}

void ts_optimizer_free(TSOptimizer *optimizer) { delete optimizer; }

void ts_optimizer_set_learning_rate(TSOptimizer *optimizer, double learning_rate,
                                    TSError **error) {
  guarded(error, [&] {
    for (auto &group : optimizer->value->param_groups()) group.options().set_lr(learning_rate);
  });
}

void ts_optimizer_step(TSOptimizer *optimizer, TSError **error) {
  guarded(error, [&] { optimizer->value->step(); });
}

void ts_optimizer_clear_gradients(TSOptimizer *optimizer, TSError **error) {
  guarded(error, [&] { optimizer->value->zero_grad(true); });
}

int32_t ts_optimizer_slot_count(const TSOptimizer *optimizer) { return optimizer->isAdam ? 2 : 1; }

TSTensor *ts_optimizer_state(const TSOptimizer *optimizer, int32_t index, int32_t slot,
                             TSError **error) {
  return guarded(error, [&]() -> TSTensor * {
    auto *state = stateOf(optimizer, index);
    if (!state) return nullptr;
    at::Tensor value;
    if (optimizer->isAdam) {
      auto &adam = static_cast<torch::optim::AdamParamState &>(*state);
      value = slot == 0 ? adam.exp_avg() : adam.exp_avg_sq();
    } else {
      value = static_cast<torch::optim::SGDParamState &>(*state).momentum_buffer();
    }
    return value.defined() ? new TSTensor(value) : nullptr;
  });
}

void ts_optimizer_set_state(TSOptimizer *optimizer, int32_t index, int32_t slot,
                            const TSTensor *value, int64_t step, TSError **error) {
  guarded(error, [&] {
    const auto &parameter = optimizer->parameters.at(size_t(index));
    TORCH_CHECK(value->value.sizes() == parameter.sizes(), "optimiser state of shape ",
                value->value.sizes(), " does not fit parameter ", index, " of shape ",
                parameter.sizes());
    // A fresh tensor in the parameter's memory layout, as the optimiser itself would have made.
    auto copy = at::empty_like(parameter.detach());
    copy.copy_(value->value.detach());
    auto &entry = optimizer->value->state()[parameter.unsafeGetTensorImpl()];
    if (optimizer->isAdam) {
      if (!entry) entry = std::make_unique<torch::optim::AdamParamState>();
      auto &adam = static_cast<torch::optim::AdamParamState &>(*entry);
      adam.step(step);
      slot == 0 ? adam.exp_avg(copy) : adam.exp_avg_sq(copy);
    } else {
      if (!entry) entry = std::make_unique<torch::optim::SGDParamState>();
      static_cast<torch::optim::SGDParamState &>(*entry).momentum_buffer(copy);
    }
  });
}
