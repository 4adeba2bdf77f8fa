from typing import Iterator, Tuple

from arrow_udf import udf, udtf


@udf(input_types=["INT"], result_type="INT")
def double(x):
    return x * 2


@udtf(input_types="STRING", result_types=["STRING", "INT"])
def split(string: str) -> Iterator[Tuple[str, int]]:
    for word in string.split(" "):
        yield word, len(word)
