"""Runs pip: the one in a folder, or that of this Python, with the rest of the arguments.

    python -I -c ... FOLDER {builds,} ARGUMENT...

Unless builds are allowed, it can start no program: whatever is built is built by one, in all versions of pip.
"""

import os
import runpy
import sys

_EVENTS = {"subprocess.Popen", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.system", "pty.spawn"}


def _refuse(event, arguments):
    if event not in _EVENTS:
        return
    program = arguments[0] if arguments else ""
    name = os.path.basename(os.fsdecode(program)) if isinstance(program, (str, bytes, os.PathLike)) else ""
    # What it asks for passwords, where its settings say so.
    if name != "keyring":
        raise PermissionError(f"pip wanted to start {name or 'a program'}, and what is no wheel is not built")


_folder, _builds, *_arguments = sys.argv[1:]
sys.argv[:] = ["pip", *_arguments]
if not _builds:
    sys.addaudithook(_refuse)
if _folder:
    # With it pip works on the packages of this Python, wherever it is itself.
    runpy.run_path(os.path.join(_folder, "__pip-runner__.py"), run_name="__main__")
else:
    runpy.run_module("pip", run_name="__main__", alter_sys=True)
