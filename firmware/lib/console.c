#include "firmware/lib/console.h"

#include <stdarg.h>
#include <stdint.h>

#include "firmware/lib/system.h"

void sys_put(char character) { sys_write(SYS_UART_BASE + SYS_UART_TXDATA_OFFSET, (uint8_t)character); }

static void put_text(const char* text) {
  while (*text != '\0') sys_put(*text++);
}

static void put_number(uint64_t value, uint32_t base) {
  char digits[20]; /* 2^64 has 20 decimal digits */
  unsigned count = 0;
  /* 64-bit division is a library call: only as long as it is needed. */
  while ((value >> 32) != 0) {
    digits[count++] = "0123456789abcdef"[value % base];
    value /= base;
  }
  uint32_t low = (uint32_t)value;
  do {
    digits[count++] = "0123456789abcdef"[low % base];
    low /= base;
  } while (low != 0);
  while (count > 0) sys_put(digits[--count]);
}

void sys_print(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  for (; *format != '\0'; ++format) {
    if (*format != '%') {
      sys_put(*format);
      continue;
    }
    ++format;
    const int prefix = *format == '#';
    if (prefix) ++format;
    unsigned longs = 0;
    for (; *format == 'l'; ++format) ++longs;
    switch (*format) {
      case 's':
        put_text(va_arg(arguments, const char*));
        break;
      case 'c':
        sys_put((char)va_arg(arguments, int));
        break;
      case 'd': {
        const int64_t value = longs > 1 ? va_arg(arguments, int64_t) : va_arg(arguments, int32_t);
        if (value < 0) sys_put('-');
        put_number(value < 0 ? 0 - (uint64_t)value : (uint64_t)value, 10);
        break;
      }
      case 'x':
        if (prefix) put_text("0x");
        put_number(longs > 1 ? va_arg(arguments, uint64_t) : va_arg(arguments, uint32_t), 16);
        break;
      case 'u':
        put_number(longs > 1 ? va_arg(arguments, uint64_t) : va_arg(arguments, uint32_t), 10);
        break;
      case '%':
        sys_put('%');
        break;
      default: /* a programming error: show it */
        put_text("%?");
        break;
    }
  }
  va_end(arguments);
}
