// What the opaque handles of the C interface are, and how errors leave a C++ function.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <exception>
#include <string>
#include <utility>

#include "CTorchShim.h"

struct TSError {
  std::string message;
};

namespace hallmark {

// Per thread, so that a test of leaks is not disturbed by tests that run beside it.
inline thread_local int64_t liveTensorCount = 0;

}  // namespace hallmark

struct TSTensor {
  explicit TSTensor(at::Tensor tensor) : value(std::move(tensor)) {
    ++hallmark::liveTensorCount;
  }
  ~TSTensor() { --hallmark::liveTensorCount; }
  TSTensor(const TSTensor &) = delete;
  TSTensor &operator=(const TSTensor &) = delete;

  at::Tensor value;
};

struct TSGenerator {
  at::Generator value;
};

namespace hallmark {

/// Runs `body`; an exception becomes a `TSError` and a zero result. Nothing is thrown past it.
template <typename Body>
auto guarded(TSError **error, Body body) noexcept -> decltype(body()) {
  std::string message;
  try {
    return body();
  } catch (const c10::Error &e) {
    message = e.what_without_backtrace();
  } catch (const std::exception &e) {
    message = e.what();
  } catch (...) {
    message = "unknown C++ exception";
  }
  *error = new TSError{std::move(message)};
  return decltype(body())();
}

/// `guarded` for a body that computes a tensor.
template <typename Body>
TSTensor *tensorFrom(TSError **error, Body body) noexcept {
  return guarded(error, [&] { return new TSTensor(body()); });
}

/// A tensor that may be absent, as libtorch takes it.
inline std::optional<at::Tensor> optional(const TSTensor *tensor) {
  return tensor ? std::optional<at::Tensor>(tensor->value) : std::nullopt;
}

inline at::IntArrayRef sizes(const int64_t *values, int32_t count) {
  return at::IntArrayRef(values, static_cast<size_t>(count));
}

}  // namespace hallmark
