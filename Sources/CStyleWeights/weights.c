#include "CStyleWeights.h"

// `#embed` is C23; clang accepts it in every mode and says so.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wc23-extensions"
_Alignas(64) static const unsigned char weights[] = {
#embed "style-network.safetensors"
};
#pragma clang diagnostic pop

const void *hallmark_style_weights(void) { return weights; }

size_t hallmark_style_weights_length(void) { return sizeof weights; }
