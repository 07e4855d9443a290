// Errors, runtime settings, and tensors as data. CTorchShim.h states the rules of ownership.

#ifndef TS_CORE_H
#define TS_CORE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct TSError TSError;
typedef struct TSTensor TSTensor;
typedef struct TSGenerator TSGenerator;

const char *ts_error_message(const TSError *error);
void ts_error_free(TSError *error);

// Element types, numbered as in `c10::ScalarType`.
enum {
  TS_UINT8 = 0,
  TS_INT8 = 1,
  TS_INT64 = 4,
  TS_FLOAT16 = 5,
  TS_FLOAT32 = 6,
  TS_FLOAT64 = 7,
  TS_BOOL = 11,
  TS_BFLOAT16 = 15,
};

// The longest shape that a tensor here may have.
#define TS_MAX_DIMENSIONS 8

// Runtime.

// libtorch's version, for example "2.13.0".
const char *ts_version(void);
void ts_set_thread_count(int32_t count, TSError **error);
int32_t ts_thread_count(void);
// Runs `body(context, 0)` to `body(context, count - 1)` at once, each on a thread of its own in which
// an operation of libtorch uses that one thread. Returns when all are done.
void ts_run_on_threads(int32_t count, void (*body)(void *context, int32_t index), void *context,
                       TSError **error);
// 1 where the CPU multiplies bfloat16 in hardware (AVX-512 BF16 or AMX).
int32_t ts_cpu_has_bfloat16(void);
int32_t ts_cuda_is_available(void);
// Makes the C allocator keep freed blocks for reuse instead of returning them to the system, so
// that each training step does not fault its activations in anew. Changes the whole process.
// Returns 1 if the allocator took the settings.
int32_t ts_allocator_keep_freed_memory(void);
// Tensor handles created less tensor handles freed, by the calling thread.
int64_t ts_live_tensor_count(void);

// Tensors as data. `device` is a name that libtorch knows: "cpu", "cuda", "cuda:1".

// Copies `byte_count` bytes in row-major order to a new tensor. The count must match the shape.
TSTensor *ts_tensor_from_bytes(const void *bytes, size_t byte_count, const int64_t *shape,
                               int32_t dimensions, int32_t dtype, const char *device,
                               TSError **error);
// Copies the elements in row-major order to `buffer` of `capacity` bytes, which must fit exactly.
void ts_tensor_copy_bytes(const TSTensor *tensor, void *buffer, size_t capacity, TSError **error);
TSTensor *ts_tensor_full(const int64_t *shape, int32_t dimensions, double value, int32_t dtype,
                         const char *device, TSError **error);
void ts_tensor_free(TSTensor *tensor);

// Writes up to `capacity` sizes and returns how many dimensions there are.
int32_t ts_tensor_shape(const TSTensor *tensor, int64_t *sizes, int32_t capacity);
int64_t ts_tensor_element_count(const TSTensor *tensor);
int32_t ts_tensor_dtype(const TSTensor *tensor);
// Writes the device's name, cut to `capacity` with its closing zero.
void ts_tensor_device(const TSTensor *tensor, char *name, size_t capacity);
int32_t ts_tensor_is_channels_last(const TSTensor *tensor);
// The only element as a double, for a tensor of one element.
double ts_tensor_item(const TSTensor *tensor, TSError **error);

TSTensor *ts_tensor_to_dtype(const TSTensor *tensor, int32_t dtype, TSError **error);
TSTensor *ts_tensor_to_device(const TSTensor *tensor, const char *device, TSError **error);
// The same values laid out as NHWC in memory (4 dimensions), differentiably.
TSTensor *ts_tensor_channels_last(const TSTensor *tensor, TSError **error);
// Lays the tensor's own storage out as NHWC; shape, values and gradients stay.
void ts_tensor_set_channels_last(const TSTensor *tensor, TSError **error);
// Moves the tensor's own storage to another device.
void ts_tensor_set_device(const TSTensor *tensor, const char *device, TSError **error);
TSTensor *ts_tensor_contiguous(const TSTensor *tensor, TSError **error);
TSTensor *ts_tensor_clone(const TSTensor *tensor, TSError **error);
// Writes `source`, converted if need be, over `target`'s elements, outside of any gradient.
void ts_tensor_copy_in_place(const TSTensor *target, const TSTensor *source, TSError **error);

// Random numbers. A generator is the only source; the process-wide one is never used.

TSGenerator *ts_generator_create(uint64_t seed, const char *device, TSError **error);
void ts_generator_free(TSGenerator *generator);
TSTensor *ts_random_normal(const int64_t *shape, int32_t dimensions, TSGenerator *generator,
                           const char *device, TSError **error);
TSTensor *ts_random_uniform(const int64_t *shape, int32_t dimensions, double low, double high,
                            TSGenerator *generator, const char *device, TSError **error);

#ifdef __cplusplus
}
#endif

#endif
