#include "models/onnx/ordering.h"

#include <algorithm>
#include <functional>
#include <queue>
#include <unordered_map>

namespace systole::importer {
namespace {

// Who feeds whom, by node number.
struct Wiring {
  std::unordered_map<std::string, std::size_t> producer;
  std::vector<std::vector<std::size_t>> before;  // the producers of a node's inputs, each once
};

std::optional<Wiring> wire(const RawModel& model, Issues& issues) {
  Wiring wiring;
  const std::size_t issues_before = issues.size();
  for (std::size_t index = 0; index < model.nodes.size(); ++index) {
    for (const std::string& output : model.nodes[index].outputs) {
      if (output.empty()) continue;
      const auto [other, fresh] = wiring.producer.emplace(output, index);
      if (fresh) continue;
      issues.add(model.nodes[index].name, "writes '" + output + "', which node " +
                                              model.nodes[other->second].name +
                                              " writes already; every tensor must have one producer");
    }
  }
  if (issues.size() != issues_before) return std::nullopt;
  wiring.before.resize(model.nodes.size());
  for (std::size_t index = 0; index < model.nodes.size(); ++index) {
    auto& before = wiring.before[index];
    for (const std::string& input : model.nodes[index].inputs) {
      const auto found = input.empty() ? wiring.producer.end() : wiring.producer.find(input);
      if (found != wiring.producer.end()) before.push_back(found->second);
    }
    std::sort(before.begin(), before.end());
    before.erase(std::unique(before.begin(), before.end()), before.end());
  }
  return wiring;
}

// Kahn's algorithm, lowest number first. What is in or behind a cycle is missing from the result.
std::vector<std::size_t> sort(const Wiring& wiring) {
  const std::size_t count = wiring.before.size();
  std::vector<std::vector<std::size_t>> after(count);
  std::vector<std::size_t> missing(count);
  std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
  for (std::size_t index = 0; index < count; ++index) {
    missing[index] = wiring.before[index].size();
    for (const std::size_t producer : wiring.before[index]) after[producer].push_back(index);
    if (missing[index] == 0) ready.push(index);
  }
  std::vector<std::size_t> order;
  while (!ready.empty()) {
    const std::size_t index = ready.top();
    ready.pop();
    order.push_back(index);
    for (const std::size_t consumer : after[index]) {
      if (--missing[consumer] == 0) ready.push(consumer);
    }
  }
  return order;
}

// Walks backwards among the nodes that could not be sorted: each has a producer among them, so the walk must
// come back to a node that it has seen.
std::string describe_cycle(const RawModel& model, const Wiring& wiring,
                           const std::vector<std::size_t>& sorted) {
  std::vector<bool> done(model.nodes.size(), false);
  for (const std::size_t index : sorted) done[index] = true;
  std::vector<std::size_t> path;
  std::vector<bool> seen(model.nodes.size(), false);
  auto at = static_cast<std::size_t>(std::find(done.begin(), done.end(), false) - done.begin());
  while (!seen[at]) {
    seen[at] = true;
    path.push_back(at);
    at = *std::find_if(wiring.before[at].begin(), wiring.before[at].end(),
                       [&](std::size_t producer) { return !done[producer]; });
  }
  std::string text = model.nodes[at].name;
  std::size_t shown = 0;
  for (auto step = path.rbegin(); step != path.rend() && shown < 16; ++step, ++shown) {
    text += " -> " + model.nodes[*step].name;
    if (*step == at) return text;
  }
  return text + " -> ...";
}

}  // namespace

std::optional<std::vector<std::size_t>> execution_order(const RawModel& model, Issues& issues) {
  const auto wiring = wire(model, issues);
  if (!wiring) return std::nullopt;
  const std::vector<std::size_t> order = sort(*wiring);
  if (order.size() != model.nodes.size()) {
    issues.add("", "the network has a cycle: " + describe_cycle(model, *wiring, order) +
                       "; only acyclic networks can be run");
    return std::nullopt;
  }
  std::vector<bool> needed(model.nodes.size(), false);
  for (const RawValue& output : model.outputs) {
    const auto producer = wiring->producer.find(output.name);
    if (producer != wiring->producer.end()) needed[producer->second] = true;
  }
  for (auto index = order.rbegin(); index != order.rend(); ++index) {
    if (!needed[*index]) continue;
    for (const std::size_t producer : wiring->before[*index]) needed[producer] = true;
  }
  std::vector<std::size_t> result;
  std::copy_if(order.begin(), order.end(), std::back_inserter(result),
               [&](std::size_t index) { return needed[index]; });
  return result;
}

}  // namespace systole::importer
