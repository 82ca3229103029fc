/* Networks: load, link and run a descriptor graph (hw/abi/descriptor.h) that the loader has put into DRAM.
 *
 *   struct sys_network network;
 *   if (sys_load(&network) != SYS_LOADED) ...
 *   sys_link(&network);                                  static addresses, once
 *   sys_run(&network, SGB_GRAPH_INIT);                   and sys_wait()
 *   sys_link_inference(&network, i);                     addresses of inference i's inputs and outputs
 *   sys_run(&network, SGB_GRAPH_EXEC);                   and sys_wait()
 *
 * Everything is read from DRAM word by word over the bus, so sys_load() and sys_link() keep in the host's RAM
 * what an inference needs: linking one costs a store for each of its relocations. */
#ifndef SYSTOLE_FIRMWARE_DRIVER_H
#define SYSTOLE_FIRMWARE_DRIVER_H

#include <stdint.h>

#include "firmware/lib/controller.h"
#include "hw/abi/descriptor.h"

enum sys_load_status {
  SYS_LOADED,
  SYS_NO_RUN_BLOCK,      /* nothing to run at the start of DRAM */
  SYS_WRONG_RUN_VERSION, /* or it asks for what this firmware cannot do */
  SYS_NO_GRAPH,
  SYS_WRONG_GRAPH_VERSION,
  SYS_WRONG_QUEUES, /* the graph was made for another SoC */
  SYS_OUT_OF_REACH, /* something is above 4 GiB */
  SYS_BAD_TABLE,    /* a count or an index that cannot be */
  SYS_OUT_OF_MEMORY
};
const char* sys_load_message(enum sys_load_status status);

struct sys_io {
  uint32_t base; /* of inference 0 */
  uint32_t stride;
};
struct sys_descriptors {
  uint32_t address;
  uint32_t count;
};
/* The low word of one field of a descriptor: what one input's or output's address goes to. */
struct sys_patch {
  uint32_t address;
  uint32_t addend;
  uint32_t io; /* row of sys_network.io */
};
struct sys_symbol {
  uint32_t kind;
  uint32_t index;
};

struct sys_network {
  uint32_t image; /* address of the sgb_header */
  uint32_t inferences;
  uint32_t class_output;           /* or SGB_RUN_NO_CLASS */
  struct sys_descriptors graph[2]; /* SGB_GRAPH_* */
  struct sys_io* io;               /* inputs, then outputs */
  uint32_t* base;                  /* of each of them, in the inference that is being linked */
  uint32_t input_count, output_count;
  uint32_t data, workspace;               /* addresses */
  uint32_t relocations, relocation_count; /* those that are left to do */
  uint32_t symbols, symbol_count;
  uint32_t nodes, node_count;
  uint32_t strings, strings_bytes;
  struct sys_symbol* symbol; /* kind and index of each symbol */
  struct sys_patch* patch;   /* what sys_link_inference() writes */
  uint32_t patch_count;
};

/* Finds and checks the run block and the graph image. The image's checksum is the loader's business: it would
 * be a load per word of the weights here. */
enum sys_load_status sys_load(struct sys_network* network);
/* Writes the addresses into the descriptors (inference 0's for inputs and outputs): all of them, or only
 * those of inputs and outputs if the image lies where it was linked for. */
enum sys_load_status sys_link(struct sys_network* network);
/* Writes the addresses of one inference's inputs and outputs. The exec graph must not be running. */
void sys_link_inference(const struct sys_network* network, uint32_t inference);
/* Starts a graph; one without descriptors has ended at once. */
void sys_run(const struct sys_network* network, uint32_t graph);
/* Waits for its end. On an error, prints it and ends the run with SYS_EXIT_GRAPH. Returns the cycles that the
 * graph took. */
uint64_t sys_wait(const struct sys_network* network, uint32_t graph);

/* The address of output `output` of an inference. */
static inline uint32_t sys_output(const struct sys_network* network, uint32_t output, uint32_t inference) {
  const struct sys_io* io = &network->io[network->input_count + output];
  return io->base + io->stride * inference;
}
/* The address of the symbol that describes an output, or 0. */
uint32_t sys_output_symbol(const struct sys_network* network, uint32_t output);
/* Prints the string at this offset of the image's strings; nothing if there is none. */
void sys_print_string(const struct sys_network* network, uint32_t offset);

#endif
