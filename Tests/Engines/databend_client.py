"""Databend, in this process, calls the functions of a `clutch serve`. Usage: databend_client.py CLUTCH"""

import os
import sys
import tempfile
import threading
import time
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import harness
from harness import FUNCTIONS, Server, begin, check, eventually, finish, free_port, page, raises, same
from plain import load

CONFIGURATION = """
[query]
tenant_id = "clutch"
warehouse_id = "clutch"
cluster_id = "clutch"
enable_udf_server = true
udf_server_allow_list = ["http://127.0.0.1", "https://localhost"]
udf_server_allow_insecure = true

[log.file]
on = false

[storage]
type = "fs"
allow_insecure = true

[storage.fs]
data_path = "{folder}/data"
"""
ROWS = 150_000  # Databend asks for at most 65,536 at once.
NO_RETRIES = "SET external_server_request_retry_times = 0"
clutch = sys.argv[1]
begin(400)
plain = load(FUNCTIONS)
folder = tempfile.TemporaryDirectory(prefix="clutch-databend-")
authority, chain, key = harness.certificate(folder.name)
# Databend trusts the system's authorities, as its TLS library finds them.
os.environ["SSL_CERT_FILE"] = str(authority)

import databend  # noqa: E402

settings = Path(folder.name, "databend.toml")
settings.write_text(CONFIGURATION.format(folder=folder.name))
databend.init_service(config=str(settings))
context = databend.SessionContext()


def run(statement):
    context.sql(statement).collect()


def columns(query):
    return [column.to_pylist() for column in context.sql(query).to_arrow_table().columns]


def column(query):
    return columns(query)[0]


def declare(text):
    """Runs what `--print-sql` prints, as it is; table functions need a newer Databend than can be had as a package."""
    for statement in text.split(";\n"):
        if "RETURNS TABLE" in statement:
            raises(f"{statement.split()[4]}: Databend 1.2.784 has no table functions of servers", lambda: run(statement), "TABLE")
        elif statement.strip():
            run(statement)


def compare(server):
    ids = list(range(ROWS))
    start = datetime(2024, 2, 28, 10)
    for name, arguments, expected in [
        ("gcd", "number::BIGINT, 360::BIGINT", [plain.gcd(i, 360) for i in ids]),
        ("add_small", "(number % 100)::TINYINT, 300::SMALLINT, number::INT", [plain.add_small(i % 100, 300, i) for i in ids]),
        ("half", "number::DOUBLE", [plain.half(float(i)) for i in ids]),
        ("half_narrow", "number::FLOAT", [plain.half_narrow(float(i)) for i in ids]),
        ("shout", "'é' || number::STRING", [plain.shout(f"é{i}") for i in ids]),
        ("reversed_bytes", "to_binary('b' || number::STRING)", [plain.reversed_bytes(b"b%d" % i) for i in ids]),
        ("is_odd", "number::BIGINT", [plain.is_odd(i) for i in ids]),
        ("negated", "number % 3 = 0", [plain.negated(i % 3 == 0) for i in ids]),
        ("day_after", "to_date((number % 40000)::INT)", [plain.day_after(date(1970, 1, 1) + timedelta(i % 40000)) for i in ids]),
        ("later", "to_timestamp('2024-02-28 10:00:00'), number::BIGINT", [plain.later(start, i) for i in ids]),
        ("later_utc", "to_timestamp(number::BIGINT)", [plain.later_utc(datetime(1970, 1, 1) + timedelta(seconds=i)) for i in ids]),
        ("doubled_money", "(number / 8)::DECIMAL(18, 4)",
         [plain.doubled_money(Decimal(i * 1250) / 10_000).quantize(Decimal("0.0001")) for i in ids]),
        ("running_sums", "[number::BIGINT, 2::BIGINT, -3::BIGINT]", [plain.running_sums([i, 2, -3]) for i in ids]),
        ("split_words", "'a b' || number::STRING", [plain.split_words(f"a b{i}") for i in ids]),
        ("moved", "(number::BIGINT, 'n'), 2::BIGINT", [{"1": i + 2, "2": "n'"} for i in ids]),
        ("swapped", "{'ab': number::BIGINT}", [[("ba", -i)] for i in ids]),
        ("null_if_odd", "number::BIGINT", [plain.null_if_odd(i) for i in ids]),
        ("or_minus_one", "IF(number % 5 = 0, NULL, number::BIGINT)", [plain.or_minus_one(i if i % 5 else None) for i in ids]),
        ("not_seven_or_null", "number::BIGINT", [None if i == 7 else i for i in ids]),
        ("seven", "", [7] * ROWS),
    ]:  # fmt: skip
        found = columns(f"SELECT number, {name}({arguments}) FROM numbers({ROWS})")
        same(f"{name} gives what Python gives", [value for _, value in sorted(zip(*found), key=lambda row: row[0])], expected)
    json = "parse_json('{\"a\": [' || number::STRING || ', {\"b\": null}], \"c\": 1.5}')"
    same("JSON goes in and comes back", column(f"SELECT member({json}, 'a')::STRING FROM numbers({ROWS}) ORDER BY number"),
         [f'[{i},{{"b":null}}]' for i in ids])  # fmt: skip
    same("a null argument is null without a call", column("SELECT shout(NULL) FROM numbers(3)"), [None] * 3)
    same("no rows give no rows", column("SELECT gcd(number::BIGINT, 2) FROM numbers(9) WHERE number > 10"), [])
    same("a function in WHERE and GROUP BY",
         column(f"SELECT count() FROM numbers({ROWS}) WHERE gcd(number::BIGINT, 6) = 6 GROUP BY gcd(number::BIGINT, 6)"),
         [len([i for i in ids if plain.gcd(i, 6) == 6])])  # fmt: skip


