from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Dict, List, Optional

from arrow_udf import udf, UdfServer


@udf(input_types=["DECIMAL", "DECIMAL(5, 2)"], result_type="DECIMAL")
def with_tax(price: Optional[Decimal], percent: Optional[Decimal]) -> Optional[Decimal]:
    if price is None or percent is None:
        return None
    return price * (1 + percent / 100)


@udf(input_types=["STRUCT<sku: VARCHAR, price: DECIMAL(10, 2), amount: INT>[]"], result_type="DECIMAL(18,2)")
def total(items: List[Dict[str, Any]]) -> Decimal:
    return sum((item["price"] * item["amount"] for item in items or []), Decimal("0.00"))


@udf(input_types=["JSONB", "VARCHAR"], result_type="JSONB")
def jsonb_get(value: Any, path: str) -> Any:
    for part in path.split("."):
        if isinstance(value, list) and part.isdigit():
            value = value[int(part)] if int(part) < len(value) else None
        elif isinstance(value, dict):
            value = value.get(part)
        else:
            return None
    return value


@udf(input_types=["TIMESTAMP", "INT"], result_type="TIMESTAMP WITHOUT TIME ZONE")
def next_working_day(since: datetime, days: int) -> datetime:
    while days > 0:
        since += timedelta(days=1)
        if since.weekday() < 5:
            days -= 1
    return since


@udf(input_types=["VARCHAR[]", "INT"], result_type="VARCHAR")
def array_access(values, index):
    if values is None or index is None or not 0 < index <= len(values):
        return None
    return values[index - 1]


if __name__ == "__main__":
    server = UdfServer(location="0.0.0.0:8815")
    for function in (with_tax, total, jsonb_get, next_working_day, array_access):
        server.add_function(function)
    server.serve()
