#!/usr/bin/env python3
"""Generates from hw/abi/memory_map.yaml and hw/abi/registers/*.yaml:

  OUT/hw/abi/memory_map.h   SYS_<REGION>_BASE, SYS_<REGION>_SIZE, SYS_IRQ_<NAME>   (C11 and C++)
  OUT/hw/abi/registers.h    SYS_<BLOCK>_<REGISTER>_OFFSET, _RESET, ..._<FIELD>_MASK, _SHIFT
  OUT/memory.ld             the same regions for the firmware's linker script
  OUT/registers.md          what docs/registers.md must say

Exit 1 with one line per problem on overlaps, duplicates and misalignment.
Usage: generate.py ABI_DIR OUT_DIR
"""

import pathlib
import sys

import yaml

ACCESS = ("ro", "rw", "wo", "w1c")


class Loader(yaml.SafeLoader):
    """Refuses a key that is given twice: YAML would silently take the last."""

    def construct_mapping(self, node, deep=False):
        keys = [key.value for key, _ in node.value]
        for key in set(keys):
            if keys.count(key) > 1:
                mark = node.start_mark
                sys.exit(f"error: {mark.name}:{mark.line + 1}: {key} is given twice")
        return super().construct_mapping(node, deep)


def load(path):
    with path.open() as stream:
        return yaml.load(stream, Loader)


def check(regions, blocks, interrupts):
    problems = []
    seen = {}
    for region in regions:
        name = region["name"]
        if name in seen:
            problems.append(f"memory_map.yaml: region {name} is declared twice")
        seen[name] = region
        if region["base"] % 0x1000 or region["size"] % 0x1000:
            problems.append(f"memory_map.yaml: region {name} is not aligned to 4 KiB")
        if region.get("registers") and region["registers"] not in blocks:
            problems.append(f"memory_map.yaml: region {name} names unknown registers {region['registers']}")
    ordered = sorted(regions, key=lambda r: r["base"])
    for low, high in zip(ordered, ordered[1:]):
        if low["base"] + low["size"] > high["base"]:
            problems.append(f"memory_map.yaml: regions {low['name']} and {high['name']} overlap")
    lines, interrupt_names = {}, set()
    for interrupt in interrupts:
        if interrupt["name"] in interrupt_names:
            problems.append(f"memory_map.yaml: interrupt {interrupt['name']} is declared twice")
        interrupt_names.add(interrupt["name"])
        if not 1 <= interrupt["line"] <= 31:
            problems.append(f"memory_map.yaml: interrupt {interrupt['name']}: line must be 1 to 31")
        if interrupt["line"] in lines:
            problems.append(f"memory_map.yaml: interrupt line {interrupt['line']} is used twice")
        lines[interrupt["line"]] = interrupt
    sizes = {region.get("registers"): region["size"] for region in regions}
    for block in blocks.values():
        names, offsets = set(), set()
        for register in block["registers"]:
            where = f"registers/{block['name']}.yaml: {register['name']}"
            if register["name"] in names:
                problems.append(f"{where}: declared twice")
            if register["offset"] in offsets:
                problems.append(f"{where}: offset {register['offset']:#x} is used twice")
            if register["offset"] % 4:
                problems.append(f"{where}: offset is not a multiple of 4")
            if register["offset"] + 4 > sizes.get(block["name"], 0x1000):
                problems.append(f"{where}: lies outside its region")
            if not 0 <= register["reset"] < 1 << 32:
                problems.append(f"{where}: reset is not a 32-bit value")
            if register["access"] not in ACCESS:
                problems.append(f"{where}: access must be one of {', '.join(ACCESS)}")
            names.add(register["name"])
            offsets.add(register["offset"])
            used, field_names = 0, set()
            for field in register.get("fields", []):
                if field["name"] in field_names:
                    problems.append(f"{where}: field {field['name']} is declared twice")
                field_names.add(field["name"])
                mask = ((1 << field["width"]) - 1) << field["bit"]
                if mask >= 1 << 32 or used & mask:
                    problems.append(f"{where}: field {field['name']} overlaps or leaves the register")
                used |= mask
    return problems


