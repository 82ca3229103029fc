// Checks a finished program against the meaning of descriptors, without trust in how it was made.
#pragma once

#include "hw/base/issues.h"
#include "models/mapper/capability.h"
#include "models/program/program.h"

namespace systole::mapper {

/// One issue per fault, keyed "init 3" or "exec 17":
///  - fields: unknown queue, an operation on an engine that cannot do it, semaphores that the SoC has not,
///  links
///    of fields that hold no address;
///  - bounds: an access outside the SRAM, outside its symbol, or neither;
///  - deadlock: descriptors that a controller with this queue depth never completes;
///  - order: two accesses to the same bytes, at least one a write, that nothing keeps in order;
///  - partial sums: a CONTINUE that does not follow the KEEP that it continues;
///  - static data: SRAM that the init graph has filled and the exec graph writes.
/// True if there is none.
bool verify(const Program& program, const Capability& capability, Issues& issues);

}  // namespace systole::mapper
