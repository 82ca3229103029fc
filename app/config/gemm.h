// workload.gemm: bare GEMMs.
#pragma once

#include <string>
#include <vector>

#include "app/config/read_keys.h"
#include "app/config/scenario.h"
#include "models/topology/layers.h"

namespace systole::app {

/// Reads the list at the key `path`. Every GEMM has a name afterwards, and is small enough to run.
void read_gemms(const Tree& list, const std::string& path, ReadContext& context,
                std::vector<BareGemm>& gemms);

topology::GemmLayer layer_of(const BareGemm& gemm);

}  // namespace systole::app
