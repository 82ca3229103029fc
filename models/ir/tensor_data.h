// What a tensor holds: bytes in memory, or a source that can make any of them when they are asked for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace systole::ir {

/// Elements that are known but stand nowhere: any span of them can be made at any time, in any order, and
/// always comes out the same. Safe to use from several threads.
class TensorSource {
public:
  TensorSource() = default;
  TensorSource(const TensorSource&) = delete;
  TensorSource& operator=(const TensorSource&) = delete;
  virtual ~TensorSource() = default;

  [[nodiscard]] virtual std::int64_t elements() const = 0;
  /// Of all elements.
  [[nodiscard]] virtual std::size_t bytes() const = 0;
  /// Writes elements [first, first + count), row-major and little-endian, to `out`.
  virtual void fill(std::int64_t first, std::int64_t count, std::byte* out) const = 0;
  /// A bound of the elements' absolute values, without making them: at least their largest, and close to it.
  [[nodiscard]] virtual double max_abs() const = 0;
  /// The float elements as int8, saturate(round_half_even(x / scale)) to -127 .. 127, without making the
  /// floats. Null if this source cannot: then the caller makes the floats and quantises them.
  [[nodiscard]] virtual std::shared_ptr<const TensorSource> quantised(float scale) const;
};

/// A handle of a tensor's row-major elements as little-endian bytes: shared, never copied for a second user.
/// Null: the data is not known. It can be used as a pointer to the bytes; those of a source are then made at
/// the first use and kept. Who needs them once only, or in parts, asks for bytes() or fill() and keeps
/// nothing.
class TensorData {
public:
  using Bytes = std::vector<std::byte>;

  TensorData() = default;
  TensorData(std::nullptr_t) {}  // NOLINT(google-explicit-constructor): stands for a pointer
  TensorData(std::shared_ptr<const Bytes> bytes) : bytes_(std::move(bytes)) {}  // NOLINT: as above
  explicit TensorData(std::shared_ptr<const TensorSource> source);

  [[nodiscard]] bool known() const { return bytes_ != nullptr || lazy_ != nullptr; }
  explicit operator bool() const { return known(); }
  friend bool operator==(const TensorData& data, std::nullptr_t) { return !data.known(); }
  /// The same data, not merely equal data.
  friend bool operator==(const TensorData& a, const TensorData& b) {
    return a.bytes_ == b.bytes_ && a.lazy_ == b.lazy_;
  }

  /// In bytes; makes nothing. Data must be known.
  [[nodiscard]] std::size_t size() const;
  /// Null for data that stands in memory from the start.
  [[nodiscard]] const TensorSource* source() const;
  /// All bytes, made for the caller alone unless they stand in memory already.
  [[nodiscard]] std::shared_ptr<const Bytes> bytes() const;
  /// Writes elements [first, first + count) of `element_bytes` bytes each to `out`; keeps nothing.
  void fill(std::int64_t first, std::int64_t count, std::size_t element_bytes, std::byte* out) const;

  /// The bytes, made and kept at the first use. Data must be known.
  const Bytes& operator*() const { return bytes_ != nullptr ? *bytes_ : kept(); }
  const Bytes* operator->() const { return &**this; }

private:
  struct Lazy {
    std::shared_ptr<const TensorSource> source;
    std::mutex mutex;
    std::shared_ptr<const Bytes> made;  ///< set once, under the mutex
  };
  [[nodiscard]] const Bytes& kept() const;

  std::shared_ptr<const Bytes> bytes_;
  std::shared_ptr<Lazy> lazy_;
};

}  // namespace systole::ir