def failures(server):
    run(NO_RETRIES)
    raises("a function's error is the query's", lambda: run("SELECT not_seven(number::BIGINT) FROM numbers(9)"),
           "UDF not_seven failed at row 7", "ValueError: seven is not taken", "InvalidArgument")  # fmt: skip
    address = f"http://127.0.0.1:{server.port}"
    raises("a function that there is not is refused when it is declared",
           lambda: run(f"CREATE FUNCTION absent (INT) RETURNS INT LANGUAGE python HANDLER = 'absent' ADDRESS = '{address}'"),
           "there is no function absent")  # fmt: skip
    raises("another type is refused when it is declared",
           lambda: run(f"CREATE FUNCTION gcd2 (INT, INT) RETURNS INT LANGUAGE python HANDLER = 'gcd' ADDRESS = '{address}'"),
           "UDF arg types mismatch")  # fmt: skip
    raises("a server that is not there", lambda: run(
        "CREATE FUNCTION nowhere (INT) RETURNS INT LANGUAGE python HANDLER = 'nowhere' "
        f"ADDRESS = 'http://127.0.0.1:{free_port()}'"), "Cannot connect to UDF Server")  # fmt: skip


def tokens():
    token = Path(folder.name, "token")
    token.write_text("one-long-secret-of-a-token\n")
    token.chmod(0o600)
    with Server(clutch, "--token", token) as server:
        address = f"http://127.0.0.1:{server.port}"
        declaration = (f"CREATE OR REPLACE FUNCTION safe_gcd (BIGINT, BIGINT) RETURNS BIGINT LANGUAGE python HANDLER = 'gcd' "
                       f"HEADERS = ('authorization' = 'Bearer {{}}') ADDRESS = '{address}'")  # fmt: skip
        raises("a wrong token is refused", lambda: run(declaration.format("another")), "Unauthenticated")
        raises("no token is refused", lambda: declare(server.declarations("databend")), "Unauthenticated")
        run(declaration.format("one-long-secret-of-a-token"))
        same("a token in HEADERS is taken", column("SELECT safe_gcd(number::BIGINT, 4) FROM numbers(3)"), [4, 1, 2])


def tls():
    with Server(clutch, "--host", "localhost", "--tls-certificate", chain, "--tls-key", key) as server:
        text = server.declarations("databend")
        check("the declarations name https", f"ADDRESS = 'https://localhost:{server.port}'" in text, text[:200])
        declare(text)
        same("TLS", column("SELECT gcd(number::BIGINT, 4) FROM numbers(3)"), [4, 1, 2])


def stop():
    """SIGTERM in the middle of a query: requests under way are answered, and the query's next ones find the next server."""
    run("SET external_server_request_retry_times = 8")
    run("SET external_server_request_batch_rows = 500")
    run("SET external_server_request_max_threads = 2")
    server = Server(clutch)
    declare(server.declarations("databend"))
    port, outcome = server.port, []

    def query():
        try:
            outcome.append(columns("SELECT count(x), sum(x) FROM (SELECT slow(number::BIGINT) x FROM numbers(8000))"))
        except BaseException as error:
            outcome.append(error)

    thread = threading.Thread(target=query)
    started = time.monotonic()
    thread.start()
    eventually("the query is under way", lambda: harness.connections(port) > 0 or bool(outcome))
    check("SIGTERM ends the server with 0", server.end() == 0)
    check("it let calls finish", server.has_said("all calls are finished"), server.log[-3:])
    with Server(clutch, port=port):
        thread.join(120)
    check("the query that lost its server ends", not thread.is_alive())
    found = outcome[0] if outcome else None
    if isinstance(found, BaseException):
        # A connection that is refused is not tried again by this version.
        check("the query says why", "UDF" in str(found), str(found))
    else:
        check("the query's rows are all there", found == [[8000], [sum(range(8000))]], found)
    print(f"   (the query took {time.monotonic() - started:.1f} s: {str(found)[:200]})")


def example():
    files = page("databend")
    with Server(clutch, files=["Examples/flights/delays.py"], port=0) as server:
        text = server.declarations("databend")
        check("the page's declaration is what --print-sql prints", text.replace(f":{server.port}", ":8815") == files["declare.sql"], text)
        declare(text)
        for name, text in files.items():
            if name.startswith("query"):
                found = columns(text.rstrip().rstrip(";"))
                lines = ["\t".join(map(str, row)) for row in zip(*found)]
                same(f"{name} gives what the page says", lines, files["result.txt"].splitlines())


os.chdir(harness.REPOSITORY)
with Server(clutch) as server:
    declare(server.declarations("databend"))
    check("what cannot be declared is named", "doubled_decimal is left out: Databend has no type for Decimal" in harness.omissions["databend"])
    compare(server)
    failures(server)
tokens()
tls()
stop()
if "--no-pages" not in sys.argv:
    example()
finish()
