"""Random typed programs: UDF files for the comparison of what runs without Python with Python.

    python programs.py SEED [COUNT]    prints a file of so many functions, which is the same for the same seed
"""

import random
import sys

INTS = ["0", "1", "-1", "2", "3", "5", "7", "10", "-3", "100", "255", "1000", "2**31", "2**53", "2**62", "-(2**63)", "2**63 - 1"]
FLOATS = ["0.0", "-0.0", "1.0", "0.5", "2.5", "-1.5", "0.1", "100.0", "1e16", "1e-5", "1e300", "3.14159", "1e22"]
TEXTS = ["''", "' '", "'a'", "'abc'", "'-'", "'_'", "','", "'1'", "'42'", "'ID-'", "'x'", "'Ünï'", "'yes'", "'\\t'", "'é'", "'A'", "'0'"]
FORMATS = ["'%Y-%m-%d'", "'%d.%m.%y'", "'%H:%M:%S.%f'", "'%j%%'", "'on %Y'", "'%A'"]
SEPARATORS = ["','", "','", "'-'", "'a'", "' '", "'aa'", "'é'", "'x-'", "None"]
ERRORS = [
    "ValueError", "ZeroDivisionError", "IndexError", "KeyError", "TypeError", "Exception", "(ValueError, TypeError)",
    "(ZeroDivisionError, OverflowError)", "ArithmeticError", "LookupError", "OSError", "BaseException",
]  # fmt: skip
PADS = ["1", "2", "3", "5", "8", "-1", "0", "-2", "-4"]


