#include "hw/blocks/dma/dma.h"

#include <algorithm>

#include "hw/base/assert.h"

namespace systole {
namespace {

/// The fill element's bytes over the pieces of a burst that are padding.
void make_fill(const dma::Burst& burst, const sgb_dma& dma, std::vector<std::byte>& data) {
  for (const dma::FillPiece& piece : burst.fills) {
    for (std::uint32_t b = 0; b < piece.bytes; ++b) {
      data[piece.offset + b] =
          static_cast<std::byte>(dma.fill >> (8 * ((piece.phase + b) % dma.element_bytes)));
    }
  }
}

std::uint32_t check(const sgb_descriptor& descriptor) {
  if (descriptor.opcode == SGB_OP_NOP) return SGB_ERROR_NONE;
  if (descriptor.opcode != SGB_OP_DMA) return SGB_ERROR_BAD_OPCODE;
  return dma::check(descriptor.u.dma);
}

}  // namespace

Dma::Dma(const sc_core::sc_module_name& name, const tl::Clock& clock, const DmaConfig& config,
         const std::string& resource, std::uint16_t initiator_id, bool functional, Ledger& ledger,
         SpanLog& spans)
    : sc_module(name),
      endpoint("endpoint", initiator_id),
      memory("memory", initiator_id),
      clock_(clock),
      config_(config),
      functional_(functional),
      ledger_(ledger),
      spans_(spans),
      resource_(spans.resource(resource)),
      byte_(ledger.action("dma.byte", "byte")),
      descriptor_(ledger.action("dma.descriptor", "descriptor")),
      slots_(config.outstanding) {
  SYSTOLE_ASSERT(config.outstanding > 0 && config.burst.count() > 0, "a DMA engine without a buffer");
  if (functional_) {
    for (Slot& slot : slots_) slot.data.resize(config_.burst.count());
  }
  sc_core::sc_spawn([this] { run(); }, "run");
}

void Dma::run() {
  std::uint64_t free = 0;        // when the last command ended
  std::uint64_t setup_free = 0;  // when the last command's set-up was handed on
  while (true) {
    while (!endpoint.waiting()) sc_core::wait(endpoint.arrived());
    const std::uint64_t arrival = clock_.edge(endpoint.arrival()).count();
    const EngineCommand command = endpoint.take();
    const std::uint64_t start = std::max(free, arrival);
    const std::uint64_t setup = config_.ping_pong ? std::max(setup_free, arrival) : start;
    const std::uint64_t begin =
        command.descriptor.opcode == SGB_OP_NOP ? start : std::max(start, setup + config_.setup_cycles);
    setup_free = begin;
    free = execute(command, start, begin);
  }
}

std::uint64_t Dma::execute(const EngineCommand& command, std::uint64_t start, std::uint64_t begin) {
  const sgb_descriptor& descriptor = command.descriptor;
  Result result{.end = begin, .error = check(descriptor), .address = 0};
  wait_until(begin);
  if (result.error == SGB_ERROR_NONE && descriptor.opcode == SGB_OP_DMA) {
    result = transfer(descriptor, begin);
    wait_until(result.end);
    ledger_.add(descriptor_, descriptor.node, static_cast<Stream>(descriptor.u.dma.stream), 1);
  }
  spans_.add({.resource = resource_,
              .node = descriptor.node,
              .descriptor = command.index,
              .start = start,
              .end = result.end,
              .compute_cycles = result.end - begin,
              .macs = 0});
  endpoint.complete({.index = command.index,
                     .queue = command.queue,
                     .error = result.error,
                     .node = descriptor.node,
                     .address = result.address});
  return result.end;
}

Dma::Result Dma::transfer(const sgb_descriptor& descriptor, std::uint64_t begin) {
  const sgb_dma& dma = descriptor.u.dma;
  dma::BurstBuilder builder(dma, static_cast<std::uint32_t>(config_.burst.count()));
  dma::BurstSchedule schedule(config_.outstanding, begin);
  Result result;
  bool more = true;
  while (result.error == SGB_ERROR_NONE) {
    if (more && schedule.wants_burst()) {
      Slot& slot = slots_[schedule.reading() % slots_.size()];
      more = builder.next(slot.burst);
      if (more) {
        slot.next_read = slot.next_write = 0;
        if (functional_) make_fill(slot.burst, dma, slot.data);
        schedule.add_burst(static_cast<std::uint32_t>(slot.burst.reads.size()),
                           static_cast<std::uint32_t>(slot.burst.writes.size()));
      }
    }
    const auto read = schedule.next_read();
    const auto write = schedule.next_write();
    if (!read && !write) break;
    if (write && (!read || *write <= *read)) {
      result.error = write_piece(schedule, descriptor, result);
    } else {
      result.error = read_piece(schedule, descriptor, result);
    }
  }
  result.end = schedule.end();
  return result;
}

std::uint32_t Dma::read_piece(dma::BurstSchedule& schedule, const sgb_descriptor& descriptor,
                              Result& result) {
  Slot& slot = slots_[schedule.reading() % slots_.size()];
  const std::uint64_t at = *schedule.next_read();
  if (slot.burst.reads.empty()) {  // all fill: made in the engine
    schedule.issue_read(at, at);
    return SGB_ERROR_NONE;
  }
  const dma::Piece piece = slot.burst.reads[slot.next_read++];
  wait_until(at);
  const tl::Outcome outcome =
      memory.read(piece.address, functional_ ? slot.data.data() + piece.offset : nullptr, piece.bytes,
                  descriptor.node, static_cast<Stream>(descriptor.u.dma.stream));
  schedule.issue_read(at, clock_.edge(outcome.end).count());
  result.address = outcome.error == SGB_ERROR_NONE ? 0 : piece.address;
  return outcome.error;
}

std::uint32_t Dma::write_piece(dma::BurstSchedule& schedule, const sgb_descriptor& descriptor,
                               Result& result) {
  Slot& slot = slots_[schedule.writing() % slots_.size()];
  const std::uint64_t at = *schedule.next_write();
  const dma::Piece piece = slot.burst.writes[slot.next_write++];
  const auto stream = static_cast<Stream>(descriptor.u.dma.stream);
  wait_until(at);
  const tl::Outcome outcome =
      memory.write(piece.address, functional_ ? slot.data.data() + piece.offset : nullptr, piece.bytes,
                   descriptor.node, stream);
  schedule.issue_write(at, clock_.edge(outcome.end).count());
  if (outcome.error == SGB_ERROR_NONE) {
    ledger_.add(byte_, descriptor.node, stream, piece.bytes);
  } else {
    result.address = piece.address;
  }
  return outcome.error;
}

void Dma::wait_until(std::uint64_t cycle) {
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  const sc_core::sc_time then = clock_.time(Cycles(cycle));
  SYSTOLE_ASSERT(then >= now, "a DMA engine is late");
  if (then > now) sc_core::wait(then - now);
}

}  // namespace systole
