/* Every exception that a program can provoke, each at the expected place and with the expected value. */
#include <stdint.h>

#include "firmware/lib/console.h"
#include "firmware/lib/system.h"

static uint32_t site;   /* where the exception must come from */
static uint32_t resume; /* where to go on */
static uint32_t wrong_places;

static uint32_t handle(uint32_t cause, uint32_t pc, uint32_t value) {
  sys_print("%s (%lu)", sys_exception_name(cause), cause);
  /* A breakpoint's value is its own address, which depends on the compiler. */
  if (value == pc) {
    sys_print(", value = pc\n");
  } else {
    sys_print(", value %#lx\n", value);
  }
  if (pc != site) ++wrong_places;
  return resume;
}

/* Executes one instruction, %0 being `operand`. */
#define PROVOKE(instruction, operand)                   \
  __asm__ volatile(                                     \
      "la t0, 1f\n sw t0, %1\n la t0, 2f\n sw t0, %2\n" \
      "1: " instruction "\n 2:"                         \
      :                                                 \
      : "r"(operand), "m"(site), "m"(resume)            \
      : "t0", "t1", "memory")

int main(void) {
  sys_on_exception(handle);
  const uint32_t nowhere = 0x50000000;
  PROVOKE(".word 0xffffffff", 0);
  PROVOKE("fence\n csrr t1, satp", 0); /* two instructions: the place is wrong once */
  PROVOKE("ecall", 0);
  PROVOKE("ebreak", 0);
  PROVOKE("lw t1, 0(%0)", nowhere);
  PROVOKE("sw t1, 0(%0)", nowhere);
  PROVOKE("lb t1, 0(%0)", SYS_UART_BASE + SYS_UART_STATUS_OFFSET);  /* registers are whole words */
  PROVOKE("lw t1, 0(%0)", SYS_UART_BASE + SYS_UART_TXDATA_OFFSET);  /* write-only */
  PROVOKE("sw t1, 0(%0)", SYS_INTC_BASE + SYS_INTC_PENDING_OFFSET); /* read-only */
  PROVOKE("lw t1, 0(%0)", SYS_TIMER_BASE + 0x800u);                 /* no register there */
  PROVOKE("lh t1, 1(%0)", SYS_DRAM_BASE);
  PROVOKE("sw t1, 2(%0)", SYS_DRAM_BASE);
  PROVOKE("amoadd.w t1, t1, (%0)", SYS_DRAM_BASE);
  site = nowhere;
  __asm__ volatile("la t0, 1f\n sw t0, %1\n jr %0\n 1:" : : "r"(nowhere), "m"(resume) : "t0", "memory");
  sys_print("%lu at another place than expected\n", wrong_places);
  return 0;
}
