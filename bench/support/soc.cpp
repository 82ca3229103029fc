#include "bench/support/soc.h"

#include <stdexcept>

#include "app/config/resolve.h"

namespace systole::bench {

SocConfig soc(const std::string& name) {
  Issues issues;
  const app::SearchPath search = app::SearchPath::standard();
  const auto tree = app::load_soc("socs/" + name + ".yaml", {}, search, issues);
  const auto scenario = tree ? app::resolve_soc(*tree, search, issues) : std::nullopt;
  if (!scenario) throw std::runtime_error(to_string(issues.list().front()));
  return scenario->soc;
}

}  // namespace systole::bench
