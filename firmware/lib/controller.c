#include "firmware/lib/controller.h"

#include "firmware/lib/system.h"
#include "hw/abi/descriptor.h"

#define REGISTER(name) (SYS_CONTROLLER_BASE + SYS_CONTROLLER_##name##_OFFSET)

static volatile int ended;

static void graph_ended(void) {
  sys_write(REGISTER(IRQ_PENDING), 1);
  ended = 1;
}

void sys_controller_init(void) {
  sys_on_interrupt(SYS_IRQ_CONTROLLER, graph_ended);
  sys_write(REGISTER(IRQ_ENABLE), 1);
  sys_interrupts_on();
}

void sys_controller_start(uint32_t address, uint32_t count) {
  ended = 0;
  sys_write(REGISTER(BASE_LO), address);
  sys_write(REGISTER(BASE_HI), 0);
  sys_write(REGISTER(COUNT), count);
  sys_write(REGISTER(DOORBELL), 1);
}

int sys_controller_wait(void) {
  /* The interrupt may come between the look at `ended` and the wfi. With interrupts off it then stays
   * pending, and wfi does not sleep; the handler runs when interrupts are on again. */
  sys_interrupts_off();
  while (!ended) {
    sys_sleep();
    sys_interrupts_on();
    sys_interrupts_off();
  }
  sys_interrupts_on();
  return (sys_read(REGISTER(STATUS)) & SYS_CONTROLLER_STATUS_ERROR_MASK) != 0;
}

uint64_t sys_controller_cycles(void) { return sys_read64(REGISTER(CYCLES_LO)); }

struct sys_graph_error sys_controller_error(void) {
  return (struct sys_graph_error){.code = sys_read(REGISTER(ERROR_CODE)),
                                  .descriptor = sys_read(REGISTER(ERROR_DESCRIPTOR)),
                                  .node = sys_read(REGISTER(ERROR_NODE)),
                                  .address = sys_read64(REGISTER(ERROR_ADDRESS_LO))};
}

const char* sys_error_name(uint32_t code) {
  switch (code) {
    case SGB_ERROR_NONE:
      return "no error";
    case SGB_ERROR_BUS_ADDRESS:
      return "bus address error";
    case SGB_ERROR_BUS_ACCESS:
      return "bus access error";
    case SGB_ERROR_BAD_OPCODE:
      return "bad opcode";
    case SGB_ERROR_BAD_QUEUE:
      return "bad queue";
    case SGB_ERROR_BAD_FIELD:
      return "bad field";
    case SGB_ERROR_BAD_SEMAPHORE:
      return "bad semaphore";
    case SGB_ERROR_UNSUPPORTED:
      return "unsupported by this SoC";
    case SGB_ERROR_FETCH:
      return "descriptor fetch failed";
    default:
      return "unknown error";
  }
}
