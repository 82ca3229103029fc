// What no single key can be asked: values that must fit one another.
#pragma once

#include "app/config/scenario.h"

namespace systole::app {

void validate(const SocConfig& soc, const Provenance& provenance, Issues& issues);
void validate(const Scenario& scenario, const Provenance& provenance, Issues& issues);

}  // namespace systole::app
