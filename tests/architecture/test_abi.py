"""hw/abi/generate.py: the page that it writes is the one in docs/, and it refuses what contradicts itself."""

import copy
import pathlib
import subprocess
import sys
import tempfile
import unittest

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
ABI = ROOT / "hw/abi"

MEMORY = {
    "regions": [{"name": "uart", "base": 0x10000000, "size": 0x1000, "registers": "uart", "doc": "a"},
                {"name": "ram", "base": 0x20000000, "size": 0x10000, "doc": "b"}],
    "interrupts": [{"name": "one", "line": 1}, {"name": "two", "line": 2}],
}
UART = {
    "name": "uart",
    "doc": "d",
    "registers": [
        {"name": "data", "offset": 0, "access": "wo", "reset": 0, "doc": "x"},
        {"name": "state", "offset": 4, "access": "ro", "reset": 1, "doc": "y",
         "fields": [{"name": "low", "bit": 0, "width": 4, "doc": "l"}, {"name": "high", "bit": 4, "width": 4, "doc": "h"}]},
    ],
}


def generate(abi, out):
    return subprocess.run([sys.executable, str(ABI / "generate.py"), str(abi), str(out)], capture_output=True, text=True,
                          check=False)


class Generator(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_on(self, memory, blocks):
        """Generates from a memory map and a list of (file name, block)."""
        abi = self.folder / "abi"
        (abi / "registers").mkdir(parents=True, exist_ok=True)
        (abi / "memory_map.yaml").write_text(yaml.safe_dump(memory))
        for name, block in blocks:
            (abi / "registers" / name).write_text(yaml.safe_dump(block))
        return generate(abi, self.folder / "out")

    def refuses(self, message, change):
        """`change(memory, uart)` alters good copies; the generator must then fail with the message, and write nothing."""
        memory, uart = copy.deepcopy(MEMORY), copy.deepcopy(UART)
        change(memory, uart)
        done = self.run_on(memory, [("uart.yaml", uart)])
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(message, done.stderr)
        self.assertFalse((self.folder / "out").exists())

    def test_good_input_passes(self):
        done = self.run_on(MEMORY, [("uart.yaml", UART)])
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        header = (self.folder / "out/hw/abi/registers.h").read_text()
        self.assertIn("#define SYS_UART_STATE_OFFSET 0x4u\n", header)
        self.assertIn("#define SYS_UART_STATE_HIGH_MASK 0xf0u\n", header)
        self.assertIn("#define SYS_UART_STATE_HIGH_SHIFT 4u\n", header)

    def test_regions(self):
        self.refuses("regions uart and ram overlap", lambda m, u: m["regions"][0].update(size=0x10001000))
        self.refuses("region uart is declared twice", lambda m, u: m["regions"][1].update(name="uart"))
        self.refuses("region ram is not aligned", lambda m, u: m["regions"][1].update(base=0x20000004))
        self.refuses("region ram is not aligned", lambda m, u: m["regions"][1].update(size=0x800))
        self.refuses("unknown registers nix", lambda m, u: m["regions"][0].update(registers="nix"))

    def test_interrupts(self):
        self.refuses("line 1 is used twice", lambda m, u: m["interrupts"][1].update(line=1))
        self.refuses("line must be 1 to 31", lambda m, u: m["interrupts"][1].update(line=32))
        self.refuses("line must be 1 to 31", lambda m, u: m["interrupts"][1].update(line=0))
        self.refuses("interrupt one is declared twice", lambda m, u: m["interrupts"][1].update(name="one"))

    def test_registers(self):
        self.refuses("state: declared twice", lambda m, u: u["registers"].append(dict(u["registers"][1], offset=8)))
        self.refuses("offset 0x4 is used twice", lambda m, u: u["registers"][0].update(offset=4))
        self.refuses("offset is not a multiple of 4", lambda m, u: u["registers"][1].update(offset=6))
        self.refuses("outside its region", lambda m, u: u["registers"][1].update(offset=0x1000))
        self.refuses("access must be one of", lambda m, u: u["registers"][1].update(access="w"))
        self.refuses("reset is not a 32-bit value", lambda m, u: u["registers"][1].update(reset=1 << 32))

    def test_fields(self):
        self.refuses("field high overlaps", lambda m, u: u["registers"][1]["fields"][1].update(bit=3))
        self.refuses("field high overlaps or leaves", lambda m, u: u["registers"][1]["fields"][1].update(bit=29))
        self.refuses("field low is declared twice", lambda m, u: u["registers"][1]["fields"][1].update(name="low"))

    def test_two_files_for_one_block(self):
        done = self.run_on(MEMORY, [("uart.yaml", UART), ("uart2.yaml", UART)])
        self.assertEqual(done.returncode, 1)
        self.assertIn("block uart is declared twice", done.stderr)

    def test_a_key_twice(self):
        self.run_on(MEMORY, [("uart.yaml", UART)])
        path = self.folder / "abi/registers/uart.yaml"
        path.write_text(path.read_text() + "doc: again\n")
        done = generate(self.folder / "abi", self.folder / "out2")
        self.assertEqual(done.returncode, 1)
        self.assertIn("doc is given twice", done.stderr)


class TheProject(unittest.TestCase):
    def test_docs_registers_is_current(self):
        with tempfile.TemporaryDirectory() as out:
            done = generate(ABI, out)
            self.assertEqual(done.returncode, 0, done.stderr)
            generated = pathlib.Path(out, "registers.md").read_text()
        self.assertEqual((ROOT / "docs/registers.md").read_text(), generated,
                         "build, then: cp build/generated/registers.md docs/registers.md")


if __name__ == "__main__":
    unittest.main()
