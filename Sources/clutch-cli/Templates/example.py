"""Functions for SQL."""

from clutch import udf


@udf
def discounted(price: float, percent: float) -> float:
    """What is left of a price after a discount.

    >>> discounted(80.0, 25.0)
    60.0
    """
    return price * (100 - percent) / 100


@udf
def whole_number(text: str) -> int | None:
    """The number that the digits of a text make, or null where there are none.

    >>> whole_number("1,234 EUR")
    1234
    >>> whole_number("free") is None
    True
    """
    digits = "".join(character for character in text if character in "0123456789")
    return int(digits) if digits else None
