/* The machine as firmware sees it: device registers, interrupts, exceptions, time, memory, the end of the
 * run. */
#ifndef SYSTOLE_FIRMWARE_SYSTEM_H
#define SYSTOLE_FIRMWARE_SYSTEM_H

#include <stddef.h>
#include <stdint.h>

#include "hw/abi/memory_map.h"
#include "hw/abi/registers.h"

/* ---- exit codes that the library itself uses ---- */
#define SYS_EXIT_OK 0u
#define SYS_EXIT_GRAPH 1u     /* a descriptor failed */
#define SYS_EXIT_LOAD 2u      /* the run block or the graph image cannot be used */
#define SYS_EXIT_EXCEPTION 3u /* an exception that nobody handles */
#define SYS_EXIT_INTERRUPT 4u /* an interrupt that nobody handles */

/* ---- words of memory and registers ---- */
static inline uint32_t sys_read(uint32_t address) { return *(const volatile uint32_t*)address; }
static inline void sys_write(uint32_t address, uint32_t value) { *(volatile uint32_t*)address = value; }
static inline uint8_t sys_read_byte(uint32_t address) { return *(const volatile uint8_t*)address; }
static inline uint64_t sys_read64(uint32_t address) {
  const uint32_t low = sys_read(address);
  return ((uint64_t)sys_read(address + 4) << 32) | low;
}

/* ---- control and status registers ---- */
#define SYS_MSTATUS_MIE 8u
#define SYS_MIE_TIMER (1u << 7)
#define SYS_MIE_EXTERNAL (1u << 11)
#define SYS_CSR_SET(csr, bits) __asm__ volatile("csrs " #csr ", %0" ::"rK"(bits) : "memory")
#define SYS_CSR_CLEAR(csr, bits) __asm__ volatile("csrc " #csr ", %0" ::"rK"(bits) : "memory")
#define SYS_CSR_READ(csr)                              \
  __extension__({                                      \
    uint32_t value_;                                   \
    __asm__ volatile("csrr %0, " #csr : "=r"(value_)); \
    value_;                                            \
  })
/* Taking interrupts at all; which ones is in mie. Off at reset. */
static inline void sys_interrupts_on(void) { SYS_CSR_SET(mstatus, SYS_MSTATUS_MIE); }
static inline void sys_interrupts_off(void) { SYS_CSR_CLEAR(mstatus, SYS_MSTATUS_MIE); }
/* Sleeps until an interrupt that mie enables is pending, whether or not interrupts are on. */
static inline void sys_sleep(void) { __asm__ volatile("wfi" ::: "memory"); }

/* ---- interrupts ---- */
typedef void (*sys_handler)(void);
/* Calls `handler` for line `line` (SYS_IRQ_*) of the interrupt controller, and enables the line. The handler
 * clears the cause in the device. */
void sys_on_interrupt(uint32_t line, sys_handler handler);
/* Calls `handler` when the timer is due, and enables the timer interrupt. The handler moves MTIMECMP on. */
void sys_on_timer(sys_handler handler);

/* ---- exceptions ---- */
/* Gets mcause, mepc and mtval; returns the address to go on at. Without one the library prints what happened
 * and ends the run with SYS_EXIT_EXCEPTION. */
typedef uint32_t (*sys_exception_handler)(uint32_t cause, uint32_t pc, uint32_t value);
void sys_on_exception(sys_exception_handler handler);
const char* sys_exception_name(uint32_t cause);

/* ---- time, in cycles of the SoC's clock ---- */
uint64_t sys_time(void);
/* The timer interrupt comes at this time; UINT64_MAX = never. */
void sys_set_alarm(uint64_t time);

/* ---- memory ---- */
/* From the host's RAM, never given back, 8-byte aligned, not cleared. NULL when there is none left. */
void* sys_allocate(size_t bytes);

/* Ends the run. */
_Noreturn void sys_exit(uint32_t code);

#endif
