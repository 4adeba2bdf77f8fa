"""Reads a line of SQL token by token, for types and for signatures."""

from _clutch_pristine import original
from _clutch_texts import cut
from clutch import SignatureError

_TOKEN = original("re", "compile")(
    r"""\s*(?:
        (?P<word>[^\W0-9][\w$]*)
      | (?P<number>[0-9]{1,9}(?![\w$]))
      | (?P<name>"(?:[^"]|"")+"|`(?:[^`]|``)+`)
      | (?P<text>'(?:[^']|'')*')
      | (?P<sign>->|[()<>\[\],:=.;])
    )""",
    original("re", "VERBOSE"),
)
_SHOWN = 200  # characters of a text in a message


class Tokens:
    """The tokens of a text, with the errors that name a place in it."""

    def __init__(self, text, what):
        """what: what the text is, for messages, such as "SQL type"."""
        self._what = what
        if not isinstance(text, str):
            raise SignatureError(f"a {what} is text, not {type(text).__name__}")
        self._text = text
        self._place = 0
        self._tokens = []
        at = 0
        end = len(text.rstrip())
        while at < end:
            match = _TOKEN.match(text, at)
            if match is None:
                self._tokens.append(("bad", text[at:].lstrip()[:1], len(text) - len(text[at:].lstrip())))
                break
            kind = match.lastgroup
            value = match.group(kind)
            self._tokens.append((kind, value, match.start(kind)))
            at = match.end()
        self._tokens.append(("end", "", len(text)))

    @property
    def kind(self):
        """What the next token is: word, number, name (quoted), text, sign, bad or end."""
        return self._tokens[self._place][0]

    def word(self, ahead=0):
        """The next word in capitals, or the one after it, or "" if that is something else."""
        place = self._place + ahead
        kind, value, _ = self._tokens[min(place, len(self._tokens) - 1)]
        return value.upper() if kind == "word" else ""

    def sign(self, ahead=0):
        """The same for signs."""
        kind, value, _ = self._tokens[min(self._place + ahead, len(self._tokens) - 1)]
        return value if kind == "sign" else ""

    def take(self):
        """The text of the next token, without its quotes; goes on to the one after it."""
        kind, value, _ = self._tokens[self._place]
        self._place += kind != "end"
        if kind in ("name", "text"):
            quote = value[0]
            return value[1:-1].replace(quote * 2, quote)
        return value

    def accept(self, *expected):
        """Take the next tokens if they are these signs or words in capitals, and say whether."""
        for ahead, value in enumerate(expected):
            if value not in (self.sign(ahead), self.word(ahead)):
                return False
        self._place += len(expected)
        return True

    def expect(self, sign, why):
        if not self.accept(sign):
            self.fail(f"expected '{sign}' {why}")

    def number(self, what, least, most):
        if self.kind != "number":
            self.fail(f"expected {what}, a number from {least} to {most}")
        place = self._place
        value = int(self.take())
        if not least <= value <= most:
            self._place = place
            self.fail(f"{what} is a number from {least} to {most}")
        return value

    def back(self):
        """Return to the token before, so that an error names its place."""
        self._place -= 1

    def fail(self, problem):
        """Raise an error that says where in the text, and what is there."""
        kind, value, position = self._tokens[self._place]
        found = "the end" if kind == "end" else repr(cut(value, 40))
        text = cut(self._text, _SHOWN)
        raise SignatureError(f"{self._what} {text!r}: at position {position + 1}, {found}: {problem}")
