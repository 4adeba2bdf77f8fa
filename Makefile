# make demo    set everything up and run a Python function over 336,776 flights
# make test    the whole test suite
# make test-python VERSION=3.14   the tests that Python matters to, on another CPython from Debian's packages
# make test-server  the tests of clutch serve, which is behind the trait Server
# make test-engines  Databend, Spark and ClickHouse, and what RisingWave sends, against clutch serve
# make fuzz SECONDS=3600  requests to clutch serve that are wrong in some places
# make fuzz-vectors SECONDS=3600  random typed programs, without Python and by Python
# make bench   the benchmarks, as ratios
# make bench-server  those of clutch serve
# make sanitize  the stress tests under Thread Sanitizer and Address Sanitizer
# make lint    the formatter's check
# make docs    the documentation site, in .build/docs
# make wheel   what pip installs, in dist; make check-wheel installs and tries it
# make check-deploy  the Dockerfile, Kubernetes objects and unit of Deploy

DUCKDB = duckdb==2.0.0
BAREDUCKDB = bareduckdb==0.12.155
NUMPY = numpy==2.5.5
PYARROW = pyarrow==26.0.1
UV = uv==0.13.9
PANDAS = pandas==3.1.1
GRPCIO = grpcio==1.85.3
ARROW_UDF = arrow-udf==0.3.0

.PHONY: docs wheel check-wheel demo test test-python test-server test-engines fuzz fuzz-vectors bench bench-server sanitize lint format check-deploy release clean

demo: release
	@Scripts/environment.sh .build/release/clutch $(DUCKDB)
	@Scripts/flights.sh
	.build/release/clutch sql --udf Examples/flights/delays.py \
	  "SELECT carrier, count(*) AS flights, avg(delay_score(dep_delay, arr_delay)) AS score \
	   FROM read_csv('.data/flights.csv', nullstr = 'NA') GROUP BY ALL ORDER BY score DESC LIMIT 10"

test:
	swift build --build-tests
	@Scripts/environment.sh .build/debug/clutch $(DUCKDB) $(BAREDUCKDB) $(PYARROW) $(NUMPY) $(PANDAS) $(UV)
	@Scripts/flights.sh
	@Scripts/run-tests.sh

# Only these depend on Python.
TESTS = ^(PythonRuntime|PythonUDF|Environments|DuckDBEngine|CLI)Tests\.

test-python:
	@test -n "$(VERSION)" || { echo "make test-python VERSION=3.14, for example" >&2; exit 1; }
	swift build --build-tests
	@Scripts/with-python.sh $(VERSION) env CLUTCH_PYTHON=/usr/bin/python$(VERSION) \
	  Scripts/environment.sh .build/debug/clutch $(DUCKDB) $(BAREDUCKDB) $(PYARROW) $(NUMPY) $(PANDAS) $(UV)
	@Scripts/with-python.sh $(VERSION) Scripts/flights.sh
	Scripts/with-python.sh $(VERSION) Scripts/run-tests.sh \
	  --filter '$(TESTS)'

# A build folder of its own: another set of traits builds everything anew. The clients are Python packages, in an
# environment of their own, so that neither is needed by `make test`.
SERVER = --scratch-path .build-server --traits DuckDB,Server
SERVER_TESTS = ^(GRPCServing|Server)Tests\.

test-server:
	swift build --build-tests $(SERVER)
	@Scripts/environment.sh .build-server/debug/clutch $(DUCKDB)
	@VENV=.venv-server Scripts/environment.sh .build-server/debug/clutch $(GRPCIO) $(PYARROW)
	@Scripts/run-tests.sh $(SERVER) --filter '$(SERVER_TESTS)'

# SECONDS=3600 for an hour. A request that is not answered stays as a file.
SECONDS = 60

fuzz:
	swift build -c release --product clutch $(SERVER)
	@VENV=.venv-server Scripts/environment.sh .build-server/release/clutch $(GRPCIO) $(PYARROW)
	@Scripts/fuzz.sh .build-server/release/clutch $(SECONDS)

# SEED=1 for programs that are the same each time. A program with a difference stays as a file.
fuzz-vectors:
	swift build -c release --product clutch
	@Scripts/fuzz-vectors.sh .build/release/clutch $(SECONDS) $(SEED)

# ENGINES="databend spark" for some of them. Each is in an environment of its own, of CPython 3.12; Spark needs a Java, too.
test-engines:
	swift build -c release --product clutch $(SERVER)
	@Scripts/test-engines.sh .build-server/release/clutch $(ENGINES)

# The benchmarks compare with the DuckDB Python package, which needs numpy for functions of its own, and with PyArrow.
bench:
	swift build -c release --product clutch-benchmarks
	swift build -c release --product clutch
	@Scripts/environment.sh .build/release/clutch $(DUCKDB) $(NUMPY) $(PYARROW) $(PANDAS) $(UV)
	.build/release/clutch-benchmarks

# clutch serve against the server of the package arrow-udf, which needs the server's build.
bench-server:
	swift build -c release --product clutch $(SERVER)
	@VENV=.venv-server Scripts/environment.sh .build-server/release/clutch $(GRPCIO) $(PYARROW) $(NUMPY) $(ARROW_UDF)
	.venv-server/bin/python Benchmarks/Python/flight_server.py .build-server/release/clutch .venv-server/bin/python
	swift build --build-tests $(SERVER)
	CLUTCH_CONNECTIONS=10000 swift test --skip-build $(SERVER) --filter IdleConnectionTests

# Needs what `make test` puts into .venv.
sanitize:
	@Scripts/sanitize.sh

release:
	swift build -c release --product clutch

lint:
	swift format lint --strict --recursive Package.swift Sources Tests Benchmarks

format:
	swift format --in-place --recursive Package.swift Sources Tests Benchmarks

docs:
	@Scripts/docs.sh

wheel:
	@Scripts/wheel.sh

CHECKERS = mypy==2.4.1 pyright[nodejs]==1.1.414 pytest==9.2.0 numpy==2.5.5

check-wheel: wheel
	@Scripts/check-wheel.sh dist/clutch_udf-*.whl $(CHECKERS)

# With CLUTCH=.build-server/debug/clutch also whether the tool takes the options that stand there.
check-deploy:
	@Scripts/check-deploy.sh $(CLUTCH)

clean:
	rm -rf .build .build-server .build-wheel .venv .venv-* .data dist
