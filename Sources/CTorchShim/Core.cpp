// Errors, runtime settings, and tensors as data.
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <ATen/cpu/Utils.h>
#include <malloc.h>
#include <torch/version.h>

#include <cstdlib>
#include <cstring>
#include <thread>
#include <utility>
#include <vector>

#include "Handles.h"
#include "PackedSigns.h"

static_assert(TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR == 13,
              "Hallmark is built against libtorch 2.13; run scripts/setup");

using hallmark::guarded;
using hallmark::sizes;
using hallmark::tensorFrom;

static_assert(TS_UINT8 == int(at::kByte) && TS_INT8 == int(at::kChar) &&
              TS_INT64 == int(at::kLong) && TS_FLOAT16 == int(at::kHalf) &&
              TS_FLOAT32 == int(at::kFloat) && TS_FLOAT64 == int(at::kDouble) &&
              TS_BOOL == int(at::kBool) && TS_BFLOAT16 == int(at::kBFloat16));

const char *ts_error_message(const TSError *error) { return error->message.c_str(); }
void ts_error_free(TSError *error) { delete error; }

// Runtime.

const char *ts_version(void) { return TORCH_VERSION; }

void ts_set_thread_count(int32_t count, TSError **error) {
  guarded(error, [&] { at::set_num_threads(count); });
}

int32_t ts_thread_count(void) { return at::get_num_threads(); }

void ts_run_on_threads(int32_t count, void (*body)(void *context, int32_t index), void *context,
                       TSError **error) {
  guarded(error, [&] {
    // Setting the number inside a thread holds for that thread, and for threads that libtorch has not
    // seen yet, which is why it is set back at the end.
    auto before = at::get_num_threads();
    std::vector<std::thread> threads;
    auto end = [&] {
      for (auto &thread : threads) thread.join();
      at::set_num_threads(before);
    };
    try {
      for (int32_t index = 0; index < count; ++index) {
        threads.emplace_back([=] {
          at::set_num_threads(1);
          body(context, index);
        });
      }
    } catch (...) {
      // A thread that the system refuses; those that run have to be waited for.
      end();
      throw;
    }
    end();
  });
}

int32_t ts_cpu_has_bfloat16(void) {
  auto capabilities = at::cpu::get_cpu_capabilities();
  auto has = [&](const char *name) {
    auto found = capabilities.find(name);
    return found != capabilities.end() && found->second.isBool() && found->second.toBool();
  };
  return has("avx512_bf16") || has("amx_bf16");
}

int32_t ts_cuda_is_available(void) { return at::hasCUDA(); }

int32_t ts_allocator_keep_freed_memory(void) {
  // Blocks up to the threshold come from the heap, which is never trimmed and grows in big steps.
  constexpr int keepAll = 1 << 30;
  return mallopt(M_MMAP_MAX, 0) && mallopt(M_TRIM_THRESHOLD, keepAll) &&
         mallopt(M_TOP_PAD, 64 << 20);
}

int64_t ts_live_tensor_count(void) { return hallmark::liveTensorCount; }

// Tensors as data.

TSTensor *ts_tensor_from_bytes(const void *bytes, size_t byte_count, const int64_t *shape,
                               int32_t dimensions, int32_t dtype, const char *device,
                               TSError **error) {
  return tensorFrom(error, [&] {
    auto tensor = at::empty(sizes(shape, dimensions), at::ScalarType(dtype));
    TORCH_CHECK(tensor.nbytes() == byte_count, "a tensor of shape ", tensor.sizes(), " and type ",
                tensor.dtype(), " takes ", tensor.nbytes(), " bytes, not ", byte_count);
    if (byte_count > 0) std::memcpy(tensor.mutable_data_ptr(), bytes, byte_count);
    return tensor.to(at::Device(device));
  });
}

void ts_tensor_copy_bytes(const TSTensor *tensor, void *buffer, size_t capacity,
                          TSError **error) {
  guarded(error, [&] {
    auto plain = tensor->value.detach().to(at::kCPU).contiguous();
    TORCH_CHECK(plain.nbytes() == capacity, "a tensor of ", plain.nbytes(),
                " bytes does not fill a buffer of ", capacity);
    if (capacity > 0) std::memcpy(buffer, plain.const_data_ptr(), capacity);
  });
}

int32_t ts_tensor_pack_signs(const TSTensor *tensor, uint64_t *rows, size_t capacity, int64_t words,
                             int64_t column, TSError **error) {
  return guarded(error, [&] {
    const auto &value = tensor->value;
    TORCH_CHECK(value.dim() == 2 && value.is_cpu() && value.scalar_type() == at::kFloat,
                "signs are packed from rows of float32 on the processor");
    auto plain = value.detach().contiguous();
    auto [count, columns] = std::pair(plain.size(0), plain.size(1));
    TORCH_CHECK(words >= 0 && column >= 0 && columns <= 64 * words - column &&
                    capacity == size_t(2 * words * count),
                "rows of ", columns, " signs from column ", column, " on do not fit into ", count,
                " of ", words, " words a plane");
    const float *values = plain.const_data_ptr<float>();
    int32_t isFinite = 1;
    for (int64_t i = 0; i < count; ++i)
      isFinite &= hallmark::packSigns(values + i * columns, columns, rows + 2 * words * i, words,
                                      column);
    return isFinite;
  });
}

