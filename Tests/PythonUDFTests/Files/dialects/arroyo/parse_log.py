import json
import re
from typing import Optional

from arroyo_udf import udf

LINE = re.compile(r'^(\S+) \S+ \S+ \[([^\]]+)\] "(\S+) (\S+) [^"]*" (\d{3}) (\d+|-)')


@udf
def parse_log(line: str, host: Optional[str]) -> Optional[str]:
    match = LINE.match(line)
    if match is None:
        return None
    address, when, method, path, status, size = match.groups()
    return json.dumps(
        {
            "host": host or address,
            "time": when,
            "method": method,
            "path": path,
            "status": int(status),
            "bytes": 0 if size == "-" else int(size),
        }
    )
