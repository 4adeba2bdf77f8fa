# pip install arrow-udf; python network.py
import socket
import struct
from typing import Optional

from arrow_udf import UdfServer, udf, udtf


@udf(input_types=["INT", "INT"], result_type="INT")
def gcd(x: int, y: int) -> int:
    while y != 0:
        (x, y) = (y, x % y)
    return x


@udf(name="gcd3", input_types=["INT", "INT", "INT"], result_type="INT")
def gcd_of_three(x, y, z):
    return gcd(gcd(x, y), z)


@udf(
    input_types=["BYTEA"],
    result_type="STRUCT<src_addr: VARCHAR, dst_addr: VARCHAR, src_port: INT, dst_port: INT>",
)
def tcp_info(packet: Optional[bytes]):
    if packet is None or len(packet) < 24:
        return None
    source, destination = struct.unpack("!4s4s", packet[12:20])
    source_port, destination_port = struct.unpack("!HH", packet[20:24])
    return {
        "src_addr": socket.inet_ntoa(source),
        "dst_addr": socket.inet_ntoa(destination),
        "src_port": source_port,
        "dst_port": destination_port,
    }


@udf(input_types=[], result_type="INT")
def int_42():
    return 42


if __name__ == "__main__":
    server = UdfServer(location="0.0.0.0:8815")
    server.add_function(gcd)
    server.add_function(gcd_of_three)
    server.add_function(tcp_info)
    server.add_function(int_42)
    server.serve()
