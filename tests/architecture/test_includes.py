"""Who includes whom: the project as it is, and planted mistakes that the rules must find."""

import pathlib
import tempfile
import unittest

import includes
import yaml

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
RULES = yaml.safe_load((HERE / "layers.yaml").read_text())


class TheProject(unittest.TestCase):
    def test_folders_include_only_what_they_may(self):
        self.assertEqual(includes.layering(ROOT, RULES), [])

    def test_libraries_are_seen_only_where_they_belong(self):
        self.assertEqual(includes.libraries(ROOT, RULES), [])

    def test_systemc_is_not_reached_through_other_headers(self):
        self.assertEqual(includes.hidden_systemc(ROOT, RULES), [])

    def test_every_folder_with_a_rule_exists(self):
        self.assertEqual([f for f in RULES["folders"] if not (ROOT / f).is_dir()], [])


class PlantedMistakes(unittest.TestCase):
    def complaints(self, rule, **texts):
        """What a rule says of a tree with these files; `__` in a name stands for `/`, the suffix is .h."""
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, text in texts.items():
                path = root / (name.replace("__", "/") + ".h")
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            return rule(root, RULES)

    def test_upwards(self):
        found = self.complaints(includes.layering, hw__base__x='#include "hw/timing/port.h"\n')
        self.assertEqual(found, ['hw/base/x.h: hw/base may not include "hw/timing/port.h"'])

    def test_block_to_block(self):
        found = self.complaints(includes.layering, hw__blocks__dma__x='  #  include "hw/blocks/sram/sram.h"\n')
        self.assertEqual(found, ['hw/blocks/dma/x.h: hw/blocks/dma may not include "hw/blocks/sram/sram.h"'])

    def test_engines_may_include_the_shell(self):
        text = '#include "hw/blocks/engine/shell/job.h"\n'
        self.assertEqual(self.complaints(includes.layering, hw__blocks__engine__sort__x=text), [])

    def test_the_oracle_may_not_use_the_engines_kernels(self):
        found = self.complaints(includes.layering, models__reference__x='#include "hw/numerics/pool.h"\n')
        self.assertEqual(len(found), 1)

    def test_a_rule_may_name_a_file(self):
        text = '#include "hw/numerics/gemm.h"\n'
        self.assertEqual(self.complaints(includes.layering, models__reference__x=text), [])

    def test_names_are_written_from_the_root(self):
        found = self.complaints(includes.layering, hw__base__x='#include "units.h"\n')
        self.assertEqual(found, ['hw/base/x.h: "units.h" is not written from the root'])

    def test_new_folder_without_a_rule(self):
        self.assertEqual(len(self.complaints(includes.layering, hw__magic__x="")), 1)

    def test_libraries(self):
        for name, text in (("hw__timing__x", "#include <systemc>"), ("app__x", "#include <onnx/onnx_pb.h>"),
                           ("hw__soc__x", "#include <yaml-cpp/yaml.h>"), ("models__ir__x", "#include <tlm>"),
                           ("hw__tlm__x", "#include <google/protobuf/message.h>")):
            with self.subTest(name):
                self.assertEqual(len(self.complaints(includes.libraries, **{name: text})), 1)

    def test_hidden_systemc(self):
        found = self.complaints(includes.hidden_systemc, app__x='#include "hw/soc/soc.h"\n',
                                hw__soc__soc='#include "hw/tlm/clock.h"\n', hw__tlm__clock="#include <systemc>\n")
        self.assertEqual(found, ["app/x.h: reaches SystemC by app/x.h > hw/soc/soc.h > hw/tlm/clock.h"])


if __name__ == "__main__":
    unittest.main()
