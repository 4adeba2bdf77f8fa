"""Makes the wheel: the command with the Swift runtime in it, and the module `clutch` for editors, tests and plain Python.

    python3 Packaging/wheel.py PROGRAM FOLDER

writes `FOLDER/clutch_udf-VERSION-py3-none-PLATFORM.whl` and prints its path. The version is the one that the program says; the
platform is the oldest one that has every symbol which the program needs.
"""

import base64
import hashlib
import os
import pathlib
import re
import struct
import subprocess
import sys
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PYTHON = ROOT / "Sources" / "PythonFunctions" / "Python"
NAME = "clutch_udf"

# The libraries that every system of a manylinux platform has, of those that a Swift program may need (PEP 600).
ALLOWED = {
    "libc.so.6", "libm.so.6", "libdl.so.2", "librt.so.1", "libpthread.so.0", "libutil.so.1", "libstdc++.so.6", "libgcc_s.so.1",
    "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1",
}  # fmt: skip
# The newest versions of symbols of other libraries that a platform has, as auditwheel's policies list them: the platform's
# glibc, and those of libstdc++ and libgcc.
PLATFORMS = {
    (2, 28): {"GLIBCXX": (3, 4, 24), "CXXABI": (1, 3, 11), "GCC": (7, 0, 0)},
    (2, 31): {"GLIBCXX": (3, 4, 28), "CXXABI": (1, 3, 12), "GCC": (9, 0, 0)},
    (2, 34): {"GLIBCXX": (3, 4, 29), "CXXABI": (1, 3, 13), "GCC": (11, 0, 0)},
    (2, 35): {"GLIBCXX": (3, 4, 30), "CXXABI": (1, 3, 13), "GCC": (12, 0, 0)},
    (2, 39): {"GLIBCXX": (3, 4, 33), "CXXABI": (1, 3, 15), "GCC": (14, 0, 0)},
}
MACHINES = {62: "x86_64", 183: "aarch64"}


def needed(program):
    """What an ELF program needs: its machine, its libraries, and by the name of a set of symbols the newest version."""
    data = program.read_bytes()
    if data[:6] != b"\x7fELF\x02\x01":
        raise SystemExit(f"{program} is no 64-bit ELF program of a little-endian machine; wheels are made on Linux")
    machine = struct.unpack_from("<H", data, 18)[0]
    offset, = struct.unpack_from("<Q", data, 40)
    size, count = struct.unpack_from("<HH", data, 58)
    sections = [struct.unpack_from("<IIQQQQIIQQ", data, offset + index * size) for index in range(count)]

    def text(table, place):
        start = sections[table][4] + place
        return data[start : data.index(b"\0", start)].decode()

    libraries, versions = set(), {}
    for _, kind, _, _, at, length, link, entries, _, _ in sections:
        if kind == 6:  # SHT_DYNAMIC
            for place in range(at, at + length, 16):
                tag, value = struct.unpack_from("<qQ", data, place)
                if tag == 1:  # DT_NEEDED
                    libraries.add(text(link, value))
        if kind == 0x6FFFFFFE:  # SHT_GNU_verneed
            for _ in range(entries):
                _, names, _, first, following = struct.unpack_from("<HHIII", data, at)
                place = at + first
                for _ in range(names):
                    _, _, _, name, after = struct.unpack_from("<IHHII", data, place)
                    found = re.fullmatch(r"([A-Z]+)_([0-9.]+)", text(link, name))
                    if found:
                        version = tuple(map(int, found[2].split(".")))
                        versions[found[1]] = max(version, versions.get(found[1], ()))
                    place += after
                at += following
    return MACHINES.get(machine, ""), libraries, versions


def platform(program):
    """The tag of the oldest platform that the program runs on."""
    machine, libraries, versions = needed(program)
    if not machine:
        raise SystemExit(f"{program} is for a machine that there is no name for here")
    foreign = sorted(libraries - ALLOWED)
    if foreign:
        raise SystemExit(f"{program} needs {', '.join(foreign)}, which not every system has; link the Swift runtime statically")
    glibc = versions.pop("GLIBC", (2, 17))[:2]
    for oldest, newest in PLATFORMS.items():
        if glibc <= oldest and all(version <= newest.get(name, ()) for name, version in versions.items()):
            return f"manylinux_{oldest[0]}_{oldest[1]}_{machine}"
    # Of glibc alone a platform is its version.
    if not versions:
        return f"manylinux_{glibc[0]}_{glibc[1]}_{machine}"
    raise SystemExit(f"{program} needs newer symbols than any known platform has: GLIBC {glibc}, {versions}")


def metadata(version):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    fields = [
        ("Metadata-Version", "2.4"), ("Name", "clutch-udf"), ("Version", version),
        ("Summary", "Python user-defined functions in isolated interpreters, one GIL each, over columnar data and SQL"),
        ("License-Expression", "Apache-2.0"), ("License-File", "LICENSE"),
        ("Keywords", "udf,sql,duckdb,arrow,subinterpreters"), ("Requires-Python", ">=3.12"),
        ("Classifier", "Environment :: Console"), ("Classifier", "Operating System :: POSIX :: Linux"),
        ("Classifier", "Programming Language :: Python :: 3"), ("Classifier", "Programming Language :: Other"),
        ("Classifier", "Topic :: Database :: Database Engines/Servers"), ("Classifier", "Typing :: Typed"),
        ("Provides-Extra", "duckdb"), ("Requires-Dist", "duckdb>=1.5; extra == 'duckdb'"),
        ("Description-Content-Type", "text/markdown"),
    ]  # fmt: skip
    return "".join(f"{name}: {value}\n" for name, value in fields) + "\n" + readme


def main():
    program, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    version = subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout.strip()
    tag = f"py3-none-{platform(program)}"
    info = f"{NAME}-{version}.dist-info"
    files = {
        "clutch/__init__.py": (PYTHON / "clutch.py").read_bytes(),
        "_clutch_texts.py": (PYTHON / "texts.py").read_bytes(),
        **{f"clutch/{path.name}": path.read_bytes() for path in sorted((ROOT / "Packaging" / "clutch").iterdir())},
        f"{NAME}-{version}.data/scripts/clutch": program.read_bytes(),
        f"{info}/METADATA": metadata(version).encode(),
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: clutch ({version})\nRoot-Is-Purelib: false\nTag: {tag}\n".encode(),
        f"{info}/licenses/LICENSE": (ROOT / "LICENSE").read_bytes(),
    }
    record = f"{info}/RECORD"
    lines = []
    for name, content in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        lines.append(f"{name},sha256={digest},{len(content)}\n")
    files[record] = ("".join(lines) + f"{record},,\n").encode()

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{NAME}-{version}-{tag}.whl"
    draft = path.with_suffix(".tmp")
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as wheel:
        for name, content in files.items():
            # The same content gives the same file.
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            mode = 0o755 if name.endswith("/scripts/clutch") else 0o644
            entry.external_attr = (0o100000 | mode) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            wheel.writestr(entry, content)
    os.replace(draft, path)
    print(path)


if __name__ == "__main__":
    main()
