// A plain-C view of the libtorch operations that Hallmark uses. All C++ of the project is behind it.
//
// Ownership
//   A function that returns a `TSTensor *`, `TSGenerator *` or `TSOptimizer *` gives it to the
//   caller, who frees it once with the matching `ts_..._free`. Arguments are borrowed for the call.
//   Tensors share storage as in PyTorch: a handle keeps its storage alive.
// Errors
//   Every function that can fail takes `TSError **error` last. On failure it stores an error there,
//   which the caller frees with `ts_error_free`, and returns null or zero; on success it leaves
//   `*error` alone. No C++ exception crosses this boundary.
// Threads
//   Gradient mode and autocast belong to the calling thread. A handle may move between threads but
//   must not be used from two at once.

#ifndef CTORCHSHIM_H
#define CTORCHSHIM_H

#include "ts_core.h"
#include "ts_operations.h"
#include "ts_signs.h"
#include "ts_training.h"

#endif
