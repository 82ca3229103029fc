#include "firmware/lib/driver.h"

#include <stdbool.h>
#include <stddef.h>

#include "firmware/lib/console.h"
#include "firmware/lib/system.h"

#define FIELD(type, member) ((uint32_t)offsetof(struct type, member))

static enum sys_load_status status;

/* A 64-bit address or size that must be below 4 GiB; sets `status` if it is not. */
static uint32_t reachable(uint64_t value) {
  if ((value >> 32) != 0) status = SYS_OUT_OF_REACH;
  return (uint32_t)value;
}

/* The table at `field` of the header: its address; its number of rows goes to *count. */
static uint32_t table(uint32_t image, uint32_t field, uint32_t row_bytes, uint32_t* count) {
  const uint32_t rows = sys_read(image + field + FIELD(sgb_table, count));
  const uint64_t start = (uint64_t)image + reachable(sys_read64(image + field + FIELD(sgb_table, offset)));
  reachable(start + (uint64_t)rows * row_bytes);
  *count = rows;
  return (uint32_t)start;
}

static void load_io(struct sys_io* io, uint32_t count, uint32_t address, uint32_t inferences) {
  for (uint32_t i = 0; i < count; ++i, address += sizeof(struct sgb_run_io)) {
    io[i].base = reachable(sys_read64(address + FIELD(sgb_run_io, base)));
    io[i].stride = reachable(sys_read64(address + FIELD(sgb_run_io, stride)));
    reachable(io[i].base + (uint64_t)io[i].stride * inferences);
  }
}

enum sys_load_status sys_load(struct sys_network* network) {
  const uint32_t run = SYS_DRAM_BASE;
  if (sys_read(run + FIELD(sgb_run_block, magic)) != SGB_RUN_MAGIC) return SYS_NO_RUN_BLOCK;
  if (sys_read(run + FIELD(sgb_run_block, version)) != SGB_VERSION) return SYS_WRONG_RUN_VERSION;
  status = SYS_LOADED;
  const uint32_t image = reachable(sys_read64(run + FIELD(sgb_run_block, graph)));
  network->image = image;
  network->workspace = reachable(sys_read64(run + FIELD(sgb_run_block, workspace)));
  network->inferences = sys_read(run + FIELD(sgb_run_block, inferences));
  network->input_count = sys_read(run + FIELD(sgb_run_block, input_count));
  network->output_count = sys_read(run + FIELD(sgb_run_block, output_count));
  network->class_output = sys_read(run + FIELD(sgb_run_block, class_output));
  if (network->input_count > SGB_RUN_MAX_IO || network->output_count > SGB_RUN_MAX_IO) return SYS_BAD_TABLE;
  if (network->class_output != SGB_RUN_NO_CLASS && network->class_output >= network->output_count) {
    return SYS_BAD_TABLE;
  }
  const uint32_t io = network->input_count + network->output_count;
  network->io = sys_allocate(io * sizeof(struct sys_io));
  network->base = sys_allocate(io * sizeof(uint32_t));
  if (network->io == NULL || network->base == NULL) return SYS_OUT_OF_MEMORY;
  load_io(network->io, network->input_count, run + FIELD(sgb_run_block, input), network->inferences);
  load_io(network->io + network->input_count, network->output_count, run + FIELD(sgb_run_block, output),
          network->inferences);
  if (status != SYS_LOADED) return status;

