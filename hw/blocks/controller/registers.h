// The graph controller's registers, as hw/abi/registers/controller.yaml declares them.
#pragma once

#include <cstdint>

#include "hw/abi/registers.h"
#include "hw/tlm/register_file.h"

namespace systole::controller {

struct Registers {
  explicit Registers(sc_core::sc_time access_time) : file("registers", access_time) {}

  using Access = tl::RegisterAccess;
  tl::RegisterFile file;
  tl::Register base_lo{file, SYS_CONTROLLER_BASE_LO_OFFSET, Access::kReadWrite, SYS_CONTROLLER_BASE_LO_RESET};
  tl::Register base_hi{file, SYS_CONTROLLER_BASE_HI_OFFSET, Access::kReadWrite, SYS_CONTROLLER_BASE_HI_RESET};
  tl::Register count{file, SYS_CONTROLLER_COUNT_OFFSET, Access::kReadWrite, SYS_CONTROLLER_COUNT_RESET};
  tl::Register doorbell{file, SYS_CONTROLLER_DOORBELL_OFFSET, Access::kWriteOnly,
                        SYS_CONTROLLER_DOORBELL_RESET};
  tl::Register status{file, SYS_CONTROLLER_STATUS_OFFSET, Access::kReadOnly, SYS_CONTROLLER_STATUS_RESET};
  tl::Register error_code{file, SYS_CONTROLLER_ERROR_CODE_OFFSET, Access::kReadOnly,
                          SYS_CONTROLLER_ERROR_CODE_RESET};
  tl::Register error_node{file, SYS_CONTROLLER_ERROR_NODE_OFFSET, Access::kReadOnly,
                          SYS_CONTROLLER_ERROR_NODE_RESET};
  tl::Register error_descriptor{file, SYS_CONTROLLER_ERROR_DESCRIPTOR_OFFSET, Access::kReadOnly,
                                SYS_CONTROLLER_ERROR_DESCRIPTOR_RESET};
  tl::Register error_address_lo{file, SYS_CONTROLLER_ERROR_ADDRESS_LO_OFFSET, Access::kReadOnly,
                                SYS_CONTROLLER_ERROR_ADDRESS_LO_RESET};
  tl::Register error_address_hi{file, SYS_CONTROLLER_ERROR_ADDRESS_HI_OFFSET, Access::kReadOnly,
                                SYS_CONTROLLER_ERROR_ADDRESS_HI_RESET};
  tl::Register irq_enable{file, SYS_CONTROLLER_IRQ_ENABLE_OFFSET, Access::kReadWrite,
                          SYS_CONTROLLER_IRQ_ENABLE_RESET};
  tl::Register irq_pending{file, SYS_CONTROLLER_IRQ_PENDING_OFFSET, Access::kWriteOneToClear,
                           SYS_CONTROLLER_IRQ_PENDING_RESET};
  tl::Register completed{file, SYS_CONTROLLER_COMPLETED_OFFSET, Access::kReadOnly,
                         SYS_CONTROLLER_COMPLETED_RESET};
  tl::Register cycles_lo{file, SYS_CONTROLLER_CYCLES_LO_OFFSET, Access::kReadOnly,
                         SYS_CONTROLLER_CYCLES_LO_RESET};
  tl::Register cycles_hi{file, SYS_CONTROLLER_CYCLES_HI_OFFSET, Access::kReadOnly,
                         SYS_CONTROLLER_CYCLES_HI_RESET};
  tl::Register queues{file, SYS_CONTROLLER_QUEUES_OFFSET, Access::kReadOnly, SYS_CONTROLLER_QUEUES_RESET};
  tl::Register semaphores{file, SYS_CONTROLLER_SEMAPHORES_OFFSET, Access::kReadOnly,
                          SYS_CONTROLLER_SEMAPHORES_RESET};
};

}  // namespace systole::controller