TSTensor *ts_tensor_full(const int64_t *shape, int32_t dimensions, double value, int32_t dtype,
                         const char *device, TSError **error) {
  return tensorFrom(error, [&] {
    auto options = at::TensorOptions().dtype(at::ScalarType(dtype)).device(at::Device(device));
    return at::full(sizes(shape, dimensions), value, options);
  });
}

void ts_tensor_free(TSTensor *tensor) { delete tensor; }

int32_t ts_tensor_shape(const TSTensor *tensor, int64_t *out, int32_t capacity) {
  auto shape = tensor->value.sizes();
  for (size_t i = 0; i < shape.size() && i < size_t(capacity); ++i) out[i] = shape[i];
  return int32_t(shape.size());
}

int64_t ts_tensor_element_count(const TSTensor *tensor) { return tensor->value.numel(); }

int32_t ts_tensor_dtype(const TSTensor *tensor) { return int32_t(tensor->value.scalar_type()); }

void ts_tensor_device(const TSTensor *tensor, char *name, size_t capacity) {
  if (capacity == 0) return;
  auto text = tensor->value.device().str();
  auto count = std::min(text.size(), capacity - 1);
  std::memcpy(name, text.data(), count);
  name[count] = 0;
}

int32_t ts_tensor_is_channels_last(const TSTensor *tensor) {
  return tensor->value.is_contiguous(at::MemoryFormat::ChannelsLast);
}

double ts_tensor_item(const TSTensor *tensor, TSError **error) {
  return guarded(error, [&] { return tensor->value.item().toDouble(); });
}

TSTensor *ts_tensor_to_dtype(const TSTensor *tensor, int32_t dtype, TSError **error) {
  return tensorFrom(error, [&] { return tensor->value.to(at::ScalarType(dtype)); });
}

TSTensor *ts_tensor_to_device(const TSTensor *tensor, const char *device, TSError **error) {
  return tensorFrom(error, [&] { return tensor->value.to(at::Device(device)); });
}

TSTensor *ts_tensor_channels_last(const TSTensor *tensor, TSError **error) {
  return tensorFrom(
      error, [&] { return tensor->value.contiguous(at::MemoryFormat::ChannelsLast); });
}

void ts_tensor_set_channels_last(const TSTensor *tensor, TSError **error) {
  guarded(error, [&] {
    auto value = tensor->value;
    value.set_data(value.detach().contiguous(at::MemoryFormat::ChannelsLast));
  });
}

void ts_tensor_set_device(const TSTensor *tensor, const char *device, TSError **error) {
  guarded(error, [&] {
    auto value = tensor->value;
    value.set_data(value.detach().to(at::Device(device)));
  });
}

TSTensor *ts_tensor_contiguous(const TSTensor *tensor, TSError **error) {
  return tensorFrom(error, [&] { return tensor->value.contiguous(); });
}

TSTensor *ts_tensor_clone(const TSTensor *tensor, TSError **error) {
  return tensorFrom(error, [&] { return tensor->value.clone(); });
}

void ts_tensor_copy_in_place(const TSTensor *target, const TSTensor *source, TSError **error) {
  guarded(error, [&] {
    auto destination = target->value.detach();
    TORCH_CHECK(destination.sizes() == source->value.sizes(), "cannot copy shape ",
                source->value.sizes(), " over shape ", destination.sizes());
    destination.copy_(source->value.detach());
  });
}

// Random numbers.

TSGenerator *ts_generator_create(uint64_t seed, const char *device, TSError **error) {
  return guarded(error, [&] {
    at::Device place(device);
    auto generator = place.is_cpu()
                         ? at::detail::createCPUGenerator(seed)
                         : at::globalContext().defaultGenerator(place).clone();
    generator.set_current_seed(seed);
    return new TSGenerator{std::move(generator)};
  });
}

void ts_generator_free(TSGenerator *generator) { delete generator; }

TSTensor *ts_random_normal(const int64_t *shape, int32_t dimensions, TSGenerator *generator,
                           const char *device, TSError **error) {
  return tensorFrom(error, [&] {
    auto options = at::TensorOptions().dtype(at::kFloat).device(at::Device(device));
    return at::randn(sizes(shape, dimensions), generator->value, options);
  });
}

TSTensor *ts_random_uniform(const int64_t *shape, int32_t dimensions, double low, double high,
                            TSGenerator *generator, const char *device, TSError **error) {
  return tensorFrom(error, [&] {
    auto options = at::TensorOptions().dtype(at::kFloat).device(at::Device(device));
    return at::empty(sizes(shape, dimensions), options).uniform_(low, high, generator->value);
  });
}
