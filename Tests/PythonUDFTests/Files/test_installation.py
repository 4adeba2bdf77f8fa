"""The modules that stand for other systems' packages."""

# Before those of Python, which this folder has files with the names of.
from dialects_base import HERE, INSTALLED, OURS, dialects

import subprocess
import sys
import unittest


class Installation(unittest.TestCase):
    def test_installing_imports_nothing(self):
        ours = {name for name in INSTALLED if name.startswith(("_clutch", "arr", "rising"))}
        self.assertEqual(ours, {"_clutch_dialects"})

    def test_a_missing_text_is_named(self):
        with self.assertRaisesRegex(ValueError, "no text for arrays, arrow_types"):
            dialects.install({})

    def test_a_real_package_is_not_hidden(self):
        # In a process of its own, with a package of that name in the path.
        script = (
            "import sys, os, tempfile, types\n"
            "folder = tempfile.mkdtemp()\n"
            "os.mkdir(folder + '/risingwave')\n"
            "open(folder + '/risingwave/__init__.py', 'w').write('real = True')\n"
            "sys.path.insert(0, folder)\n"
            f"sys.path.append({HERE!r})\n"
            f"sys.argv = ['x', {OURS!r}]\n"
            "import dialects_base\n"
            "import risingwave, risingwave.udf\n"
            "assert risingwave.real\n"
            "assert risingwave.udf.udf.__code__.co_filename == '<clutch>'\n"
        )
        subprocess.run([sys.executable, "-c", script], check=True)

    def test_interpreters_with_their_own_lock(self):
        try:
            import _interpreters
        except ImportError:
            self.skipTest("3.13 or newer")
        script = (
            "import sys\n"
            f"sys.path.append({HERE!r})\n"
            f"sys.argv = ['x', {OURS!r}]\n"
            "import dialects_base, test_declared\n"
            "assert dialects_base.run_file('risingwave', 'network.py')[1][0].function(12, 18) == 6\n"
            "test_declared.Declared().declared('snowflake', test_declared.Declared.SNOWFLAKE)\n"
        )
        for _ in range(2):
            interpreter = _interpreters.create("isolated")
            try:
                self.assertIsNone(_interpreters.exec(interpreter, script))
            finally:
                _interpreters.destroy(interpreter)


if __name__ == "__main__":
    unittest.main()
