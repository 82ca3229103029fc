// Checks of the simulator itself. On in release: a wrong number is worse than a stopped run.
#pragma once

#include <stdexcept>
#include <string>

namespace systole {

/// A bug in the simulator; the program reports it and exits with 3. Never thrown for what a user or a guest
/// did.
class InternalError : public std::logic_error {
public:
  using std::logic_error::logic_error;
};

/// File and line are the caller's. Builtins of gcc and clang: clang 14 has no std::source_location.
[[noreturn]] void assertion_failed(const char* condition, const std::string& message,
                                   const char* file = __builtin_FILE(), int line = __builtin_LINE());

}  // namespace systole

// A macro, so that the message is only built when the check fails.
#define SYSTOLE_ASSERT(condition, message)                \
  do {                                                    \
    if (!(condition)) [[unlikely]]                        \
      ::systole::assertion_failed(#condition, (message)); \
  } while (false)
