"""ClickHouse, as chdb has it, calls functions through `clutch serve --stdio`. Usage: clickhouse_client.py CLUTCH"""

import json
import os
import subprocess
import sys
import tempfile
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import harness
from harness import DELAYS, FUNCTIONS, begin, check, eventually, finish, page, printed, raises, same
from plain import load

ROWS = 120_000  # Blocks of at most 65,409 rows.
clutch = str(Path(sys.argv[1]).resolve())
begin(500)
os.chdir(harness.REPOSITORY)
plain = load(FUNCTIONS)

from chdb import session  # noqa: E402


class ClickHouse:
    """A ClickHouse in this process with functions of its own; there is one at a time."""

    def __init__(self, configuration):
        self.folder = tempfile.TemporaryDirectory(prefix="clutch-clickhouse-")
        Path(self.folder.name, "udf_config.xml").write_text(configuration)
        self.session = session.Session(f"{self.folder.name}/data?udf_path={self.folder.name}")

    def columns(self, query):
        text = str(self.session.query(query, "JSONCompactColumns"))
        return json.loads(text)

    def column(self, query):
        return self.columns(query)[0]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.session.close()
        self.folder.cleanup()


def iso(value):
    return value.isoformat(" ") if isinstance(value, datetime) else value.isoformat()


def compare(house, rows=ROWS):
    house.session.query("SET output_format_json_quote_64bit_integers = 0, output_format_json_quote_decimals = 1")
    ids = list(range(rows))
    start = datetime(2024, 2, 28, 10)
    moment = "toDateTime64('2024-02-28 10:00:00', 6, 'UTC')"
    for name, arguments, expected in [
        ("gcd", "toInt64(number), 360", [plain.gcd(i, 360) for i in ids]),
        ("add_small", "number % 100, 300, number", [plain.add_small(i % 100, 300, i) for i in ids]),
        ("half", "number", [plain.half(i) for i in ids]),
        ("half_narrow", "toFloat32(number)", [plain.half_narrow(i) for i in ids]),
        ("shout", "concat('é', toString(number))", [plain.shout(f"é{i}") for i in ids]),
        ("is_odd", "number", [plain.is_odd(i) for i in ids]),
        ("negated", "number % 3 = 0", [plain.negated(i % 3 == 0) for i in ids]),
        ("day_after", "toDate32('1970-01-01') + number % 40000", [iso(plain.day_after(date(1970, 1, 1) + timedelta(i % 40000))) for i in ids]),
        ("doubled_money", "toDecimal64(number / 8, 4)", [f"{plain.doubled_money(Decimal(i * 1250) / 10_000).normalize():f}" for i in ids]),
        ("member", "concat('{\"a\": [', toString(number), ', {\"b\": null}], \"c\": 1.5}'), 'a'", [f'[{i},{{"b":null}}]' for i in ids]),
        ("running_sums", "[toInt64(number), 2, -3]", [plain.running_sums([i, 2, -3]) for i in ids]),
        ("split_words", "concat('a b', toString(number))", [plain.split_words(f"a b{i}") for i in ids]),
        ("moved", "(toInt64(number), 'n'), 2", [{"x": i + 2, "name": "n'"} for i in ids]),
        ("swapped", "map('ab', toInt64(number))", [{"ba": -i} for i in ids]),
        ("null_if_odd", "number", [plain.null_if_odd(i) for i in ids]),
        ("or_minus_one", "if(number % 5 = 0, NULL, number)", [plain.or_minus_one(i if i % 5 else None) for i in ids]),
        ("not_seven_or_null", "number", [None if i == 7 else i for i in ids]),
    ]:  # fmt: skip
        found = house.columns(f"SELECT number, clutch_{name}({arguments}) FROM numbers({rows}) ORDER BY number")[1]
        if name in ("half", "half_narrow"):
            found = [float(value) for value in found]
        same(f"{name} gives what Python gives", found, expected)
    same("reversed_bytes gives what Python gives, also what is no text",
         house.column(f"SELECT hex(clutch_reversed_bytes(concat(unhex('ff'), toString(number)))) FROM numbers({rows}) ORDER BY number"),
         [plain.reversed_bytes(b"\xff%d" % i).hex().upper() for i in ids])  # fmt: skip
    for name, arguments, expected in [
        ("later", f"{moment}, number", [iso(plain.later(start, i)) for i in ids]),
        ("later_utc", f"{moment} + number", [iso(plain.later_utc(start + timedelta(seconds=i))) for i in ids]),
    ]:
        same(f"{name} gives what Python gives", house.column(f"SELECT toString(clutch_{name}({arguments}), 'UTC') FROM numbers({rows}) ORDER BY number"), expected)
    same("a null argument is null without a call", house.column("SELECT clutch_shout(NULL) FROM numbers(3)"), [None] * 3)
    same("no rows give no rows", (house.columns("SELECT clutch_gcd(number, 2) FROM numbers(9) WHERE number > 10") or [[]])[0], [])
    raises("a function's error is the query's", lambda: house.column("SELECT clutch_not_seven(number) FROM numbers(9)"),
           "UDF not_seven failed at row 7", "ValueError: seven is not taken")  # fmt: skip
    # chdb puts what the failed query had already written in front of the next result.
    house.session.query("SELECT 1")
    same("the function works after an error", house.column("SELECT clutch_not_seven(number) FROM numbers(3)"), [0, 1, 2])


def example():
    files = page("clickhouse")
    text = printed(clutch, "clickhouse", "Examples/flights/delays.py")
    expected = text.replace(str(clutch), "/usr/local/bin/clutch").replace(str(harness.REPOSITORY), "/srv/clutch")
    check("the page's file is what --print-sql prints", expected == files["clutch_functions.xml"], expected)
    with ClickHouse(text) as house:
        for name, query in files.items():
            if name.startswith("query"):
                found = house.columns(query)
                lines = ["\t".join(map(str, row)) for row in zip(*found)]
                same(f"{name} gives what the page says", lines, files["result.txt"].splitlines())


text = printed(clutch, "clickhouse", FUNCTIONS, DELAYS)
check("what cannot be declared is named", "seven is left out: without arguments" in harness.omissions["clickhouse"], harness.omissions)
with ClickHouse(text) as house:
    compare(house)
with ClickHouse(text.replace("<type>executable_pool<", "<type>executable<")) as house:
    same("executable: a process for each block", house.column("SELECT clutch_gcd(toInt64(number), 360) FROM numbers(70000)"), [plain.gcd(i, 360) for i in range(70_000)])
with ClickHouse(text.replace(clutch, "/no/clutch")) as house:
    raises("a program that is not there", lambda: house.column("SELECT clutch_gcd(number, 2) FROM numbers(3)"), "clutch_gcd", "/no/clutch")
if "--no-pages" not in sys.argv:
    example()
children = lambda: subprocess.run(["ps", "--ppid", str(os.getpid()), "-o", "pid=,args="], capture_output=True, text=True).stdout  # noqa: E731
eventually("its processes are ended", lambda: "--stdio" not in children())
finish()
