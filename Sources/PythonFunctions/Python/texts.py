"""Texts for messages: what a file's code makes may be of any size, and may raise when it is shown."""

# Characters of a name, and of the message of an exception.
_NAME, _MESSAGE = 200, 1_000


def cut(text, most):
    """The first so many characters, and how many more there are, as the host says it."""
    more = len(text) - most
    return text if more <= 0 else f"{text[:most]}… ({more:,} more character{'s' * (more != 1)})"


def shown(value):
    """What `repr` says of a value, cut to 100 characters; never raises. A host puts its own in this place before another module
    is imported."""
    try:
        return cut(str.__str__(repr(value)), 100)
    except Exception:
        return f"<a {name(type.__dict__['__name__'].__get__(type(value)))} that cannot be shown>"


def listed(texts, most=50):
    """The texts of a list whose length comes from the user, as the host's messages have it: "a, b, c and 17 more"."""
    more = len(texts) - most
    shown = ", ".join(cut(text, _NAME) for text in texts[:most])
    return shown if more <= 0 else f"{shown} and {more} more"


def name(text):
    """A name for a message, as UTF-8 can hold it."""
    return cut(str.__str__(text), _NAME).encode("utf-8", "backslashreplace").decode()


def is_name(value):
    """Whether a value is a name for SQL and for people: no one that is longer than a message shows."""
    return issubclass(type(value), str) and str.isidentifier(value) and len(str.__str__(value)) <= _NAME


def told(error):
    """The type and the message of an exception."""
    try:
        message = str.__str__(str(error))
    except Exception:
        message = "<the exception's text cannot be shown>"
    kind = name(type.__dict__["__name__"].__get__(type(error)))
    return f"{kind}: {cut(message, _MESSAGE)}" if message else kind
