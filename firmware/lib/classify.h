/* From a network's output to the class that it stands for. */
#ifndef SYSTOLE_FIRMWARE_CLASSIFY_H
#define SYSTOLE_FIRMWARE_CLASSIFY_H

#include <stdint.h>

/* type: SGB_TYPE_*. A single int64 is the class itself (an ArgMax inside the network); of anything else the
 * index of the largest element, the first of equal ones; NaN is never the largest. UINT32_MAX if there is no
 * element that can be compared. Reads each element once from memory. Takes the same time for all values. */
uint32_t sys_class_of(uint32_t address, uint32_t type, uint32_t elements);

/* Prints a class of so many elements with as many digits as the largest one has ("07" of 10 to 99), "-1" for
 * UINT32_MAX; a class that is an output's only element has four digits. */
void sys_print_class(uint32_t class, uint32_t elements);

#endif
