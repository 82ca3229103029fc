"""The house rules: the project as it is, and planted mistakes that the rules must find."""

import os
import pathlib
import subprocess
import tempfile
import unittest

import house

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


class TheProject(unittest.TestCase):
    def test_nothing_is_marked_unfinished(self):
        self.assertEqual(house.unfinished(ROOT), [])

    def test_files_are_short(self):
        self.assertEqual(house.long_files(ROOT), [])

    def test_every_source_is_compiled_and_so_every_test_is_registered(self):
        self.assertEqual(house.uncompiled(ROOT), [])

    def test_documents_link_to_what_exists(self):
        self.assertEqual(house.dead_links(ROOT), [])

    def test_documents_name_scripts_that_exist(self):
        self.assertEqual(house.missing_scripts(ROOT), [])

    def test_the_readme_opens_with_the_two_commands(self):
        self.assertEqual([line.split()[0] for line in house.commands(ROOT, "README.md")[:2]],
                         ["scripts/run", "scripts/test"])

    def test_documents_name_subcommands_that_the_program_has(self):
        program = os.environ["SYSTOLE_PROGRAM"]
        wanted = {name for path in house.documents(ROOT) for name in house.subcommands(ROOT, path)}
        for name in sorted(wanted):
            with self.subTest(name):
                done = subprocess.run([program, name, "--help"], capture_output=True, text=True, check=False)
                self.assertEqual(done.returncode, 0, done.stderr)


class PlantedMistakes(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)

    def plant(self, name, text, mode=0o644):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)

    def test_unfinished(self):
        self.plant("hw/a.h", "// TO" + "DO: later\n")
        self.plant("hw/b.h", "// TO" + "DOS is a word of its own\n")
        self.assertEqual(len(house.unfinished(self.root)), 1)

    def test_long_files(self):
        self.plant("hw/a.h", "\n" * 501)
        self.plant("hw/b.h", "\n" * 500)
        self.plant("docs/c.md", "\n" * 501)
        self.assertEqual(house.long_files(self.root), ["hw/a.h: 501 lines, more than 500"])

    def test_uncompiled(self):
        self.plant("tests/unit/CMakeLists.txt", "systole_test(t SOURCES a_test.cpp sub/c_test.cpp)\n")
        for name in ("a_test.cpp", "sub/c_test.cpp", "b_test.cpp", "test.cpp"):
            self.plant(f"tests/unit/{name}", "")
        self.assertEqual(house.uncompiled(self.root), ["tests/unit/b_test.cpp: no CMakeLists.txt names it",
                                                       "tests/unit/test.cpp: no CMakeLists.txt names it"])

    def test_dead_links(self):
        self.plant("docs/a.md", "[a](b.md#part) [c](c.md) [w](https://example.org) <img src=\"d.svg\">\n")
        self.plant("docs/b.md", "")
        self.assertEqual(house.dead_links(self.root), ["docs/a.md: no such file: c.md", "docs/a.md: no such file: d.svg"])

    def test_missing_scripts(self):
        self.plant("README.md", "`scripts/run`, scripts/test. Not so: tools/scripts/other\n")
        self.plant("scripts/run", "", mode=0o755)
        self.plant("scripts/test", "")
        self.assertEqual(house.missing_scripts(self.root), ["README.md: scripts/test is not a script that can be run"])

    def test_commands(self):
        self.plant("README.md", "```sh\n$ scripts/run  # the default\n# note\nbuild/systole map x\n```\n`systole no`\n")
        self.assertEqual(house.commands(self.root, "README.md"), ["scripts/run", "build/systole map x"])
        self.assertEqual(house.subcommands(self.root, "README.md"), ["map"])


if __name__ == "__main__":
    unittest.main()