  if (sys_read(image + FIELD(sgb_header, magic)) != SGB_MAGIC) return SYS_NO_GRAPH;
  if (sys_read(image + FIELD(sgb_header, version)) != SGB_VERSION) return SYS_WRONG_GRAPH_VERSION;
  const uint32_t queues = sys_read(SYS_CONTROLLER_BASE + SYS_CONTROLLER_QUEUES_OFFSET);
  if (sys_read(image + FIELD(sgb_header, queue_count)) != queues) return SYS_WRONG_QUEUES;
  for (uint32_t i = 0; i < 2; ++i) {
    network->graph[i].address =
        table(image, i == SGB_GRAPH_INIT ? FIELD(sgb_header, init_graph) : FIELD(sgb_header, exec_graph),
              SGB_DESCRIPTOR_BYTES, &network->graph[i].count);
  }
  network->relocations =
      table(image, FIELD(sgb_header, relocations), sizeof(struct sgb_relocation), &network->relocation_count);
  /* Where the file was linked for, static data and workspace need no second look. */
  if (sys_read64(image + FIELD(sgb_header, linked_image)) == image &&
      sys_read64(image + FIELD(sgb_header, linked_workspace)) == network->workspace) {
    const uint32_t rows = sys_read(image + FIELD(sgb_header, io_relocations));
    if (rows > network->relocation_count) return SYS_BAD_TABLE;
    network->relocation_count = rows;
  }
  network->symbols =
      table(image, FIELD(sgb_header, symbols), sizeof(struct sgb_symbol), &network->symbol_count);
  network->nodes = table(image, FIELD(sgb_header, nodes), sizeof(struct sgb_node), &network->node_count);
  network->strings = table(image, FIELD(sgb_header, strings), 1, &network->strings_bytes);
  network->data = reachable(image + sys_read64(image + FIELD(sgb_header, data_offset)));
  network->symbol = NULL;
  network->patch = NULL;
  network->patch_count = 0;
  return status;
}

static enum sys_load_status load_symbols(struct sys_network* network) {
  if (network->symbol_count > UINT32_MAX / sizeof(struct sys_symbol)) return SYS_OUT_OF_MEMORY;
  network->symbol = sys_allocate(network->symbol_count * sizeof(struct sys_symbol));
  if (network->symbol == NULL) return SYS_OUT_OF_MEMORY;
  for (uint32_t i = 0; i < network->symbol_count; ++i) {
    const uint32_t row = network->symbols + i * sizeof(struct sgb_symbol);
    struct sys_symbol* symbol = &network->symbol[i];
    symbol->kind = sys_read(row + FIELD(sgb_symbol, kind));
    symbol->index = sys_read(row + FIELD(sgb_symbol, index));
    const uint32_t count = symbol->kind == SGB_SYMBOL_INPUT ? network->input_count : network->output_count;
    const bool io = symbol->kind == SGB_SYMBOL_INPUT || symbol->kind == SGB_SYMBOL_OUTPUT;
    if (symbol->kind > SGB_SYMBOL_OUTPUT || (io && symbol->index >= count)) return SYS_BAD_TABLE;
  }
  return SYS_LOADED;
}

/* Patches stand one behind the other on the heap: nothing else may be allocated between them. */
static bool add_patch(struct sys_network* network, struct sys_patch patch) {
  enum { CHUNK = 2 }; /* two patches are a multiple of the allocator's 8 bytes */
  if (network->patch_count % CHUNK == 0) {
    struct sys_patch* const room = sys_allocate(CHUNK * sizeof(struct sys_patch));
    if (room == NULL) return false;
    if (network->patch == NULL) network->patch = room;
  }
  network->patch[network->patch_count++] = patch;
  return true;
}

enum sys_load_status sys_link(struct sys_network* network) {
  const enum sys_load_status symbols = load_symbols(network);
  if (symbols != SYS_LOADED) return symbols;
  for (uint32_t i = 0; i < network->relocation_count; ++i) {
    const uint32_t row = network->relocations + i * sizeof(struct sgb_relocation);
    const uint32_t graph = sys_read(row + FIELD(sgb_relocation, graph));
    const uint32_t descriptor = sys_read(row + FIELD(sgb_relocation, descriptor));
    const uint32_t field = sys_read(row + FIELD(sgb_relocation, field));
    const uint32_t index = sys_read(row + FIELD(sgb_relocation, symbol));
    const uint64_t addend = sys_read64(row + FIELD(sgb_relocation, addend));
    if (graph > SGB_GRAPH_EXEC || descriptor >= network->graph[graph].count ||
        index >= network->symbol_count || field > SGB_DESCRIPTOR_BYTES - 8 || field % 8 != 0) {
      return SYS_BAD_TABLE;
    }
    const uint32_t address = network->graph[graph].address + descriptor * SGB_DESCRIPTOR_BYTES + field;
    const struct sys_symbol symbol = network->symbol[index];
    uint32_t base = symbol.kind == SGB_SYMBOL_DATA ? network->data : network->workspace;
    if (symbol.kind == SGB_SYMBOL_INPUT || symbol.kind == SGB_SYMBOL_OUTPUT) {
      const uint32_t io = symbol.index + (symbol.kind == SGB_SYMBOL_OUTPUT ? network->input_count : 0);
      base = network->io[io].base;
      /* The same address for every inference needs no second look. */
      if (network->io[io].stride != 0 &&
          !add_patch(network, (struct sys_patch){address, (uint32_t)addend, io})) {
        return SYS_OUT_OF_MEMORY;
      }
    }
    /* A wild addend gives a wild address, which the controller reports; every inference's has the same high
     * word, because its whole range is below 4 GiB. */
    const uint64_t value = base + addend;
    sys_write(address, (uint32_t)value);
    sys_write(address + 4, (uint32_t)(value >> 32));
  }
  return SYS_LOADED;
}

