/* An exception without a handler of its own: the library reports it and ends the run. */
#include "firmware/lib/console.h"
#include "firmware/lib/system.h"

int main(void) {
  sys_print("about to read from nowhere\n");
  return (int)sys_read(0x50000000);
}
