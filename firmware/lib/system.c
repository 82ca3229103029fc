#include "firmware/lib/system.h"

#include "firmware/lib/console.h"

#define INTERRUPT_FLAG 0x80000000u
#define CAUSE_TIMER (INTERRUPT_FLAG | 7u)
#define CAUSE_EXTERNAL (INTERRUPT_FLAG | 11u)

extern char __heap_start[], __heap_end[];

static sys_handler line_handlers[32];
static sys_handler timer_handler;
static sys_exception_handler exception_handler;
static char* heap = __heap_start;

void sys_on_interrupt(uint32_t line, sys_handler handler) {
  line_handlers[line & 31u] = handler;
  sys_write(SYS_INTC_BASE + SYS_INTC_ENABLE_OFFSET,
            sys_read(SYS_INTC_BASE + SYS_INTC_ENABLE_OFFSET) | (1u << (line & 31u)));
  SYS_CSR_SET(mie, SYS_MIE_EXTERNAL);
}

void sys_on_timer(sys_handler handler) {
  timer_handler = handler;
  SYS_CSR_SET(mie, SYS_MIE_TIMER);
}

void sys_on_exception(sys_exception_handler handler) { exception_handler = handler; }

const char* sys_exception_name(uint32_t cause) {
  static const char* const names[] = {"misaligned instruction address",
                                      "instruction access fault",
                                      "illegal instruction",
                                      "breakpoint",
                                      "misaligned load",
                                      "load access fault",
                                      "misaligned store",
                                      "store access fault",
                                      "environment call",
                                      "environment call",
                                      "environment call",
                                      "environment call"};
  return cause < sizeof(names) / sizeof(names[0]) ? names[cause] : "unknown exception";
}

static void external_interrupt(void) {
  const uint32_t line = sys_read(SYS_INTC_BASE + SYS_INTC_CLAIM_OFFSET);
  if (line == 0) return; /* the device has withdrawn it meanwhile */
  if (line_handlers[line] == NULL) {
    sys_print("error: interrupt on line %lu, which nobody handles\n", line);
    sys_exit(SYS_EXIT_INTERRUPT);
  }
  line_handlers[line]();
}

/* Called by the trap entry; the result is where to go on. */
uint32_t sys_trap(uint32_t cause, uint32_t pc, uint32_t value);
uint32_t sys_trap(uint32_t cause, uint32_t pc, uint32_t value) {
  if (cause == CAUSE_EXTERNAL) {
    external_interrupt();
    return pc;
  }
  if (cause == CAUSE_TIMER && timer_handler != NULL) {
    timer_handler();
    return pc;
  }
  if ((cause & INTERRUPT_FLAG) != 0) {
    sys_print("error: interrupt with mcause %#lx, which nobody handles\n", cause);
    sys_exit(SYS_EXIT_INTERRUPT);
  }
  if (exception_handler != NULL) return exception_handler(cause, pc, value);
  sys_print("error: %s: mcause %lu, mepc %#lx, mtval %#lx\n", sys_exception_name(cause), cause, pc, value);
  sys_exit(SYS_EXIT_EXCEPTION);
}

uint64_t sys_time(void) { return sys_read64(SYS_TIMER_BASE + SYS_TIMER_MTIME_LO_OFFSET); }

void sys_set_alarm(uint64_t time) {
  /* In this order no intermediate value is earlier than both the old and the new one. */
  sys_write(SYS_TIMER_BASE + SYS_TIMER_MTIMECMP_LO_OFFSET, 0xffffffffu);
  sys_write(SYS_TIMER_BASE + SYS_TIMER_MTIMECMP_HI_OFFSET, (uint32_t)(time >> 32));
  sys_write(SYS_TIMER_BASE + SYS_TIMER_MTIMECMP_LO_OFFSET, (uint32_t)time);
}

void* sys_allocate(size_t bytes) {
  const size_t rounded = (bytes + 7u) & ~(size_t)7u;
  if (rounded < bytes || rounded > (size_t)(__heap_end - heap)) return NULL;
  void* const result = heap;
  heap += rounded;
  return result;
}

_Noreturn void sys_exit(uint32_t code) {
  sys_write(SYS_POWER_BASE + SYS_POWER_EXIT_OFFSET, code);
  for (;;) sys_sleep();
}
