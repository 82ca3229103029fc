#include "firmware/lib/classify.h"

#include "firmware/lib/system.h"
#include "hw/abi/descriptor.h"

#define FLOAT_SIGN 0x80000000u
#define FLOAT_INFINITY 0x7f800000u

/* Floats compare as these integers do: the core has no floating-point unit. */
static int64_t float_key(uint32_t bits) {
  const uint32_t magnitude = bits & ~FLOAT_SIGN;
  if (magnitude > FLOAT_INFINITY) return INT64_MIN; /* NaN */
  return (bits & FLOAT_SIGN) != 0 ? -(int64_t)magnitude : (int64_t)magnitude;
}

static int64_t element_key(uint32_t address, uint32_t type, uint32_t index) {
  switch (type) {
    case SGB_TYPE_INT8:
      return (int8_t)sys_read_byte(address + index);
    case SGB_TYPE_INT32:
      return (int32_t)sys_read(address + 4 * index);
    case SGB_TYPE_FLOAT32:
      return float_key(sys_read(address + 4 * index));
    case SGB_TYPE_INT64:
      return (int64_t)sys_read64(address + 8 * index);
    default: /* uint8, bool */
      return sys_read_byte(address + index);
  }
}

uint32_t sys_class_of(uint32_t address, uint32_t type, uint32_t elements) {
  if (type == SGB_TYPE_INT64 && elements == 1) return sys_read(address);
  uint32_t best = UINT32_MAX;
  int64_t best_key = INT64_MIN;
  for (uint32_t i = 0; i < elements; ++i) {
    const int64_t key = element_key(address, type, i);
    if (key > best_key) {
      best_key = key;
      best = i;
    }
  }
  return best;
}
