#include "firmware/lib/classify.h"

#include "firmware/lib/console.h"
#include "firmware/lib/system.h"
#include "hw/abi/descriptor.h"

/* No branch below depends on an element's value: a run that moves no tensor data takes exactly the same time.
 */

#define SIGN 0x80000000u
#define FLOAT_INFINITY 0x7f800000u

/* Elements in their order as unsigned 64-bit numbers in two halves; 0 is below everything that can be
 * compared. */
struct key {
  uint32_t high, low;
};

static uint32_t all_ones_if(uint32_t condition) { return 0u - condition; }

/* The core has no floating-point unit: floats compare by their bits. -0 equals 0, NaN is 0. */
static struct key float_key(uint32_t bits) {
  const uint32_t magnitude = bits & ~SIGN;
  const uint32_t negative = all_ones_if(bits >> 31);
  const uint32_t comparable = all_ones_if(magnitude <= FLOAT_INFINITY);
  return (struct key){(SIGN + ((magnitude ^ negative) - negative)) & comparable, comparable};
}

static struct key integer_key(int32_t value) { return (struct key){(uint32_t)value ^ SIGN, 1}; }

static struct key element_key(uint32_t address, uint32_t type, uint32_t index) {
  switch (type) {
    case SGB_TYPE_INT8:
      return integer_key((int8_t)sys_read_byte(address + index));
    case SGB_TYPE_INT32:
      return integer_key((int32_t)sys_read(address + 4 * index));
    case SGB_TYPE_FLOAT32:
      return float_key(sys_read(address + 4 * index));
    case SGB_TYPE_INT64: {
      const uint64_t value = sys_read64(address + 8 * index);
      return (struct key){(uint32_t)(value >> 32) ^ SIGN, (uint32_t)value};
    }
    default: /* uint8, bool */
      return integer_key((int32_t)sys_read_byte(address + index));
  }
}

uint32_t sys_class_of(uint32_t address, uint32_t type, uint32_t elements) {
  if (type == SGB_TYPE_INT64 && elements == 1) return sys_read(address);
  uint32_t best = UINT32_MAX;
  struct key best_key = {0, 0};
  for (uint32_t i = 0; i < elements; ++i) {
    const struct key key = element_key(address, type, i);
    const uint32_t equal = key.high == best_key.high;
    const uint32_t above = (key.high > best_key.high) | (equal & (key.low > best_key.low));
    const uint32_t take = all_ones_if(above);
    best ^= (best ^ i) & take;
    best_key.high ^= (best_key.high ^ key.high) & take;
    best_key.low ^= (best_key.low ^ key.low) & take;
  }
  return best;
}

void sys_print_class(uint32_t class, uint32_t elements) {
  if (class == UINT32_MAX) {
    sys_print("-1");
    return;
  }
  /* As many digits as the largest class has: a line's length does not depend on the class. */
  uint32_t step = 1;
  while (elements > 10 * step) step *= 10;
  if (elements == 1) step = 1000;
  for (; step > 0; step /= 10) sys_put((char)('0' + class / step % 10));
}
