// A small program that uses every kind of row and every operation.
#pragma once

#include "models/program/program.h"

namespace systole::test {

Program sample_program();

}  // namespace systole::test
