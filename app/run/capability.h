// What the mapper is told of a SoC.
#pragma once

#include "app/config/scenario.h"
#include "models/mapper/capability.h"
#include "models/mapper/mapper.h"

namespace systole::app {

mapper::Capability capability_of(const SocConfig& soc);
mapper::MapOptions map_options_of(const Mapping& mapping);

}  // namespace systole::app
