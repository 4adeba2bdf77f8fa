"""`python -m clutch`: the command of the same installation, with the Python that runs this."""

import os
import sys
import sysconfig


def _program():
    """The path of the command, or None."""
    schemes = [sysconfig.get_default_scheme(), sysconfig.get_preferred_scheme("user")]
    folders = [sysconfig.get_path("scripts", scheme) for scheme in schemes]
    # What `pip install --target` and `--prefix` make.
    package = os.path.dirname(os.path.abspath(__file__))
    folders += [os.path.join(package, *up, "bin") for up in ([".."], ["..", "..", "..", ".."])]
    programs = [os.path.join(folder, "clutch") for folder in folders]
    return next((os.path.normpath(program) for program in programs if os.access(program, os.X_OK)), None)


def main():
    program = _program()
    if program is None:
        sys.exit("clutch: the command is not beside this package; install it again: python -m pip install --force-reinstall clutch-udf")
    os.environ.setdefault("CLUTCH_PYTHON", sys.executable)
    sys.stdout.flush()
    os.execv(program, [program, *sys.argv[1:]])


if __name__ == "__main__":
    main()
