// The pretrained style network as the bytes of a safetensors file in float16; see NOTICE.

#ifndef CSTYLEWEIGHTS_H
#define CSTYLEWEIGHTS_H

#include <stddef.h>

// Functions, since Swift does not see arrays of unstated length. The bytes are never freed.
const void *hallmark_style_weights(void);
size_t hallmark_style_weights_length(void);

#endif
