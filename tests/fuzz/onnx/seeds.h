// Small networks that a fuzzer starts from: every supported operator is in one of them.
#pragma once

#include <string>
#include <vector>

namespace systole {

/// Serialised models; all of them import.
std::vector<std::string> seed_models();

}  // namespace systole
