#include "hw/tlm/register_file.h"

#include <cstring>
#include <utility>

#include "hw/base/assert.h"

namespace systole::tl {

Register::Register(RegisterFile& file, std::uint32_t offset, RegisterAccess access, std::uint32_t reset)
    : offset_(offset), access_(access), reset_(reset), value_(reset) {
  file.add(*this);
}

void Register::provide(std::function<std::uint32_t()> provider) { provider_ = std::move(provider); }

void Register::on_write(std::function<void(std::uint32_t, sc_core::sc_time)> callback) {
  on_write_ = std::move(callback);
}

void Register::on_read(std::function<void()> callback) { on_read_ = std::move(callback); }

void Register::apply(std::uint32_t written) {
  value_ = access_ == RegisterAccess::kWriteOneToClear ? value_ & ~written : written;
}

RegisterFile::RegisterFile(const char* name, sc_core::sc_time access_time)
    : port(name, *this), access_time_(access_time) {}

void RegisterFile::add(Register& reg) {
  SYSTOLE_ASSERT(reg.offset_ % 4 == 0 && find(reg.offset_) == nullptr, "two registers at one offset");
  if (registers_.size() <= reg.offset_ / 4) registers_.resize(reg.offset_ / 4 + 1, nullptr);
  registers_[reg.offset_ / 4] = &reg;
}

Register* RegisterFile::find(std::uint64_t offset) const {
  if (offset % 4 != 0 || offset / 4 >= registers_.size()) return nullptr;
  return registers_[offset / 4];
}

void RegisterFile::reset() {
  for (Register* reg : registers_) {
    if (reg != nullptr) reg->reset();
  }
}

tlm::tlm_response_status RegisterFile::access(const Access& access, sc_core::sc_time& delay) {
  delay += access_time_;
  if (access.bytes != sizeof(std::uint32_t)) return tlm::TLM_BURST_ERROR_RESPONSE;
  Register* const reg = find(access.address);
  if (reg == nullptr) return tlm::TLM_ADDRESS_ERROR_RESPONSE;
  const RegisterAccess refused = access.write ? RegisterAccess::kReadOnly : RegisterAccess::kWriteOnly;
  if (reg->access_ == refused) return tlm::TLM_COMMAND_ERROR_RESPONSE;
  if (access.data == nullptr) return tlm::TLM_OK_RESPONSE;

  std::uint32_t word = 0;
  if (access.write) {
    std::memcpy(&word, access.data, sizeof(word));
    reg->apply(word);
    if (reg->on_write_) reg->on_write_(word, delay);
  } else {
    word = reg->value();
    std::memcpy(access.data, &word, sizeof(word));
    if (reg->on_read_) reg->on_read_();
  }
  return tlm::TLM_OK_RESPONSE;
}

unsigned RegisterFile::debug(bool write, std::uint64_t address, std::byte* data, unsigned bytes) {
  unsigned done = 0;
  for (; done + sizeof(std::uint32_t) <= bytes; done += sizeof(std::uint32_t)) {
    Register* const reg = find(address + done);
    if (reg == nullptr) break;
    std::uint32_t word = 0;
    if (write) {
      std::memcpy(&word, data + done, sizeof(word));
      reg->set(word);
    } else {
      word = reg->value();
      std::memcpy(data + done, &word, sizeof(word));
    }
  }
  return done;
}

}  // namespace systole::tl
