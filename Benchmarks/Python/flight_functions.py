"""The functions of the benchmark of servers, in the form of the package arrow-udf, which both servers load as it is."""

import sys

from arrow_udf import UdfServer, udf


@udf(input_types=["INT", "INT"], result_type="INT")
def gcd(x: int, y: int) -> int:
    while y != 0:
        (x, y) = (y, x % y)
    return x


if __name__ == "__main__":
    server = UdfServer(location=f"127.0.0.1:{sys.argv[1]}")
    server.add_function(gcd)
    server.serve()
