"""gcd over a million rows in Databend, through `clutch serve` and through arrow-udf's own Python server, in turns.

    Scripts/engines.sh databend; Scripts/engines.sh arrowudf
    .venv-databend/bin/python Benchmarks/Python/databend_gcd.py CLUTCH [.venv-arrowudf/bin/python [PAIRS]]

Prints the seconds of each pair, and the median of how many times faster Clutch is. Both servers run all the time; each query is
checked against the other's answer.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "Tests/Engines"))
import harness  # noqa: E402

FUNCTION = '''
def gcd(a: int, b: int) -> int:
    while b:
        a, b = b, a % b
    return a
'''
OTHER = f'''
import sys
from arrow_udf import UdfServer, udf

@udf(input_types=["BIGINT", "BIGINT"], result_type="BIGINT")
{FUNCTION.strip()}

server = UdfServer(location="127.0.0.1:" + sys.argv[1])
server.add_function(gcd)
server.serve()
'''
QUERY = "SELECT sum({}(number::BIGINT, (number * 7919 % 1000003)::BIGINT)) FROM numbers(1000000)"
SETTINGS = """
[query]
tenant_id = "clutch"
warehouse_id = "clutch"
cluster_id = "clutch"
enable_udf_server = true
udf_server_allow_list = ["http://127.0.0.1"]
udf_server_allow_insecure = true
[log.file]
on = false
[storage]
type = "fs"
allow_insecure = true
[storage.fs]
data_path = "{folder}/data"
"""

clutch = sys.argv[1]
other = sys.argv[2] if len(sys.argv) > 2 else str(REPOSITORY / ".venv-arrowudf/bin/python")
pairs = int(sys.argv[3]) if len(sys.argv) > 3 else 7
harness.begin(900)

import databend  # noqa: E402

folder = tempfile.TemporaryDirectory(prefix="clutch-gcd-")
Path(folder.name, "settings.toml").write_text(SETTINGS.format(folder=folder.name))
Path(folder.name, "other.py").write_text(OTHER)
Path(folder.name, "gcd.py").write_text("from clutch import udf\n\n@udf" + FUNCTION)
databend.init_service(config=str(Path(folder.name, "settings.toml")))
context = databend.SessionContext()
port = harness.free_port()
reference = subprocess.Popen([other, Path(folder.name, "other.py"), str(port)], stdout=subprocess.DEVNULL)
harness._children.add(reference)
server = harness.Server(clutch, files=[Path(folder.name, "gcd.py")])


def declare(name, port):
    end = time.monotonic() + 60
    while True:
        try:
            return context.sql(
                f"CREATE OR REPLACE FUNCTION {name} (BIGINT, BIGINT) RETURNS BIGINT LANGUAGE python HANDLER = 'gcd' "
                f"ADDRESS = 'http://127.0.0.1:{port}'").collect()  # fmt: skip
        except RuntimeError:
            # Its server is starting.
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def run(name):
    start = time.perf_counter()
    answer = context.sql(QUERY.format(name)).to_arrow_table().columns[0].to_pylist()[0]
    return time.perf_counter() - start, answer


declare("gcd_clutch", server.port)
declare("gcd_reference", port)
run("gcd_clutch"), run("gcd_reference")
ratios = []
for _ in range(pairs):
    (own, one), (its, another) = run("gcd_clutch"), run("gcd_reference")
    assert one == another, (one, another)
    ratios.append(its / own)
    print(f"clutch {own:.3f} s  arrow-udf {its:.3f} s  {its / own:.1f} times", flush=True)
print(f"median of {pairs} pairs: {statistics.median(ratios):.1f} times faster")
server.end()
harness.end_children()
sys.stdout.flush()
__import__("os")._exit(0)
