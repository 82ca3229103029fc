#include "models/program/fields.h"

#include <algorithm>

namespace systole {

namespace {

/// Collects the address fields with their offsets in the descriptor.
class AddressFields {
public:
  explicit AddressFields(const sgb_descriptor& descriptor)
      : base_(reinterpret_cast<const std::byte*>(&descriptor)) {
    visit_operation(descriptor, *this);
  }
  struct Field {
    std::string_view name;
    std::uint32_t offset;
  };
  [[nodiscard]] std::span<const Field> list() const { return {fields_.data(), count_}; }

  void address(std::string_view name, const std::uint64_t& value) {
    fields_.at(count_++) = {name,
                            static_cast<std::uint32_t>(reinterpret_cast<const std::byte*>(&value) - base_)};
  }
  template <typename T>
  void number(std::string_view /*name*/, const T& /*value*/) {}
  void real(std::string_view /*name*/, const float& /*value*/) {}
  template <typename T>
  void choice(std::string_view /*name*/, const T& /*value*/, Names /*names*/) {}
  template <typename T>
  void flags(std::string_view /*name*/, const T& /*value*/, Names /*names*/) {}
  void dims(const sgb_dma& /*op*/) {}

private:
  const std::byte* base_;
  std::array<Field, 8> fields_{};
  std::size_t count_ = 0;
};

}  // namespace

std::string_view name_of_value(Names names, std::uint32_t value) {
  const auto* found = std::find_if(names.data(), names.data() + names.size(),
                                   [&](const auto& n) { return n.value == value; });
  return found == names.data() + names.size() ? std::string_view{} : found->name;
}

std::optional<std::uint32_t> value_of_name(Names names, std::string_view name) {
  for (const NamedValue& entry : names) {
    if (entry.name == name) return entry.value;
  }
  return std::nullopt;
}

std::size_t operation_bytes(std::uint16_t opcode) {
  switch (opcode) {
    case SGB_OP_DMA:
      return sizeof(sgb_dma);
    case SGB_OP_MATRIX:
      return sizeof(sgb_matrix);
    case SGB_OP_VECTOR:
      return sizeof(sgb_vector);
    case SGB_OP_SORT:
      return sizeof(sgb_sort);
    default:
      return 0;
  }
}

std::string_view address_field_name(const sgb_descriptor& descriptor, std::uint32_t offset) {
  const AddressFields fields(descriptor);
  for (const auto& field : fields.list()) {
    if (field.offset == offset) return field.name;
  }
  return {};
}

std::optional<std::uint32_t> address_field_offset(const sgb_descriptor& descriptor, std::string_view name) {
  const AddressFields fields(descriptor);
  for (const auto& field : fields.list()) {
    if (field.name == name) return field.offset;
  }
  return std::nullopt;
}

}  // namespace systole
