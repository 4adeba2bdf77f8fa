"""Tests of example.py, for pytest."""

import pytest

from example import discounted, whole_number


@pytest.mark.parametrize(("percent", "left"), [(0.0, 80.0), (25.0, 60.0), (100.0, 0.0)])
def test_discounts(percent: float, left: float) -> None:
    assert discounted(80.0, percent) == left


def test_texts_without_digits_are_null() -> None:
    assert whole_number("free") is None
    assert whole_number("no. 7") == 7
