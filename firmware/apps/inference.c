/* Runs the network that the loader has put into DRAM: the init graph once, then the exec graph for every
 * inference. While one inference runs on the engines, the core prints the result of the one before. */
#include <stddef.h>

#include "firmware/lib/classify.h"
#include "firmware/lib/console.h"
#include "firmware/lib/driver.h"
#include "firmware/lib/system.h"

struct classifier {
  int wanted;
  uint32_t output, type, elements;
};

static void require(enum sys_load_status status) {
  if (status == SYS_LOADED) return;
  sys_print("error: cannot load the network: %s\n", sys_load_message(status));
  sys_exit(SYS_EXIT_LOAD);
}

static uint32_t symbol_word(uint32_t symbol, size_t field) { return sys_read(symbol + (uint32_t)field); }

static void print_banner(const struct sys_network* network) {
  sys_print("systole firmware");
  /* The static data carries the network's name; it may have none. */
  for (uint32_t i = 0; i < network->symbol_count; ++i) {
    if (network->symbol[i].kind != SGB_SYMBOL_DATA) continue;
    const uint32_t symbol = network->symbols + i * sizeof(struct sgb_symbol);
    const uint32_t name = symbol_word(symbol, offsetof(struct sgb_symbol, name));
    if (name < network->strings_bytes && sys_read_byte(network->strings + name) != 0) {
      sys_print(": ");
      sys_print_string(network, name);
    }
    break;
  }
  sys_print("\n%lu nodes, %lu + %lu descriptors (init + exec), %lu inferences\n", network->node_count,
            network->graph[SGB_GRAPH_INIT].count, network->graph[SGB_GRAPH_EXEC].count, network->inferences);
}

static struct classifier find_classifier(const struct sys_network* network) {
  struct classifier result = {0};
  if (network->class_output == SGB_RUN_NO_CLASS) return result;
  const uint32_t symbol = sys_output_symbol(network, network->class_output);
  if (symbol == 0) return result;
  result.wanted = 1;
  result.output = network->class_output;
  result.type = sys_read_byte(symbol + (uint32_t)offsetof(struct sgb_symbol, type));
  const uint32_t rank = sys_read_byte(symbol + (uint32_t)offsetof(struct sgb_symbol, rank));
  result.elements = 1;
  for (uint32_t d = 0; d < rank && d < 8; ++d) {
    result.elements *= symbol_word(symbol, offsetof(struct sgb_symbol, dim) + 4 * d);
  }
  return result;
}

static void print_result(const struct sys_network* network, const struct classifier* classifier,
                         uint32_t inference, uint64_t cycles) {
  sys_print("inference %lu: ", inference);
  if (classifier->wanted) {
    const uint32_t address = sys_output(network, classifier->output, inference);
    sys_print("class ");
    sys_print_class(sys_class_of(address, classifier->type, classifier->elements), classifier->elements);
    sys_print(", ");
  }
  sys_print("%llu cycles\n", cycles);
}

int main(void) {
  static struct sys_network network;
  require(sys_load(&network));
  require(sys_link(&network));
  sys_controller_init();
  print_banner(&network);

  sys_run(&network, SGB_GRAPH_INIT);
  const uint64_t init_cycles = sys_wait(&network, SGB_GRAPH_INIT);

  const struct classifier classifier = find_classifier(&network);
  /* An output that every inference overwrites must be read before the next one starts. */
  const int overwritten =
      classifier.wanted && network.io[network.input_count + classifier.output].stride == 0;
  uint64_t last_cycles = 0;
  uint64_t total_cycles = 0;
  const uint64_t start = sys_time();
  for (uint32_t i = 0; i < network.inferences; ++i) {
    if (i > 0 && overwritten) print_result(&network, &classifier, i - 1, last_cycles);
    sys_link_inference(&network, i);
    sys_run(&network, SGB_GRAPH_EXEC);
    if (i > 0 && !overwritten) print_result(&network, &classifier, i - 1, last_cycles);
    last_cycles = sys_wait(&network, SGB_GRAPH_EXEC);
    total_cycles += last_cycles;
  }
  const uint64_t elapsed = sys_time() - start;
  if (network.inferences > 0) print_result(&network, &classifier, network.inferences - 1, last_cycles);
  sys_print("total: %lu inferences, %llu cycles in the graph, %llu elapsed, %llu to initialise\n",
            network.inferences, total_cycles, elapsed, init_cycles);
  return SYS_EXIT_OK;
}
