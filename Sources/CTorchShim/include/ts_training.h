// Gradients, mixed precision and optimisers. CTorchShim.h states the rules of ownership.

#ifndef TS_TRAINING_H
#define TS_TRAINING_H

#include "ts_core.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct TSOptimizer TSOptimizer;

// Gradients.

TSTensor *ts_tensor_detach(const TSTensor *tensor, TSError **error);
void ts_tensor_set_requires_grad(const TSTensor *tensor, int32_t requires_grad, TSError **error);
int32_t ts_tensor_requires_grad(const TSTensor *tensor);
// Accumulates d(tensor)/d(leaf) into the gradient of every leaf; `tensor` has one element.
void ts_tensor_backward(const TSTensor *tensor, TSError **error);
// The accumulated gradient, or null without an error if there is none.
TSTensor *ts_tensor_gradient(const TSTensor *tensor, TSError **error);
void ts_tensor_clear_gradient(const TSTensor *tensor, TSError **error);
// Writes d(output)/d(inputs[i]) to gradients[i]; `output` has one element. An input that the output
// does not depend on is an error.
void ts_gradients(const TSTensor *output, const TSTensor *const *inputs, int32_t count,
                  int32_t create_graph, TSTensor **gradients, TSError **error);
// The gradient of a convolution's weight for each sample by itself: input [N, in, H, W], delta (the
// derivative of the loss with respect to the output) [N, out, h, w]; float32 on the CPU. Returns
// [N, out, in, kernel, kernel], or with `maximum` its maxima over the kernel, [N, out, in].
TSTensor *ts_conv2d_sample_gradients(const TSTensor *input, const TSTensor *delta, int64_t kernel,
                                     int64_t stride, int64_t padding, int32_t maximum,
                                     TSError **error);
// Sets whether operations of this thread are recorded, and returns the setting before.
int32_t ts_set_gradient_mode(int32_t enabled);

// Autocast of this thread on one kind of device ("cpu", "cuda").

// The setting before is returned, to be restored. Leaving autocast drops the cached casts.
int32_t ts_set_autocast(const char *device, int32_t enabled, int32_t dtype, TSError **error);

// Optimisers of libtorch over a fixed list of parameters.

TSOptimizer *ts_sgd_create(const TSTensor *const *parameters, int32_t count, double learning_rate,
                           double momentum, double weight_decay, int32_t nesterov,
                           TSError **error);
TSOptimizer *ts_adam_create(const TSTensor *const *parameters, int32_t count,
                            double learning_rate, double beta1, double beta2, double epsilon,
                            double weight_decay, TSError **error);
void ts_optimizer_free(TSOptimizer *optimizer);
void ts_optimizer_set_learning_rate(TSOptimizer *optimizer, double learning_rate,
                                    TSError **error);
void ts_optimizer_step(TSOptimizer *optimizer, TSError **error);
void ts_optimizer_clear_gradients(TSOptimizer *optimizer, TSError **error);
// The state of parameter `index`: SGD has slot 0, the momentum; Adam slots 0 and 1, the first and
// second moments. Null without an error before the first step.
TSTensor *ts_optimizer_state(const TSOptimizer *optimizer, int32_t index, int32_t slot,
                             TSError **error);
int32_t ts_optimizer_slot_count(const TSOptimizer *optimizer);
// Restores what `ts_optimizer_state` gave; `step` is the number of steps taken (Adam's t).
void ts_optimizer_set_state(TSOptimizer *optimizer, int32_t index, int32_t slot,
                            const TSTensor *value, int64_t step, TSError **error);

#ifdef __cplusplus
}
#endif

#endif
