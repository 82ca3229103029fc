// The simulated outputs against the reference executor and against the dataset's labels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <future>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/results/record.h"
#include "app/run/inputs.h"
#include "models/ir/graph.h"
#include "models/reference/run.h"

namespace systole::app {

/// Output data as soc::RunResult has it: one per output, all inferences one after another.
using Outputs = std::vector<std::vector<std::byte>>;

/// Runs the first inference through the reference executor on a thread of its own: a simulation leaves one
/// idle. network and inputs must outlive the future, and stay as they are.
std::future<ReferenceResult> begin_reference(const ir::Graph& network, const InputSet& inputs);

/// Runs every inference through the reference executor. nullopt if all outputs are equal bit for bit, else
/// the first difference: which output, inference and element, and both values. first: of begin_reference(),
/// if that was called.
std::optional<std::string> difference_from_reference(const ir::Graph& network, const InputSet& inputs,
                                                     const Outputs& outputs,
                                                     std::future<ReferenceResult> first = {});

/// The output in which the firmware and accuracy_of() look for the class: the first one, if it is a vector
/// (one dimension above 1) or one int64 (an ArgMax within the network).
std::optional<std::uint32_t> class_output_of(const ir::Graph& network);

/// Rows of the first output whose class is the label: the index of the largest element (the first of equal
/// ones), or the integer itself where there is one int64 per row. nullopt without labels, or if the output
/// has no such rows.
std::optional<Accuracy> accuracy_of(const ir::Graph& network, const InputSet& inputs, const Outputs& outputs);

}  // namespace systole::app
