"""Runs mypy (strict) and pyright over the examples of the documentation and over wrong uses, with the wheel installed.

    python Tests/Wheel/check_types.py FOLDER

FOLDER, which is to be empty, gets the examples: each `python` block of the README and of the documentation's pages that imports
`clutch`, and the files under Examples. Files that other systems run are none of them: they are shown as these have them.
"""

import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
WRONG = ROOT / "Tests" / "Wheel" / "wrong.py"
BLOCK = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)


def examples(folder):
    """Write the examples into a folder, and give their paths."""
    pages = [ROOT / "README.md", *sorted((ROOT / "Sources" / "Clutch" / "Clutch.docc").glob("*.md"))]
    texts = {f"{page.stem}_{place}.py": text for page in pages for place, text in enumerate(BLOCK.findall(page.read_text()))}
    texts |= {f"example_{path.stem}.py": path.read_text() for name in ("flights", "packages") for path in (ROOT / "Examples" / name).glob("*.py")}
    found = {name: text for name, text in texts.items() if "from clutch import" in text}
    for name, text in found.items():
        (folder / name).write_text(text)
    return sorted(folder / name for name in found)


def run(*command):
    return subprocess.run(command, capture_output=True, text=True)


def mypy(paths):
    """The problems that mypy finds, as file and line, and what it prints."""
    command = [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "--disable-error-code", "import-not-found"]
    end = run(*command, *map(str, paths))
    if end.returncode > 1:
        sys.exit(f"mypy failed:\n{end.stdout}{end.stderr}")
    return {(match[1], int(match[2])) for match in re.finditer(r"^(.+?):(\d+): error:", end.stdout, re.MULTILINE)}, end.stdout


def pyright(paths):
    """The same of pyright."""
    end = run(sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable, *map(str, paths))
    try:
        found = json.loads(end.stdout)["generalDiagnostics"]
    except (ValueError, KeyError):
        sys.exit(f"pyright failed:\n{end.stdout}{end.stderr}")
    # Packages that an example asks for are not installed here.
    found = [each for each in found if each["severity"] == "error" and each.get("rule") != "reportMissingImports"]
    text = "".join(f"{each['file']}:{each['range']['start']['line'] + 1}: {each['message']}\n" for each in found)
    return {(each["file"], each["range"]["start"]["line"] + 1) for each in found}, text


def main():
    folder = pathlib.Path(sys.argv[1]).resolve()
    paths = examples(folder)
    if len(paths) < 30:
        sys.exit(f"only {len(paths)} examples were found")
    lines = WRONG.read_text().splitlines()
    expected = {number for number, line in enumerate(lines, 1) if line.endswith("# wrong")}
    failures = 0
    for check in (mypy, pyright):
        problems, text = check(paths)
        if problems:
            failures += 1
            print(f"{check.__name__} does not accept the examples:\n{text}")
        found = {line for _, line in check([WRONG])[0]}
        for line in sorted(expected ^ found):
            failures += 1
            print(f"{WRONG}:{line}: {check.__name__} says {'nothing' if line in expected else 'something'} of: {lines[line - 1]}")
        print(f"{check.__name__}: {len(paths)} examples accepted, {len(expected & found)} of {len(expected)} wrong uses found")
    # What is there for checkers only, in place of classes that a package has.
    allowed = folder / "allowed.txt"
    allowed.write_text("clutch\\.(Array|Series|Arrow|U?Int\\d+|Float\\d+|Nanoseconds)(\\..*)?\nclutch\\.Column\\.__(buffer|type_params)__\nclutch\\.__main__\n")
    end = run(sys.executable, "-m", "mypy.stubtest", "clutch", "--allowlist", str(allowed), "--ignore-unused-allowlist")
    if end.returncode:
        failures += 1
        print(f"the stub and the module differ:\n{end.stdout}{end.stderr}")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
