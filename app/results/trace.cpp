#include "app/results/trace.h"

#include <nlohmann/json.hpp>

namespace systole::app {
namespace {

using Json = nlohmann::ordered_json;

Json track(std::uint32_t resource, const std::string& name) {
  return {
      {"ph", "M"}, {"pid", 1}, {"tid", resource + 1}, {"name", "thread_name"}, {"args", {{"name", name}}}};
}

Json event(const Span& span, const std::vector<ProgramNode>& nodes, double us_per_cycle) {
  const bool named = span.node < nodes.size();
  Json args{{"descriptor", span.descriptor},
            {"start_cycle", span.start},
            {"end_cycle", span.end},
            {"compute_cycles", span.compute_cycles},
            {"macs", span.macs}};
  if (named) args["op"] = nodes[span.node].op;
  return {{"ph", "X"},
          {"pid", 1},
          {"tid", span.resource + 1},
          {"name", named ? nodes[span.node].name : "no node"},
          {"ts", static_cast<double>(span.start) * us_per_cycle},
          {"dur", static_cast<double>(span.end - span.start) * us_per_cycle},
          {"args", args}};
}

}  // namespace

void write_trace(std::ostream& out, const SpanLog& spans, const std::vector<ProgramNode>& nodes,
                 Hertz clock) {
  const double us_per_cycle = 1e6 / static_cast<double>(clock.count());
  out << "{\"displayTimeUnit\": \"ns\", \"traceEvents\": [\n"
      << Json{{"ph", "M"}, {"pid", 1}, {"name", "process_name"}, {"args", {{"name", "Systole"}}}}.dump();
  for (std::uint32_t resource = 0; resource < spans.resources().size(); ++resource) {
    out << ",\n" << track(resource, spans.resources()[resource]).dump();
  }
  // One event at a time: a long run has millions.
  for (const Span& span : spans.spans()) out << ",\n" << event(span, nodes, us_per_cycle).dump();
  out << "\n]}\n";
}

}  // namespace systole::app
