/* Everything that sys_print() knows, and the C environment. */
#include <stdint.h>

#include "firmware/lib/console.h"
#include "firmware/lib/system.h"

static uint32_t zeroed[4];
static uint32_t initialised = 42;

int main(void) {
  sys_print("hello from the host core\n");
  sys_print("%s %c %d %ld %u %lu %x %#lx 100%%\n", "text", 'c', -7, (long)INT32_MIN, 7u,
            (unsigned long)UINT32_MAX, 0xabcu, 0xdef0ul);
  sys_print("%llu %lld %#llx %llu\n", (unsigned long long)UINT64_MAX, (long long)INT64_MIN,
            0x123456789abcdefull, 4294967296ull);
  sys_print("bss %lu, data %lu\n", zeroed[3], initialised);
  char* const first = sys_allocate(5);
  char* const second = sys_allocate(1);
  sys_print("heap step %d, too much: %s\n", (int)(second - first),
            sys_allocate(SYS_HOST_RAM_SIZE) == NULL ? "refused" : "granted");
  return 7;
}
