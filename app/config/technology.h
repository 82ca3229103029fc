// scenarios/technologies/*.yaml: what each action costs, and who says so.
#pragma once

#include "app/config/tree.h"
#include "hw/base/issues.h"
#include "hw/energy/technology.h"

namespace systole::app {

/// Reads {name, source, actions: {ACTION: {energy: 0.3pJ, per: mac, source: TEXT}}}. `key` is the dotted path
/// of the map. Every number needs a source.
energy::TechnologyTable read_technology(const Tree& tree, const std::string& key, Issues& issues);

/// The table as the map that read_technology() takes.
Tree to_tree(const energy::TechnologyTable& table);

}  // namespace systole::app