class Writer:
    """One function; helper functions, if it may call some, are (name, parameter types, result type)."""

    def __init__(self, random_, helpers, depth=3):
        self.random, self.helpers, self.depth = random_, helpers, depth
        self.names, self.count, self.loops = {}, 0, 0

    def one(self, *choices):
        return self.random.choice(choices)

    def variables(self, type_):
        return [name for name, known in self.names.items() if known == type_]

    # Expressions

    def expression(self, type_, depth):
        if depth <= 0 or self.random.random() < 0.15:
            return self.leaf(type_)
        return getattr(self, type_)(depth - 1)

    def leaf(self, type_):
        """Mostly something that depends on the arguments: of constants little can be seen."""
        known = self.variables(type_)
        if known and self.random.random() < 0.9:
            # Those that were set last are what the others led to.
            return known[-1] if self.random.random() < 0.4 else self.random.choice(known)
        others = [(name, known) for name, known in self.names.items() if known in ("int", "float", "bool", "str") and known != type_]
        if not others or self.random.random() < 0.3:
            return self.constant(type_)
        if type_ in ("date", "datetime"):
            return self.constant(type_)
        name, other = self.random.choice(others)
        if type_ == "bool":
            return f"({name} > {self.constant(other)})" if other != "bool" else name
        if other == "str":
            return f"len({name})" if type_ == "int" else f"float(len({name}))"
        if type_ == "int" and other == "float":
            return f"int(min(max({name}, -1e9), 1e9))"
        return f"{type_}({name})"

    def often(self, common, rare):
        """One of the common ones, and now and then one that raises for most values."""
        return self.random.choice(common if self.random.random() < 0.96 else rare)()

    def constant(self, type_):
        if type_ == "int":
            return self.random.choice(INTS)
        if type_ == "float":
            return self.random.choice(FLOATS)
        if type_ == "bool":
            return self.one("True", "False")
        if type_ == "date":
            return self.one("DAY", "date(2024, 2, 29)", "date(1970, 1, 1)", "date(1999, 12, 31)")
        if type_ == "datetime":
            return self.one("START", "datetime(2024, 2, 29, 23, 59, 59, 999999)", "datetime(1969, 7, 20)")
        return self.random.choice(TEXTS)

    def number(self, depth):
        return self.expression(self.one("int", "float"), depth)

    def call(self, type_, depth):
        known = [helper for helper in self.helpers if helper[2] == type_]
        if not known:
            return None
        name, parameters, _ = self.random.choice(known)
        return f"{name}({', '.join(self.expression(parameter, depth) for parameter in parameters)})"

    def split(self, text):
        """A list of texts."""
        separator = self.random.choice(SEPARATORS)
        if self.random.random() < 0.2:
            return f"{text}.{self.one('split', 'rsplit')}({separator}, {self.one('0', '1', '2', '-1', 'maxsplit=1', 'LIMIT - 39')})"
        return f"{text}.{self.one('split', 'split', 'rsplit')}({separator})"

    def list(self, depth):
        known = self.variables("parts")
        if known and self.random.random() < 0.6:
            return self.random.choice(known)
        return self.split(self.expression("str", depth))

    def date(self, depth):
        e = lambda type_="date": self.expression(type_, depth)
        return self.often([
            lambda: f"({e()} {self.one('+', '-')} timedelta(days={e('int')} % 1000))",
            lambda: f"({e()} {self.one('+', '-')} timedelta({self.one('hours', 'minutes', 'weeks', 'seconds')}={e('int')} % 1000))",
            lambda: f"{e()}.replace(day={self.one('1', '28')})",
            lambda: f"{e()}.replace(year=2000 + {e('int')} % 50, day=1)",
            lambda: f"{e('datetime')}.date()",
            lambda: f"date(2000 + {e('int')} % 100, 1 + {e('int')} % 12, 1 + {e('int')} % 28)",
            lambda: f"{self.one('min', 'max')}({e()}, {e()})",
            lambda: f"date.fromisoformat(str({e()}))",
            lambda: self.either("date", depth),
        ], [
            lambda: f"date.fromisoformat({e('str')})",
            lambda: f"date({e('int')}, {e('int')}, 1)",
            lambda: f"({e()} + timedelta({e('int')}))",
        ])

    def datetime(self, depth):
        e = lambda type_="datetime": self.expression(type_, depth)
        return self.often([
            lambda: f"({e()} {self.one('+', '-')} {self.span(depth)})",
            lambda: f"({e()} + (START - {e()}))",
            lambda: f"({e()} + (START - {e()}) // 2)",
            lambda: f"{e()}.replace({self.one('minute=0', 'hour=12, second=30', 'day=1, microsecond=7', 'month=1, day=3')})",
            lambda: f"datetime(1990 + {e('int')} % 60, 1 + {e('int')} % 12, 1, {e('int')} % 24, second={e('int')} % 60)",
            lambda: f"{self.one('min', 'max')}({e()}, {e()})",
            lambda: f"datetime.fromisoformat(str({e()}))",
            lambda: f"datetime.strptime({e()}.strftime('%Y/%m/%d %H:%M:%S'), '%Y/%m/%d %H:%M:%S')",
            lambda: self.either("datetime", depth),
        ], [
            lambda: f"datetime.fromisoformat({e('str')})",
            lambda: f"datetime.strptime({e('str')}, '%Y-%m-%d')",
            lambda: f"({e()} - timedelta(hours={e('int')}))",
        ])

    def span(self, depth):
        e = lambda type_: self.expression(type_, depth)
        return self.one(
            f"timedelta(hours={e('int')} % 100, minutes={e('int')} % 1000)", f"timedelta({e('int')} % 30) * ({e('int')} % 5)",
            f"-timedelta(seconds={e('int')} % 10**6, microseconds=5)", 
            f"({e('date')} - {e('date')}) * 0", f"timedelta(days=1.5) - timedelta(milliseconds={e('int')} % 1000)",
        )  # fmt: skip

    def either(self, type_, depth):
        optional = self.variables(f"{type_}?")
        choices = [
            lambda: f"({self.expression(type_, depth)} if {self.expression('bool', depth)} else {self.expression(type_, depth)})",
            lambda: self.call(type_, depth),
        ]
        if optional:
            name = self.random.choice(optional)
            choices += [
                lambda: f"({name} or {self.expression(type_, depth)})",
                lambda: f"({self.expression(type_, depth)} if {name} is None else {name})",
                lambda: f"({name} if {name} is not None and {self.expression('bool', depth)} else {self.expression(type_, depth)})",
                lambda: name,
            ]
        return self.random.choice(choices)() or self.constant(type_)

    def int(self, depth):
        e = lambda type_="int": self.expression(type_, depth)
        return self.often([
            lambda: f"({e()} {self.one('+', '-', '*', '//', '%', '&', '|', '^')} {e()})",
            lambda: f"({e()} {self.one('+', '-', '*', '//', '%')} {self.random.choice(INTS)})",
            lambda: f"({e()} {self.one('//', '%')} {self.one('2', '3', '7', '-5', '10', '97')})",
            lambda: f"(({e()}) ** {self.one('0', '1', '2', '3')})",
            lambda: f"({e()} {self.one('<<', '>>')} {self.one('0', '1', '3', '10')})",
            lambda: f"{self.one('-', '~', '+')}{e()}",
            lambda: f"{self.one('abs', 'int', 'round')}({e()})",
            lambda: f"{self.one('int', 'round', 'math.floor', 'math.ceil', 'math.trunc')}({e('float')})",
            lambda: f"{self.one('min', 'max')}({e()}, {e()})",
            lambda: f"len({e('str')})",
            lambda: f"len({self.list(depth)})",
            lambda: f"{e('str')}.{self.one('count', 'find', 'rfind')}({e('str')})",
            lambda: f"int(str({e()}))",
            lambda: f"int({e('bool')})",
            lambda: f"({e('bool')} + {e('bool')})",
            lambda: f"NUMBERS.get({e()}, {e()})",
            lambda: f"CODES.get({e('str')}, {e()})",
            lambda: "LIMIT",
            lambda: f"math.gcd({e()}, {e()})",
            lambda: f"{e(self.one('date', 'datetime'))}.{self.one('year', 'month', 'day', 'weekday()', 'isoweekday()', 'toordinal()', 'isocalendar()[1]')}",
            lambda: f"{e('datetime')}.{self.one('hour', 'minute', 'second', 'microsecond')}",
            lambda: f"({e('date')} - {e('date')}).days",
            lambda: f"({e('datetime')} - {e('datetime')}).{self.one('days', 'seconds', 'microseconds')}",
            lambda: f"(({e('datetime')} - {e('datetime')}) // timedelta(hours={self.one('1', '7')}))",
            lambda: self.either("int", depth),
        ], [
            lambda: f"int({e('str')})",
            lambda: f"int({self.list(depth)}[{self.one('0', '-1', '1')}])",
            lambda: f"NUMBERS[{e()}]",
            lambda: f"({e()} {self.one('<<', '>>')} {self.one('62', '70', f'min({e()}, 200)')})",
            lambda: f"(({e()}) ** max(-3, min({e()}, 5)) if abs({self.leaf('int')}) < 9 else 1)",
            lambda: f"ord({e('str')})",
            lambda: f"{e('str')}.{self.one('index', 'rindex')}({e('str')})",
        ])

    def float(self, depth):
        e = lambda type_="float": self.expression(type_, depth)
        return self.often([
            lambda: f"({e()} {self.one('+', '-', '*', '/', '//', '%')} {e()})",
            lambda: f"({self.number(depth)} / {self.number(depth)})",
            lambda: f"({e()} {self.one('+', '-', '*')} {e('int')})",
            lambda: f"({e('int')} {self.one('+', '-', '*')} {e()})",
            lambda: f"({e()} ** {self.one('2', '3', '0.5', '-1', '2.0', e())})",
            lambda: f"-{e()}",
            lambda: f"abs({e()})",
            lambda: f"float({self.expression(self.one('int', 'float', 'bool'), depth)})",
            lambda: f"float(str({e(self.one('int', 'float'))}))",
            lambda: f"{self.one('min', 'max')}({e()}, {e()})",
            lambda: f"float({self.one('min', 'max')}({e()}, {e('int')}))",
            lambda: f"round({e()}, {self.one('0', '1', '2', '5', '-1')})",
            lambda: f"math.{self.one('sin', 'cos', 'atan', 'tanh', 'fabs', 'radians', 'cbrt', 'erf', 'degrees')}({self.number(depth)})",
            lambda: f"math.{self.one('sqrt', 'log', 'log10', 'log1p', 'log2')}(abs({self.number(depth)}) + 1)",
            lambda: f"math.exp(min({self.number(depth)}, 20))",
            lambda: f"math.{self.one('pow', 'fmod', 'atan2', 'copysign')}({e()}, {e()})",
            lambda: "RATE",
            lambda: f"({e('datetime')} - {e('datetime')}).total_seconds()",
            lambda: f"(({e('datetime')} - {e('datetime')}) / timedelta(minutes=1))",
            lambda: "math.pi",
            lambda: f"RATES.get({e('str')}, {e()})",
            lambda: self.either("float", depth),
        ], [
            # An int or a float, as the values have it.
            lambda: f"{self.one('min', 'max')}({e()}, {e('int')})",
            lambda: f"({e('int')} if {e('bool')} else {e()})",
            lambda: f"({self.one('min', 'max')}({e()}, {e('int')}) {self.one('+', '-', '*', '/')} {self.number(depth)})",
            lambda: f"RATES[{e('str')}]",
            lambda: f"float({e('str')})",
            lambda: f"math.{self.one('sqrt', 'log', 'log10', 'log2', 'log1p', 'exp', 'asin', 'acosh')}({self.number(depth)})",
        ])

    def bool(self, depth):
        e = lambda type_: self.expression(type_, depth)
        optional = [name for name, known in self.names.items() if known.endswith("?")]
        choices = [
            lambda: f"({self.number(depth)} {self.one('<', '<=', '>', '>=', '==', '!=')} {self.number(depth)})",
            lambda: f"({self.number(depth)} {self.one('<', '<=')} {self.number(depth)} {self.one('<', '<=')} {self.number(depth)})",
            lambda: f"({e('str')} {self.one('<', '<=', '>', '>=', '==', '!=', 'in', 'not in')} {e('str')})",
            lambda: f"({e('bool')} {self.one('and', 'or')} {e('bool')})",
            lambda: f"(not {e(self.one('bool', 'int', 'float', 'str'))})",
            lambda: f"bool({e(self.one('int', 'float', 'str'))})",
            lambda: f"({e('int')} in (1, 2, 3, 10, 2.0, True))",
            lambda: f"({e('int')} in MEMBERS)",
            lambda: f"({e('date')} {self.one('<', '<=', '>', '>=', '==', '!=')} {e('date')})",
            lambda: f"({e('datetime')} {self.one('<', '<=', '>', '>=', '==', '!=')} {e('datetime')})",
            lambda: f"({e('date')} {self.one('in', 'not in')} HOLIDAYS)",
            lambda: f"(({e('int')}, {e('str')}) {self.one('<', '<=', '>', '>=', '==', '!=')} ({e('int')}, {e('str')}))",
            lambda: f"({e('float')} in (0.5, 1, 2.5, -0.0))",
            lambda: f"({e('str')} in WORDS)",
            lambda: f"({e('str')} {self.one('in', 'not in')} {self.list(depth)})",
            lambda: f"(not {self.list(depth)})",
            lambda: f"({e('str')} not in CODES)",
            lambda: f"{e('str')}.{self.one('startswith', 'endswith')}({e('str')})",
            lambda: f"{e('str')}.{self.one('isdigit', 'isalpha', 'isalnum', 'isspace', 'isupper', 'islower', 'isascii', 'isidentifier', 'isnumeric', 'isdecimal')}()",
            lambda: f"math.{self.one('isnan', 'isinf', 'isfinite')}({self.number(depth)})",
            lambda: f"({e('bool')} {self.one('&', '|', '^', '==', '!=')} {e('bool')})",
            lambda: self.either("bool", depth),
        ]
        if optional:
            choices += [
                lambda: f"({self.random.choice(optional)} {self.one('is', 'is not', '==', '!=')} None)",
                lambda: f"({self.random.choice(optional)} == {self.random.choice(optional)})",
            ]
        return self.random.choice(choices)()

    def str(self, depth):
        e = lambda type_="str": self.expression(type_, depth)
        return self.often([
            lambda: f"({e()} + {e()})",
            lambda: f"{e()}.{self.one('strip', 'lstrip', 'rstrip', 'lower', 'upper', 'title', 'capitalize', 'swapcase', 'casefold')}()",
            lambda: f"{e()}.{self.one('strip', 'lstrip', 'rstrip', 'removeprefix', 'removesuffix')}({e()})",
            lambda: f"{e()}.replace({e()}, {e()})",
            lambda: f"{e()}.{self.one('zfill', 'ljust', 'rjust', 'center')}({self.random.choice(PADS)})",
            lambda: f"({e()} + 'x')[{self.one('0', '-1')}]",
            lambda: f"{e()}[{self.one('', self.random.choice(PADS))}:{self.one('', self.random.choice(PADS), e('int'))}]",
            lambda: f"str({e(self.one('int', 'float', 'bool', 'str'))})",
            lambda: f"f'{{{e('int')}}}-{{{e('float')}:.{self.one('0', '1', '2', '6')}f}}'" if depth < 1 else e(),
            lambda: f"f'<{{{self.random.choice(self.variables('int') or ['LIMIT'])}:0{self.one('2', '5', '12')}d}}>'",
            lambda: f"NAMES.get({e()}, {e()})",
            lambda: f"str({e(self.one('date', 'datetime'))})",
            lambda: f"{e(self.one('date', 'datetime'))}.isoformat()",
            lambda: f"{e(self.one('date', 'datetime'))}.strftime({self.one(*FORMATS)})",
            lambda: f"f'{{{e('date')}:%Y-%m}}|{{{e('datetime')}}}'" if depth < 1 else e(),
            lambda: f"({e()} + 'x').split({self.random.choice(SEPARATORS[:-1])})[{self.one('0', '-1')}]",
            lambda: f"{e()}.{self.one('partition', 'rpartition')}({self.random.choice(SEPARATORS[:-1])})[{self.one('0', '1', '2', '-1')}]",
            lambda: f"{self.one('min', 'max')}({e()}, {e()})",
            lambda: self.either("str", depth),
        ], [
            lambda: f"str({self.one('min', 'max')}({e('float')}, {e('int')}))",
            lambda: f"NAMES[{e()}]",
            lambda: f"{self.list(depth)}[{self.one('0', '-1', '1', '2', '-2', e('int'))}]",
            lambda: f"{e()}.{self.one('split', 'partition')}({e()})[{self.one('0', '1', '-1')}]",
            lambda: f"{e()}[{self.random.choice(PADS)}]",
        ])

    # Statements

    def new(self, type_):
        self.count += 1
        name = f"v{self.count}"
        self.names[name] = type_
        return name

    def type(self):
        return self.one("int", "int", "float", "float", "bool", "str", "str", "date", "datetime")

    def bounded(self, type_, value, loop):
        """A value that no number of turns makes larger than any memory."""
        return f"{value}[:60]" if type_ == "str" and (loop or self.loops) else value

    def block(self, result, lines, depth, indent, loop):
        before = dict(self.names)
        for _ in range(self.random.randint(1, 3)):
            if self.statement(result, lines, depth, indent, loop):
                break
        # What is set in a block may not be set behind it; to read it now and then is right too.
        if self.random.random() < 0.995:
            self.names = before

    def statement(self, result, lines, depth, indent, loop):
        """Adds a statement; gives whether nothing comes behind it."""
        pad = "    " * indent
        kind = self.random.random()
        plain = [name for name, type_ in self.names.items() if not type_.endswith("?") and type_ not in ("counter", "parts")]
        if kind < 0.3 or depth <= 0:
            type_ = self.type()
            value = self.bounded(type_, self.expression(type_, self.depth), loop)
            lines.append(f"{pad}{self.new(type_)} = {value}")
        elif kind < 0.5 and plain:
            name = self.random.choice(plain)
            type_ = self.names[name]
            if type_ in ("int", "float") and self.random.random() < 0.5:
                lines.append(f"{pad}{name} {self.one('+', '-', '*')}= {self.expression(type_, self.depth - 1)}")
            elif type_ == "int" and self.random.random() < 0.1:
                # From here on it is of another type.
                lines.append(f"{pad}{name} = {self.expression('float', self.depth - 1)}")
                self.names[name] = "float"
            else:
                lines.append(f"{pad}{name} = {self.bounded(type_, self.expression(type_, self.depth), loop)}")
        elif kind < 0.58 and len(plain) > 1:
            one, other = self.random.sample(plain, 2)
            types = self.names[one], self.names[other]
            values = ", ".join(self.bounded(type_, self.expression(type_, self.depth - 1), loop) for type_ in types)
            lines.append(f"{pad}{one}, {other} = {values}")
        elif kind < 0.78:
            lines.append(f"{pad}if {self.expression('bool', self.depth)}:")
            self.block(result, lines, depth - 1, indent + 1, loop)
            for _ in range(self.random.choice([0, 0, 0, 1, 2])):
                lines.append(f"{pad}elif {self.expression('bool', self.depth - 1)}:")
                self.block(result, lines, depth - 1, indent + 1, loop)
            if self.random.random() < 0.5:
                lines.append(f"{pad}else:")
                self.block(result, lines, depth - 1, indent + 1, loop)
        elif kind < 0.86 and self.loops < 2:
            self.loops += 1
            if self.random.random() < 0.3:
                name = self.new("str")
                lines.append(f"{pad}for {name} in {self.expression('str', 1) if self.random.random() < 0.5 else self.list(1)}:")
            else:
                name = self.new("int")
                bounds = self.one("5", "2, 6", "7, 0, -2", f"min(4, abs({self.expression('int', 1)}))", "0, 9, 4", "3, 3")
                lines.append(f"{pad}for {name} in range({bounds}):")
            self.block(result, lines, depth - 1, indent + 1, True)
            if self.random.random() < 0.2:
                lines.append(f"{pad}else:")
                self.block(result, lines, depth - 1, indent + 1, loop)
            self.loops -= 1
        elif kind < 0.9 and self.loops < 2:
            self.loops += 1
            counter = self.new("counter")
            lines.append(f"{pad}{counter} = 0")
            if self.random.random() < 0.3:
                lines.append(f"{pad}while True:")
                lines.append(f"{pad}    if {counter} >= {self.one('2', '5')} or {self.expression('bool', 1)}: break")
            else:
                lines.append(f"{pad}while {counter} < {self.one('3', '6')} and {self.expression('bool', 2)}:")
            lines.append(f"{pad}    {counter} += 1")
            self.block(result, lines, depth - 1, indent + 1, True)
            self.loops -= 1
        elif kind < 0.92:
            self.attempt(result, lines, depth, indent, loop)
        elif kind < 0.93:
            if self.random.random() < 0.5:
                text = self.split(self.expression("str", self.depth - 1))
                lines.append(f"{pad}{self.new('parts')} = {text}")
            else:
                # As many as there may be.
                text = f"({self.expression('str', 1)} + ',')"
                text = f"{text}.split(',', 1)" if self.random.random() < 0.7 else f"{text}.{self.one('split', 'rsplit')}(',')"
                lines.append(f"{pad}{self.new('str')}, {self.new('str')} = {text}")
        elif kind < 0.95 and loop:
            lines.append(f"{pad}{self.one('break', 'continue')}")
            return True
        elif kind < 0.953:
            lines.append(f"{pad}assert {self.expression('bool', 2)}")
        elif kind < 0.958:
            # Only rows that get here are Python's.
            lines.append(f"{pad}{self.new('int')} = len([{self.expression('int', 1)}])")
        else:
            lines.append(f"{pad}return {self.returned(result)}")
            return True
        return False

    def attempt(self, result, lines, depth, indent, loop):
        pad = "    " * indent
        lines.append(f"{pad}try:")
        risky = self.one("int({})", "float({})", "LIMIT // len({})", "NUMBERS[len({})]", "ord({}[2])", "len({}.split()[1])")
        type_ = "float" if risky.startswith("float") else "int"
        before = dict(self.names)
        value = risky.format(self.expression("str", 1))
        lines.append(f"{pad}    {self.new(type_)} = {value}")
        if self.random.random() < 0.4:
            # What stands behind a comparison that does not hold raises nothing.
            risk = self.one("int({})", "LIMIT // len({})", "NUMBERS[len({})]").format(self.expression("str", 1))
            chain = f"{self.expression('int', 1)} {self.one('<', '<=', '==', '>')} {self.expression('int', 1)} {self.one('<', '!=', '>=')} {risk}"
            lines.append(f"{pad}    {self.new('bool')} = {chain}")
        self.block(result, lines, depth - 1, indent + 1, loop)
        self.names = before
        for _ in range(self.one(1, 1, 2)):
            named = " as error" if self.random.random() < 0.2 else ""
            lines.append(f"{pad}except {self.random.choice(ERRORS)}{named}:")
            self.block(result, lines, depth - 1, indent + 1, loop)
        if self.random.random() < 0.2:
            lines.append(f"{pad}else:")
            self.block(result, lines, depth - 1, indent + 1, loop)

    def returned(self, result):
        if result.endswith("?") and self.random.random() < 0.2:
            return "None"
        return self.expression(result.rstrip("?"), self.depth)

    def function(self, name, parameters, result):
        names = "abcd"
        annotated = []
        for place, type_ in enumerate(parameters):
            self.names[names[place]] = type_
            annotated.append(f"{names[place]}: {written(type_)}")
        lines = [f"def {name}({', '.join(annotated)}) -> {written(result)}:"]
        for _ in range(self.random.randint(0, 4)):
            if self.statement(result, lines, 3, 1, False):
                return lines
        lines.append(f"    return {self.returned(result)}")
        return lines


