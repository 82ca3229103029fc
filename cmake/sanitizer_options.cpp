// Options of the sanitizers, linked into every executable of a sanitized build: they hold however it is
// started.

extern "C" {

// SystemC's. Weak: null in an executable without SystemC.
__attribute__((weak)) int sc_elab_and_sim(int argc, char* argv[]);

const char* __asan_default_options();
const char* __ubsan_default_options();
const char* __lsan_default_suppressions();
int __lsan_is_turned_off();

// SystemC's processes run on stacks of their own that it switches without telling the sanitizer: a fake stack
// (use-after-return) would be freed under them.
const char* __asan_default_options() {
  return "detect_stack_use_after_return=0:strict_string_checks=1:detect_odr_violation=1";
}

const char* __ubsan_default_options() { return "print_stacktrace=1:halt_on_error=1"; }

// SystemC puts a protected page into each such stack, and the stack is a heap block: the leak check would
// fault on it. So leaks are looked for in all that runs without SystemC.
int __lsan_is_turned_off() { return sc_elab_and_sim != nullptr ? 1 : 0; }

// What libraries keep until the process ends. Ours keep nothing.
const char* __lsan_default_suppressions() {
  return "leak:libunicorn\n"
         "leak:libdnnl\n";
}
}
