// The subcommands of the program. Each has one file; main.cpp knows only this header.
#pragma once

#include <CLI/CLI.hpp>

#include "hw/base/issues.h"

namespace systole::app {

/// Exit codes of the program (docs/interface.md).
enum ExitCode : int {
  kDone = 0,
  kSimulationFailed = 1,  ///< firmware exit code, deadlock, watchdog
  kBadInput = 2,
  kInternalBug = 3,
};

/// Each adds one subcommand, which sets `exit_code` when it runs.
void add_run(CLI::App& app, int& exit_code);
void add_explain(CLI::App& app, int& exit_code);
void add_map(CLI::App& app, int& exit_code);
void add_inspect(CLI::App& app, int& exit_code);
void add_utilization(CLI::App& app, int& exit_code);
void add_list(CLI::App& app, int& exit_code);

/// Prints every issue as `error: ...` on stderr; gives kBadInput.
ExitCode report(const Issues& issues);

}  // namespace systole::app
