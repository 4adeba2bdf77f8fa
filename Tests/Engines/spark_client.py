"""Spark, local and with executors of their own, calls the functions of a `clutch serve`. Usage: spark_client.py CLUTCH"""

import os
import sys
import tempfile
import threading
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import harness
from harness import FUNCTIONS, Server, begin, check, eventually, finish, page, raises, same
from plain import load

ROWS = 120_000  # Batches of 10,000 rows.
clutch = sys.argv[1]
begin(500)
os.chdir(harness.REPOSITORY)
os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
os.environ["TZ"] = "UTC"
plain = load(FUNCTIONS)
del sys.modules["clutch"]

from pyspark.sql import SparkSession  # noqa: E402


def session(master):
    spark = (
        SparkSession.builder.master(master)
        .config("spark.ui.enabled", "false").config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.session.timeZone", "UTC").config("spark.task.maxFailures", "1")
        .config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.executor.memory", "512m").getOrCreate()
    )  # fmt: skip
    spark.sparkContext.setLogLevel("OFF")
    return spark


def declare(spark, text, name):
    """Imports what `--print-sql` prints, on the driver and on the executors, and makes its functions functions of SQL."""
    folder = tempfile.mkdtemp(prefix="clutch-spark-")
    Path(folder, f"{name}.py").write_text(text)
    sys.path.insert(0, folder)
    module = __import__(name)
    spark.sparkContext.addPyFile(str(Path(folder, f"{name}.py")))
    for function in vars(module).values():
        if hasattr(function, "returnType"):
            spark.udf.register(function.__name__, function)


def column(spark, query):
    return [row[0] for row in spark.sql(query).collect()]


def compare(spark, rows):
    ids = list(range(rows))
    start = datetime(2024, 2, 28, 10)
    for name, arguments, expected in [
        ("gcd", "id, 360L", [plain.gcd(i, 360) for i in ids]),
        ("add_small", "tinyint(id % 100), 300S, int(id)", [plain.add_small(i % 100, 300, i) for i in ids]),
        ("half", "double(id)", [plain.half(float(i)) for i in ids]),
        ("half_narrow", "float(id)", [plain.half_narrow(float(i)) for i in ids]),
        ("shout", "'é' || id", [plain.shout(f"é{i}") for i in ids]),
        ("reversed_bytes", "binary('b' || id)", [plain.reversed_bytes(b"b%d" % i) for i in ids]),
        ("is_odd", "id", [plain.is_odd(i) for i in ids]),
        ("negated", "id % 3 = 0", [plain.negated(i % 3 == 0) for i in ids]),
        ("day_after", "date_add(date'1970-01-01', int(id % 40000))", [plain.day_after(date(1970, 1, 1) + timedelta(i % 40000)) for i in ids]),
        ("later", "timestamp_ntz'2024-02-28 10:00:00', id", [plain.later(start, i) for i in ids]),
        ("later_utc", "timestamp_seconds(id)", [plain.later_utc(datetime(1970, 1, 1) + timedelta(seconds=i)) for i in ids]),
        ("doubled_money", "cast(id / 8 as decimal(18, 4))", [plain.doubled_money(Decimal(i * 1250) / 10_000).quantize(Decimal("0.0001")) for i in ids]),
        ("member", "'{\"a\": [' || id || ', {\"b\": null}], \"c\": 1.5}', 'a'", [f'[{i},{{"b":null}}]' for i in ids]),
        ("running_sums", "array(id, 2L, -3L)", [plain.running_sums([i, 2, -3]) for i in ids]),
        ("split_words", "'a b' || id", [plain.split_words(f"a b{i}") for i in ids]),
        ("swapped", "map('ab', id)", [{"ba": -i} for i in ids]),
        ("null_if_odd", "id", [plain.null_if_odd(i) for i in ids]),
        ("or_minus_one", "if(id % 5 = 0, null, id)", [plain.or_minus_one(i if i % 5 else None) for i in ids]),
        ("not_seven_or_null", "id", [None if i == 7 else i for i in ids]),
    ]:  # fmt: skip
        same(f"{name} gives what Python gives", [bytes(x) if isinstance(x, bytearray) else x for x in column(spark, f"SELECT {name}({arguments}) FROM range({rows})")], expected)
    same("moved gives what Python gives", [tuple(point) for point in column(spark, f"SELECT moved(named_struct('x', id, 'name', 'n'), 2L) FROM range({rows})")], [(i + 2, "n'") for i in ids])
    same("a null argument is null without a call", column(spark, "SELECT shout(NULL) FROM range(3)"), [None] * 3)
    same("no rows give no rows", column(spark, "SELECT gcd(id, 2L) FROM range(9) WHERE id > 10"), [])
    raises("a function's error is the query's", lambda: column(spark, "SELECT not_seven(id) FROM range(9)"),
           "UDF not_seven failed at row", "ValueError: seven is not taken")  # fmt: skip


