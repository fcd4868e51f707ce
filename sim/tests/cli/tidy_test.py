#!/usr/bin/python3
"""sim/tests/tidy.py names each kind of breach, and is silent about a clean tree."""

import os
import subprocess
import sys
import tempfile
import unittest

TIDY = os.path.join(os.environ.get("STORSIM_SOURCE", "."), "sim/tests/tidy.py")

CLEAN = {
    "models/registry.c": "#include \"sim/a.h\"\n",
    "sim/a.h": "#ifndef SIM_A_H\n#define SIM_A_H\n\nint time_of(int random);\n\n#endif\n",
    "sim/engine/x.c": "/* sim/engine/x.c - says time() and rand() in a comment only. */\n#include \"sim/a.h\"\n",
    "sim/tests/test_x.c": "#include <check.h>\n",
    "driver/wdk/storport.h": "#include <wdm.h>\n",
    "driver/nvme/n.c": "#include <storport.h>\n",
    "models/storport/io.c": "#include <storport.h>\n#include \"models/storport/io.h\"\n",
    "models/storport/io.h": "#ifndef MODELS_STORPORT_IO_H\n#define MODELS_STORPORT_IO_H\n#endif\n",
    "models/storport/tests/test_all.c": "// covers: models/storport/io.c\n#include <check.h>\n",
}

# What is added to the clean tree, and what must then be said.
BREACHES = [
    ("stray.txt", "hello\n", "a stray file at the top level"),
    ("sim/engine/x.c", "#include \"models/storport/io.h\"\n", "is not for sim/"),
    ("sim/engine/x.c", "#include \"x.h\"\n", "is not for sim/"),
    ("sim/engine/x.c", "#include \"sim/none.h\"\n", "does not exist"),
    ("sim/engine/x.c", "#include <uv.h>\n", "<uv.h> here"),
    ("sim/engine/x.c", "#include <check.h>\n", "<check.h> here"),
    ("sim/engine/x.c", "#include <storport.h>\n", "is the driver's side"),
    ("sim/engine/x.c", "#include <math.h>\n", "<math.h> differs"),
    ("sim/engine/x.c", "long t = time(0);\n", "time(); use sim_now()"),
    ("sim/engine/x.c", "int r = rand();\n", "rand(); use a stream"),
    ("sim/engine/x.c", "char *s = getenv(\"A\");\n", "getenv(); use an option"),
    ("sim/engine/x.c", "int r = printf(\"at %p\", s);\n", "%p prints an address"),
    ("models/registry.c", "void *p = malloc(3);\n", "malloc(); use sim_world_alloc()"),
    ("models/disk/d.c", "int d;\n", "no models/disk/tests/test_d.c"),
    ("driver/nvme/n.c", "#include \"sim/a.h\"\n", "a miniport includes sim/a.h"),
    ("sim/b.h", "int b;\n", "no include guard"),
    ("sim/engine/x.c", "/* sim/engine/y.c - x. */\n", "the first line says sim/engine/y.c"),
    ("sim/engine/x.c", "#if 0\n#endif\n", "#if 0"),
    ("sim/engine/x.c", "int a;\t\n", "a tab"),
    ("sim/engine/x.c", "int a; \n", "spaces at the end"),
    ("sim/engine/x.c", "int a;", "no newline at the end"),
    ("sim/engine/x.c", "// " + "x" * 98 + "\n", "101 columns"),
    ("sim/engine/x.c", "int a;\n" * 1501, "more than 1500 lines"),
    ("sim/engine/x.c", "// TO" "DO\n", "do it, or file an issue"),
    ("sim/engine/x.c", "// see /ho" "me/me\n", "a path of one machine"),
]


def tidy(tree):
    with tempfile.TemporaryDirectory() as root:
        for path, text in tree.items():
            os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
            with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                file.write(text)
        return subprocess.run([sys.executable, TIDY, root], capture_output=True, text=True, check=False)


class Tidy(unittest.TestCase):
    def test_a_clean_tree_passes(self):
        done = tidy(CLEAN)
        self.assertEqual((done.returncode, done.stdout), (0, f"{len(CLEAN)} files, 0 problems\n"), done.stdout)

    def test_each_breach_is_named_and_nothing_else(self):
        for path, text, said in BREACHES:
            with self.subTest(said=said, text=text[:40]):
                done = tidy({**CLEAN, path: text})
                lines = done.stdout.splitlines()
                self.assertEqual(done.returncode, 1)
                self.assertIn(said, done.stdout)
                self.assertEqual(len({line.split(":")[0] for line in lines[:-1]}), 1, done.stdout)


if __name__ == "__main__":
    unittest.main()
