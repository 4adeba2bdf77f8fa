from math import asin, cos, radians, sin, sqrt

from arroyo_udf import udf

EARTH_RADIUS_KM = 6371.0


@udf
def haversine(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Distance in kilometres between two places on Earth."""
    lat1, lon1, lat2, lon2 = map(radians, (lat1, lon1, lat2, lon2))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(half))
