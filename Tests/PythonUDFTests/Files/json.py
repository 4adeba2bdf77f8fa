import json

from clutch import udf


@udf
def parsed(x: int) -> int:
    return json.loads(json.dumps({"x": x}))["x"]
