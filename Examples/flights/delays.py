"""How late a flight really was, for the passengers on board."""

from clutch import udf


@udf
def delay_score(dep_delay: float | None, arr_delay: float | None) -> float:
    """Weighted delay in minutes; early flights count as on time."""
    return max(dep_delay or 0.0, 0.0) * 0.3 + max(arr_delay or 0.0, 0.0) * 0.7
