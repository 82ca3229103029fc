// The project's own SoCs.
#pragma once

#include <string>

#include "hw/config/soc_config.h"

namespace systole::bench {

/// scenarios/socs/NAME.yaml. Throws std::runtime_error with what went wrong.
SocConfig soc(const std::string& name);

}  // namespace systole::bench
