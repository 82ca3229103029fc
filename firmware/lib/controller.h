/* The graph controller: start a graph, wait for its end, say what went wrong. */
#ifndef SYSTOLE_FIRMWARE_CONTROLLER_H
#define SYSTOLE_FIRMWARE_CONTROLLER_H

#include <stdint.h>

/* What the controller knows about the first error of a graph. */
struct sys_graph_error {
  uint32_t code;       /* SGB_ERROR_* */
  uint32_t descriptor; /* index within the graph */
  uint32_t node;       /* row of the node table, or SGB_NO_NODE */
  uint64_t address;    /* of the failing transfer */
};

/* Once: enables the controller's interrupt and its line, and takes interrupts from then on. */
void sys_controller_init(void);
/* Starts `count` (> 0) descriptors at `address`. The last graph must have ended. */
void sys_controller_start(uint32_t address, uint32_t count);
/* Sleeps until the graph has ended. 0 if it ended without error. */
int sys_controller_wait(void);
/* Of the last graph: cycles from doorbell to end; the error that stopped it. */
uint64_t sys_controller_cycles(void);
struct sys_graph_error sys_controller_error(void);
/* "bus address error" and the like. */
const char* sys_error_name(uint32_t code);

#endif
