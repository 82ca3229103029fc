/* The timer: alarms by interrupt, and waking from wfi with interrupts off. */
#include <stdint.h>

#include "firmware/lib/console.h"
#include "firmware/lib/system.h"

static volatile uint32_t alarms;

static void on_alarm(void) {
  ++alarms;
  sys_set_alarm(UINT64_MAX);
}

/* Late by less than the instructions between the alarm and here can take. */
static void report(const char* what, uint64_t alarm) {
  const uint64_t now = sys_time();
  sys_print("%s: %s, %lu alarms\n", what,
            now < alarm         ? "early"
            : now - alarm < 500 ? "on time"
                                : "late",
            alarms);
}

int main(void) {
  sys_on_timer(on_alarm);
  sys_interrupts_on();
  for (uint32_t i = 1; i <= 3; ++i) {
    const uint64_t alarm = sys_time() + 10000 * i;
    sys_set_alarm(alarm);
    sys_sleep();
    report("interrupt", alarm);
  }
  sys_interrupts_off();
  const uint64_t alarm = sys_time() + 5000;
  sys_set_alarm(alarm);
  sys_sleep();
  report("interrupts off", alarm);
  sys_interrupts_on();
  sys_print("interrupts on: %lu alarms\n", alarms);
  return 0;
}
