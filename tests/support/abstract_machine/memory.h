// Flat memory of the abstract machine, and the writes that a running command has not made visible yet.
#pragma once

#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace systole::test {

/// Regions of bytes at fixed addresses. An access outside throws: no test graph may do that.
class Memory {
public:
  void add_region(std::uint64_t base, std::size_t bytes) {
    regions_.push_back({base, std::vector<std::uint8_t>(bytes, 0xcd)});  // noise, not zeros
  }
  std::uint8_t* at(std::uint64_t address, std::size_t bytes) {
    for (auto& [base, data] : regions_) {
      if (address >= base && address - base <= data.size() && bytes <= data.size() - (address - base)) {
        return data.data() + (address - base);
      }
    }
    throw std::out_of_range("abstract machine: no memory at " + std::to_string(address));
  }
  template <typename T>
  T load(std::uint64_t address) {
    T value;
    std::memcpy(&value, at(address, sizeof value), sizeof value);
    return value;
  }

private:
  std::vector<std::pair<std::uint64_t, std::vector<std::uint8_t>>> regions_;
};

/// Collects writes; apply() makes them visible. Between the two, commands of other queues may run.
class PendingWrites {
public:
  template <typename T>
  void store(std::uint64_t address, T value) {
    const std::size_t at = bytes_.size();
    bytes_.resize(at + sizeof value);
    std::memcpy(bytes_.data() + at, &value, sizeof value);
    list_.push_back({address, sizeof value, at});
  }
  void store_bytes(std::uint64_t address, const std::uint8_t* first, std::size_t count) {
    const std::size_t at = bytes_.size();
    bytes_.insert(bytes_.end(), first, first + count);
    list_.push_back({address, count, at});
  }
  void apply(Memory& memory) const {
    for (const Write& w : list_)
      std::memcpy(memory.at(w.address, w.bytes), bytes_.data() + w.offset, w.bytes);
  }

private:
  struct Write {
    std::uint64_t address;
    std::size_t bytes;
    std::size_t offset;
  };
  std::vector<Write> list_;
  std::vector<std::uint8_t> bytes_;
};

}  // namespace systole::test
