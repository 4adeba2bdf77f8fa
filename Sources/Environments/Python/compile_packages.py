"""Compiles the modules below a folder: of several processes that do so, one does those at its places.

    python -I -S -c ... FOLDER PLACE COUNT

What does not compile is left: it may be for another Python, and nobody may import it.
"""

import os
import sys
from py_compile import compile as compiled

folder, place, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
paths = sorted(
    os.path.join(parent, name) for parent, _, names in os.walk(folder) for name in names if name.endswith(".py")
)
for path in paths[place::count]:
    try:
        compiled(path, quiet=2, doraise=False)
    except OSError as error:
        sys.exit(f"{path}: {error.strerror}")
    except (SyntaxError, ValueError, RecursionError):
        pass
