#include "app/run/io_layout.h"

#include <algorithm>

namespace systole::app {
namespace {

/// Rows of `columns` elements become columns: data[image][row][column] to [image][column][row].
std::vector<std::byte> transposed(std::span<const std::byte> data, std::size_t rows, std::size_t columns,
                                  std::size_t element) {
  std::vector<std::byte> out(data.size());
  const std::size_t image = rows * columns * element;
  for (std::size_t start = 0; start + image <= data.size(); start += image) {
    for (std::size_t row = 0; row < rows; ++row) {
      for (std::size_t column = 0; column < columns; ++column) {
        std::copy_n(data.data() + start + (row * columns + column) * element, element,
                    out.data() + start + (column * rows + row) * element);
      }
    }
  }
  return out;
}

}  // namespace

std::vector<std::byte> channels_last(const ir::Tensor& tensor, std::span<const std::byte> data) {
  if (tensor.shape.size() != 4) return {data.begin(), data.end()};
  const auto pixels = static_cast<std::size_t>(tensor.shape[2] * tensor.shape[3]);
  return transposed(data, static_cast<std::size_t>(tensor.shape[1]), pixels, size_of(tensor.type));
}

std::vector<std::byte> channels_first(const ir::Tensor& tensor, std::span<const std::byte> data) {
  if (tensor.shape.size() != 4) return {data.begin(), data.end()};
  const auto pixels = static_cast<std::size_t>(tensor.shape[2] * tensor.shape[3]);
  return transposed(data, pixels, static_cast<std::size_t>(tensor.shape[1]), size_of(tensor.type));
}

}  // namespace systole::app
