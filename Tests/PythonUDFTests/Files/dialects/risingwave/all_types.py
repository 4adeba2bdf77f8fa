from typing import List

from arrow_udf import udf

NAMES = [
    "boolean", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64",
    "decimal", "date32", "time64", "timestamp", "interval", "string", "large_string", "binary", "large_binary", "json",
]  # fmt: skip


@udf(
    input_types=NAMES,
    result_type="""struct<
        boolean: boolean,
        int8: int8,
        int64: int64,
        uint64: uint64,
        float32: float32,
        decimal: decimal,
        date32: date32,
        interval: interval,
        json: json,
    >""",
)
def return_some(b, i8, i16, i32, i64, u8, u16, u32, u64, f32, f64, dec, date, time, ts, iv, s, ls, bin, lbin, json):
    return {
        "boolean": b, "int8": i8, "int64": i64, "uint64": u64, "float32": f32, "decimal": dec, "date32": date,
        "interval": iv, "json": json,
    }  # fmt: skip


@udf(input_types=["string"], result_type="float32[]", batch=True)
def text_embedding(texts: List[str]) -> List[List[float]]:
    return [[float(len(text)), float(text.count(" "))] for text in texts]


@udf(input_types="VARCHAR", result_type="INT", io_threads=32)
def slow_length(text):
    return None if text is None else len(text)
