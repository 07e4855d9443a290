// libtorch is C++ and no header of it reaches Swift: only CTorchShim's sources include it. This
// module exists so that SwiftPM asks pkg-config for libtorch's flags. `scripts/setup` writes the
// `libtorch.pc` that it finds.
