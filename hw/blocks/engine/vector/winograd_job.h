// The transforms around a Winograd product (hw/numerics/winograd.h).
#pragma once

#include <cstdint>
#include <vector>

#include "hw/blocks/engine/shell/job.h"
#include "hw/blocks/engine/vector/operation.h"
#include "hw/numerics/winograd.h"

namespace systole::engine::vector {

/// One phase for each row of tiles: loads the (up to) four lines of the map under it, stores a row of each of
/// the 16 planes. Lines that two rows of tiles share are loaded for both.
class WinogradInputJob : public Job {
public:
  WinogradInputJob(const Operation& op, std::uint32_t lanes, bool functional);
  bool next(Phase& phase) override;
  void execute() override;

private:
  Operation op_;
  std::uint32_t lanes_;
  numerics::WinogradShape shape_;
  std::int64_t row_ = -1;      ///< of tiles, of the phase at hand
  std::vector<std::byte> in_;  ///< empty when timing only
  std::vector<std::byte> out_;
};

/// One phase for each row of tiles: loads a row of each of the 16 planes, stores the (up to) two lines of
/// results in it. Scales and bias come with the first phase and stay.
class WinogradOutputJob : public Job {
public:
  WinogradOutputJob(const Operation& op, std::uint32_t lanes, bool functional);
  bool next(Phase& phase) override;
  void execute() override;

private:
  Operation op_;
  std::uint32_t lanes_;
  numerics::WinogradShape shape_;
  std::int64_t row_ = -1;
  std::vector<std::byte> in_;  ///< empty when timing only, as the others
  std::vector<std::byte> scale_;
  std::vector<std::byte> bias_;
  std::vector<std::byte> out_;
};

}  // namespace systole::engine::vector