void sys_link_inference(const struct sys_network* network, uint32_t inference) {
  uint32_t* const base = network->base;
  for (uint32_t i = 0; i < network->input_count; ++i) {
    base[i] = network->io[i].base + network->io[i].stride * inference;
  }
  for (uint32_t i = 0; i < network->output_count; ++i) {
    base[network->input_count + i] = sys_output(network, i, inference);
  }
  const struct sys_patch* patch = network->patch;
  for (const struct sys_patch* const end = patch + network->patch_count; patch != end; ++patch) {
    sys_write(patch->address, base[patch->io] + patch->addend);
  }
}

void sys_run(const struct sys_network* network, uint32_t graph) {
  if (network->graph[graph].count == 0) return;
  sys_controller_start(network->graph[graph].address, network->graph[graph].count);
}

static void print_error(const struct sys_network* network, uint32_t graph) {
  const struct sys_graph_error error = sys_controller_error();
  sys_print("error: descriptor %lu of the %s graph: %s (code %lu)\n", error.descriptor,
            graph == SGB_GRAPH_INIT ? "init" : "exec", sys_error_name(error.code), error.code);
  if (error.node < network->node_count) {
    const uint32_t row = network->nodes + error.node * sizeof(struct sgb_node);
    sys_print("error: in node %lu '", error.node);
    sys_print_string(network, sys_read(row + FIELD(sgb_node, name)));
    sys_print("' (");
    sys_print_string(network, sys_read(row + FIELD(sgb_node, op)));
    sys_print(")\n");
  }
  if (error.code == SGB_ERROR_BUS_ADDRESS || error.code == SGB_ERROR_BUS_ACCESS) {
    sys_print("error: at address %#llx\n", error.address);
  }
}

uint64_t sys_wait(const struct sys_network* network, uint32_t graph) {
  if (network->graph[graph].count == 0) return 0;
  if (sys_controller_wait() != 0) {
    print_error(network, graph);
    sys_exit(SYS_EXIT_GRAPH);
  }
  return sys_controller_cycles();
}

uint32_t sys_output_symbol(const struct sys_network* network, uint32_t output) {
  for (uint32_t i = 0; i < network->symbol_count; ++i) {
    if (network->symbol[i].kind == SGB_SYMBOL_OUTPUT && network->symbol[i].index == output) {
      return network->symbols + i * sizeof(struct sgb_symbol);
    }
  }
  return 0;
}

void sys_print_string(const struct sys_network* network, uint32_t offset) {
  for (; offset < network->strings_bytes; ++offset) {
    const char character = (char)sys_read_byte(network->strings + offset);
    if (character == '\0') return;
    sys_put(character);
  }
}

const char* sys_load_message(enum sys_load_status result) {
  switch (result) {
    case SYS_LOADED:
      return "loaded";
    case SYS_NO_RUN_BLOCK:
      return "there is no run block at the start of DRAM";
    case SYS_WRONG_RUN_VERSION:
      return "the run block has a version that this firmware does not know";
    case SYS_NO_GRAPH:
      return "the run block does not lead to a graph image";
    case SYS_WRONG_GRAPH_VERSION:
      return "the graph image has a version that this firmware does not know";
    case SYS_WRONG_QUEUES:
      return "the graph was made for a SoC with other engines";
    case SYS_OUT_OF_REACH:
      return "an address is beyond the host's 4 GiB";
    case SYS_BAD_TABLE:
      return "a table of the graph image or the run block is wrong";
    case SYS_OUT_OF_MEMORY:
      return "the host's RAM is too small for this graph";
  }
  return "?";
}