def written(type_):
    return f"{type_[:-1]} | None" if type_.endswith("?") else type_


HEAD = '''import math
from datetime import date, datetime, timedelta

from clutch import udf

DAY, START = date(2023, 3, 1), datetime(2001, 9, 9, 1, 46, 40)
HOLIDAYS = frozenset([DAY, date(1970, 1, 1), date(2024, 2, 29)])

RATE, LIMIT = 0.25, 40
NUMBERS = {1: 10, 2: 20, 3: -5, 100: 7}
CODES = {"a": 1, "abc": 2, "": 3, "yes": 4}
RATES = {"a": 0.5, "DE": 1.25, "abc": -0.0}
NAMES = {"a": "Anna", "abc": "", "DE": "Ünï", "no": "x y"}
WORDS = frozenset(["a", "abc", "yes", "Ünï-Code", ""])
MEMBERS = tuple(range(0, 200, 7))
'''


def generate(seed, count=6):
    """A file of functions."""
    random_ = random.Random(seed)
    lines, helpers = [HEAD], []
    for number in range(2):
        parameters = [random_.choice(["int", "float", "str", "date"]) for _ in range(random_.randint(1, 2))]
        result = random_.choice(["int", "float", "bool", "str", "datetime"])
        lines += ["", *Writer(random_, helpers[:], 1).function(f"helper{number}", parameters, result), ""]
        helpers.append((f"helper{number}", parameters, result))
    for number in range(count):
        types = ["int", "int", "float", "float", "bool", "str", "str", "date", "datetime", "int?", "float?", "str?", "bool?", "date?", "datetime?"]
        parameters = [random_.choice(types) for _ in range(random_.randint(1, 4))]
        result = random_.choice(["int", "float", "bool", "str", "date", "datetime", "int?", "float?", "str?", "date?"])
        depth = random_.choice([1, 2, 2, 3])
        lines += ["", "@udf", *Writer(random_, helpers, depth).function(f"f{number}", parameters, result), ""]
    return "\n".join(lines)


if __name__ == "__main__":
    print(generate(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 6))
