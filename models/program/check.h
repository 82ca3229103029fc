// What must hold of a single row of a program, whether it came as bytes or as text.
#pragma once

#include <string>

#include "hw/base/issues.h"
#include "models/program/program.h"

namespace systole {

/// "" or what is wrong with the descriptor: an unknown opcode, too many waits, bytes set that no field uses.
std::string descriptor_fault(const sgb_descriptor& descriptor);
/// The relocations: order, range of descriptor, field and symbol. One issue per kind of fault.
void check_relocations(const Program& program, Issues& issues);
/// Fields that the firmware writes hold nothing themselves. The relocations are in range.
void check_linked_fields(const Program& program, Issues& issues);

}  // namespace systole
