/* Text on the UART. */
#ifndef SYSTOLE_FIRMWARE_CONSOLE_H
#define SYSTOLE_FIRMWARE_CONSOLE_H

void sys_put(char character);
/* A small printf: %s %c %d %u %x with l and ll, %#x for a leading 0x, %%. Neither widths nor precisions.
 * Every character is an access of the UART, about as long as 20 instructions: print outside of what is timed.
 */
__attribute__((format(printf, 1, 2))) void sys_print(const char* format, ...);

#endif
