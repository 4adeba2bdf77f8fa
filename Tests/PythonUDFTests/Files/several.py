"""Three functions, and one that is not marked."""

from clutch import udf


# The line of a function is that of its def.
@udf
def zebra(x: int) -> int:
    """Add one."""
    return helper(x)


@udf(
    # Nothing to say.
)
def ape(text: str) -> str: return text.upper()


def helper(x): return x + 1


@udf

def mole() -> int:
    """
    The first line.

    The rest, indented
        as it was.
    """
    return 1
