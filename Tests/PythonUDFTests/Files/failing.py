from clutch import udf


def divide(a, b):
    return a / b


@udf
def ratio(a: int, b: float, label: str) -> float:
    return divide(a, b)


class Fehler(Exception):
    pass


@udf
def chained(x: int) -> int:
    try:
        try:
            return [][x]
        except IndexError:
            return {}[x]
    except KeyError as missing:
        error = Fehler(f"größer als 米 𝛼: {x}")
        error.add_note("Ein Hinweis.")
        raise error from missing