def guard(name, body):
    return (f"/* Generated from the YAML files of hw/abi: do not edit. */\n#ifndef SYSTOLE_HW_ABI_{name}_H\n"
            f"#define SYSTOLE_HW_ABI_{name}_H\n\n{body}\n#endif\n")


def memory_map_h(regions, interrupts):
    body = ""
    for region in regions:
        key = region["name"].upper()
        body += f"/* {region['doc']} */\n"
        body += f"#define SYS_{key}_BASE {region['base']:#010x}u\n#define SYS_{key}_SIZE {region['size']:#010x}u\n"
    for interrupt in interrupts:
        body += f"#define SYS_IRQ_{interrupt['name'].upper()} {interrupt['line']}u\n"
    return guard("MEMORY_MAP", body)


def registers_h(blocks):
    body = ""
    for block in blocks.values():
        for register in block["registers"]:
            key = f"SYS_{block['name'].upper()}_{register['name'].upper()}"
            body += f"/* {register['access']}: {register['doc']} */\n"
            body += f"#define {key}_OFFSET {register['offset']:#x}u\n#define {key}_RESET {register['reset']:#x}u\n"
            for field in register.get("fields", []):
                mask = ((1 << field["width"]) - 1) << field["bit"]
                body += f"#define {key}_{field['name'].upper()}_MASK {mask:#x}u\n"
                body += f"#define {key}_{field['name'].upper()}_SHIFT {field['bit']}u\n"
        body += "\n"
    return guard("REGISTERS", body)


def memory_ld(regions):
    text = "/* Generated from hw/abi/memory_map.yaml: do not edit. */\n"
    for region in regions:
        text += f"SYS_{region['name'].upper()}_BASE = {region['base']:#010x};\n"
        text += f"SYS_{region['name'].upper()}_SIZE = {region['size']:#010x};\n"
    return text


def registers_md(regions, blocks, interrupts):
    text = "# Registers and memory map\n\nGenerated from `hw/abi/memory_map.yaml` and `hw/abi/registers/*.yaml` by "
    text += "`hw/abi/generate.py`; a test checks that this page is current.\n\n"
    text += "| region | base | size | what |\n|---|---|---|---|\n"
    for region in regions:
        text += f"| {region['name']} | `{region['base']:#010x}` | `{region['size']:#x}` | {region['doc']} |\n"
    text += "\n| interrupt | line |\n|---|---|\n"
    for interrupt in interrupts:
        text += f"| {interrupt['name']} | {interrupt['line']} |\n"
    for block in blocks.values():
        text += f"\n## {block['name']}\n\n{block['doc']}\n\n| offset | register | access | reset | what |\n|---|---|---|---|---|\n"
        for register in block["registers"]:
            doc = register["doc"]
            for field in register.get("fields", []):
                top = field["bit"] + field["width"] - 1
                span = f"{field['bit']}" if field["width"] == 1 else f"{top}:{field['bit']}"
                doc += f"<br>`[{span}] {field['name']}` {field['doc']}"
            text += f"| `{register['offset']:#04x}` | {register['name']} | {register['access']} | `{register['reset']:#x}` | {doc} |\n"
    return text


def main():
    abi, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    memory = load(abi / "memory_map.yaml")
    blocks = {}
    for path in sorted((abi / "registers").glob("*.yaml")):
        block = load(path)
        if block["name"] in blocks:
            sys.exit(f"error: registers/{path.name}: block {block['name']} is declared twice")
        blocks[block["name"]] = block
    regions, interrupts = memory["regions"], memory["interrupts"]
    problems = check(regions, blocks, interrupts)
    if problems:
        sys.exit("\n".join(f"error: {problem}" for problem in problems))
    files = {
        "hw/abi/memory_map.h": memory_map_h(regions, interrupts),
        "hw/abi/registers.h": registers_h(blocks),
        "memory.ld": memory_ld(regions),
        "registers.md": registers_md(regions, blocks, interrupts),
    }
    for name, text in files.items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


if __name__ == "__main__":
    main()
