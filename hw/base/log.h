// The program's log (stderr, spdlog). Off below warnings unless SYSTOLE_LOG=debug|info|warn|error says
// otherwise.
#pragma once

#include <spdlog/spdlog.h>

namespace systole {

/// The one logger; created at first use, without time stamps so that what it prints is the same from run to
/// run.
spdlog::logger& log();

}  // namespace systole
