"""Makes a wheel, or a source distribution, of one module, or a wheel of one `.pth` file.

    python make_wheel.py FOLDER {wheel,sdist,pth} NAME VERSION MODULE_SOURCE [REQUIREMENT...]
"""

import base64
import hashlib
import io
import os
import sys
import tarfile
import zipfile

BACKEND = '''
import os, shutil
def build_wheel(folder, settings=None, metadata=None):
    shutil.copy(os.path.join("built", NAME), folder)
    return NAME
'''


def wheel(folder, name, version, source, requirements, suffix=".py"):
    info = f"{name}-{version}.dist-info"
    requires = "".join(f"Requires-Dist: {each}\n" for each in requirements)
    files = {
        f"{name}{suffix}": source,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{requires}",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},sha256={_digest(text)},{len(text.encode())}\n" for path, text in files.items())
    files[f"{info}/RECORD"] = record + f"{info}/RECORD,,\n"
    path = os.path.join(folder, f"{name}-{version}-py3-none-any.whl")
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in files.items():
            archive.writestr(zipfile.ZipInfo(file, (2020, 1, 1, 0, 0, 0)), text)
    return path


def sdist(folder, name, version, source, requirements):
    """One that brings its own backend, so that building it needs no index."""
    os.makedirs(os.path.join(folder, "built"), exist_ok=True)
    built = wheel(os.path.join(folder, "built"), name, version, source, requirements)
    root = f"{name}-{version}"
    files = {
        f"{root}/PKG-INFO": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode(),
        f"{root}/pyproject.toml": b'[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
        f"{root}/backend.py": f"NAME = {os.path.basename(built)!r}\n{BACKEND}".encode(),
        f"{root}/built/{os.path.basename(built)}": open(built, "rb").read(),
    }
    path = os.path.join(folder, f"{root}.tar.gz")
    with tarfile.open(path, "w:gz") as archive:
        for file, content in files.items():
            entry = tarfile.TarInfo(file)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return path


def _digest(text):
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


if __name__ == "__main__":
    folder, kind, name, version, source, *requirements = sys.argv[1:]
    if kind == "sdist":
        print(sdist(folder, name, version, source, requirements))
    else:
        print(wheel(folder, name, version, source, requirements, ".pth" if kind == "pth" else ".py"))
