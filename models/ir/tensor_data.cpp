#include "models/ir/tensor_data.h"

#include <algorithm>

#include "hw/base/assert.h"

namespace systole::ir {
namespace {

std::shared_ptr<const TensorData::Bytes> make_all(const TensorSource& source) {
  auto bytes = std::make_shared<TensorData::Bytes>(source.bytes());
  source.fill(0, source.elements(), bytes->data());
  return bytes;
}

}  // namespace

std::shared_ptr<const TensorSource> TensorSource::quantised(float /*scale*/) const { return nullptr; }

TensorData::TensorData(std::shared_ptr<const TensorSource> source) {
  SYSTOLE_ASSERT(source != nullptr, "a source is needed");
  lazy_ = std::make_shared<Lazy>();
  lazy_->source = std::move(source);
}

std::size_t TensorData::size() const { return bytes_ != nullptr ? bytes_->size() : lazy_->source->bytes(); }

const TensorSource* TensorData::source() const { return lazy_ != nullptr ? lazy_->source.get() : nullptr; }

std::shared_ptr<const TensorData::Bytes> TensorData::bytes() const {
  if (bytes_ != nullptr) return bytes_;
  {
    const std::lock_guard lock(lazy_->mutex);
    if (lazy_->made != nullptr) return lazy_->made;
  }
  return make_all(*lazy_->source);
}

void TensorData::fill(std::int64_t first, std::int64_t count, std::size_t element_bytes,
                      std::byte* out) const {
  if (lazy_ != nullptr) return lazy_->source->fill(first, count, out);
  const auto begin = bytes_->begin() + first * static_cast<std::int64_t>(element_bytes);
  std::copy(begin, begin + count * static_cast<std::int64_t>(element_bytes), out);
}

const TensorData::Bytes& TensorData::kept() const {
  const std::lock_guard lock(lazy_->mutex);
  if (lazy_->made == nullptr) lazy_->made = make_all(*lazy_->source);
  return *lazy_->made;
}

}  // namespace systole::ir
