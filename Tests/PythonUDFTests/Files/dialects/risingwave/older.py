from risingwave.udf import UdfServer, udf, udtf


@udf(input_types="BIGINT", result_type="BIGINT", workers=4)
def digits(number: int) -> int:
    return sum(int(digit) for digit in str(abs(number)))


@udf(input_types=["FLOAT64", "REAL"], result_type="DOUBLE PRECISION", io_threads=8)
def scale(value, factor):
    return value * factor


if __name__ == "__main__":
    server = UdfServer(location="0.0.0.0:8815")
    server.add_function(digits)
    server.add_function(scale)
    server.serve()
