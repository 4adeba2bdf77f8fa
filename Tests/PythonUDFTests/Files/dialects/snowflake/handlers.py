# create or replace function addone(i int) returns int language python handler = 'addone_py' as $$ ... $$;
import hashlib
from datetime import date
from decimal import Decimal


def addone_py(i):
    return None if i is None else i + 1


def mask(value, shown=4):
    return None if value is None else "*" * max(len(value) - shown, 0) + value[-shown:]


def fiscal_quarter(day: date) -> str:
    month = (day.month + 1) % 12
    return f"FY{day.year + (day.month >= 11)}-Q{month // 3 + 1}"


def row_key(*columns):
    text = "\x1f".join("" if column is None else str(column) for column in columns)
    return hashlib.sha256(text.encode()).hexdigest()


def largest_item(variant):
    items = (variant or {}).get("items", [])
    return max(items, key=lambda item: item.get("price", 0), default=None)


def round_price(price, digits=2):
    return None if price is None else round(Decimal(price), digits)