def stop(spark):
    """SIGTERM in the middle: what is under way is answered; the next batch fails, and the job with it."""
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "500")  # a second each
    server = Server(clutch)
    declare(spark, server.declarations("spark").replace("def slow(", "def slow_then("), "stopping")
    outcome = []

    def query():
        try:
            outcome.append(column(spark, "SELECT sum(slow_then(id)) FROM range(0, 200000, 1, 2)"))
        except BaseException as error:
            outcome.append(str(error))

    thread = threading.Thread(target=query, daemon=True)
    thread.start()
    eventually("the job is under way", lambda: harness.connections(server.port) > 0 or bool(outcome), 60)
    check("SIGTERM ends the server with 0", server.end(90) == 0)
    check("it let calls finish", server.has_said("all calls are finished"), server.log[-3:])
    thread.join(120)
    check("the job ends too", not thread.is_alive())
    check("and says why", outcome and isinstance(outcome[0], str) and "Flight" in outcome[0], outcome)


def example(spark):
    files = page("spark")
    with Server(clutch, files=["Examples/flights/delays.py"]) as server:
        text = server.declarations("spark")
        check("the page's declaration is what --print-sql prints", text.replace(f":{server.port}", ":8815") == files["served.py"], text)
        folder = tempfile.mkdtemp(prefix="clutch-spark-")
        Path(folder, "served.py").write_text(text)
        job = Path(folder, "job.py")
        job.write_text(files["job.py"])
        import subprocess

        submit = Path(sys.executable).parent / "spark-submit"
        result = subprocess.run([str(submit), "--master", "local[2]", "--py-files", "served.py", "job.py"], cwd=folder, capture_output=True, text=True, timeout=180)
        check("the page's job gives what the page says", result.stdout.strip() == files["result.txt"].strip(), result.stdout + result.stderr[-500:])


with Server(clutch) as server:
    text = server.declarations("spark")
    check("what cannot be declared is named", "seven is left out: without arguments" in harness.omissions["spark"], harness.omissions)
    spark = session("local[2]")
    declare(spark, text, "served_here")
    compare(spark, ROWS)
    if "--no-stop" not in sys.argv:
        stop(spark)
    spark.stop()
    spark = session("local-cluster[2,1,512]")
    declare(spark, text, "served_there")
    same("executors in processes of their own", column(spark, "SELECT gcd(id, 360L) FROM range(0, 120000, 1, 4)"), [plain.gcd(i, 360) for i in range(120_000)])
    raises("an error there", lambda: column(spark, "SELECT not_seven(id) FROM range(9)"), "ValueError: seven is not taken")
    spark.stop()
raises_text = "a server that is not there"
spark = session("local[2]")
declare(spark, harness.printed(clutch, "spark", "--port", harness.free_port(), FUNCTIONS), "served_nowhere")
raises(raises_text, lambda: column(spark, "SELECT gcd(id, 2L) FROM range(3)"), "Flight", "connect")
spark.stop()
if "--no-pages" not in sys.argv:
    example(spark)
finish()
