#include "hw/tlm/memory.h"

#include <sys/mman.h>

#include <cstring>
#include <new>

#include "hw/base/assert.h"

namespace systole::tl {

Memory::Memory(Bytes size) : data_(nullptr), size_(size.count()) {
  SYSTOLE_ASSERT(size_ > 0, "a memory of no bytes");
  void* const pages =
      mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (pages == MAP_FAILED) throw std::bad_alloc();
  data_ = static_cast<std::byte*>(pages);
}

Memory::~Memory() { munmap(data_, size_); }

void Memory::copy(bool write, std::uint64_t address, std::byte* bytes, std::uint64_t count) {
  if (write) {
    std::memcpy(data_ + address, bytes, count);
  } else {
    std::memcpy(bytes, data_ + address, count);
  }
}

}  // namespace systole::tl
