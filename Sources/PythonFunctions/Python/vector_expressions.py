"""Resolves expressions: every name to a local, a constant, or a function of the table; see `vectorize.py`."""

import _ast as ast
import math
import sys
from types import FunctionType, ModuleType

from _clutch_vector_names import (
    BINARY, BY_ID, CLASS_METHODS, COMPARED, DATE_METHODS, DEEPEST_EXPRESSION, EXPRESSIONS, MAKERS, METHODS, MISSING, MOST_NODES,
    PARTS, UNARY, Refused, Unsupported, as_constant, compute, date_type, describe, dict_of, fields_of, instead_of, is_constant,
    real_builtins, strftime, time_module,
)  # fmt: skip


class Expressions:
    """The expressions of one function."""

    def __init__(self, functions, function, code):
        self.functions, self.globals = functions, function.__globals__
        self.locals = {*code.co_varnames, *code.co_cellvars}
        self.hidden = self.depth = 0

    def count(self, node):
        self.functions.nodes += 1
        if self.functions.nodes > MOST_NODES:
            fields = fields_of(node)
            raise Refused((fields.get("lineno", 1), 1, "more code than is looked at", "a smaller function"))

    def expression(self, node):
        """An expression; what is not supported stands in its place, so that only rows that come to it are left to CPython."""
        self.depth += 1
        try:
            if self.depth > DEEPEST_EXPRESSION:
                fields = fields_of(node)
                raise Unsupported(fields["lineno"], fields["col_offset"] + 1, "an expression that is nested too deep", "variables")
            return self.supported(node)
        except Unsupported as unsupported:
            return ["unsupported", *unsupported.args]
        finally:
            self.depth -= 1

    def supported(self, node):
        self.count(node)
        kind, fields = type(node), fields_of(node)
        at = fields["lineno"], fields["col_offset"] + 1
        folded = self.folded(node)
        if folded is not MISSING:
            constant = as_constant(folded)
            if constant is None:
                raise Unsupported(*at, f"a constant of type {type(folded).__name__}, or a number that is too large", "")
            return ["constant", *at, constant]
        if kind is ast.Name:
            if fields["id"] in self.locals:
                return ["name", *at, fields["id"]]
            value, name = self.resolved(node)
            described = f"'{fields['id']}', which is {describe(value)}"
            raise Unsupported(*at, described, instead_of(value))
        if kind is ast.BinOp:
            name = BINARY.get(type(fields["op"]))
            if name is None:
                raise Unsupported(*at, "the operator @", "")
            return ["binary", *at, name, self.expression(fields["left"]), self.expression(fields["right"])]
        if kind is ast.UnaryOp:
            if type(fields["op"]) is ast.Not:
                return ["not", *at, self.expression(fields["operand"])]
            return ["unary", *at, UNARY[type(fields["op"])], self.expression(fields["operand"])]
        if kind is ast.BoolOp:
            return ["and" if type(fields["op"]) is ast.And else "or", *at, [self.expression(each) for each in fields["values"]]]
        if kind is ast.IfExp:
            return ["choice", *at, *(self.expression(fields[part]) for part in ("test", "body", "orelse"))]
        if kind is ast.Compare:
            return self.compare(fields, at)
        if kind is ast.Call:
            return self.call(fields, at, node)
        if kind is ast.Subscript:
            return self.subscript(fields, at)
        if kind is ast.JoinedStr:
            return self.formatted(fields, at)
        if kind is ast.Attribute:
            name = fields["attr"]
            week = self.isocalendar(fields["value"], {"year": 0, "week": 1}.get(name), at)
            if week:
                return week
            if name in PARTS:
                return ["attribute", *at, self.expression(fields["value"]), name]
            raise Unsupported(*at, self.named(node) or f"the attribute '{fields['attr']}'", "")
        raise Unsupported(*at, *EXPRESSIONS.get(kind, (f"an expression of the kind {kind.__name__}", "")))

    def folded(self, node):
        """The value of what is constant: a literal, a global, or arithmetic on these; else MISSING."""
        kind, fields = type(node), fields_of(node)
        if kind is ast.Constant:
            return fields["value"]
        if kind is ast.Name and fields["id"] not in self.locals:
            value = self.resolved(node)[0]
            return value if is_constant(value) else MISSING
        if kind is ast.Attribute:
            value = self.attribute(node)[0]
            return value if is_constant(value) else MISSING
        if kind is ast.UnaryOp and type(fields["op"]) is ast.USub:
            value = self.folded(fields["operand"])
            return -value if type(value) in (int, float) else MISSING
        if kind is ast.BinOp:
            left = self.folded(fields["left"])
            right = self.folded(fields["right"]) if type(left) in (int, float) else MISSING
            if type(right) in (int, float):
                return compute(type(fields["op"]), left, right)
        return MISSING

    def resolved(self, node):
        """What a global name stands for, and what the table calls it; MISSING and "" for nothing."""
        name = fields_of(node)["id"]
        if name in self.locals:
            return MISSING, ""
        self.functions.relies(self.globals, name)
        value = self.globals.get(name, MISSING)
        if value is MISSING:
            self.functions.relies(real_builtins, name)
            value = real_builtins.get(name, MISSING)
        return value, BY_ID.get(id(value), "") or date_type(value)

    def attribute(self, node):
        """What an attribute of a global module stands for, and what the table calls it; MISSING and "" for anything else."""
        fields = fields_of(node)
        if type(fields["value"]) is not ast.Name:
            return MISSING, ""
        module = self.resolved(fields["value"])[0]
        if type(module) is not ModuleType:
            return MISSING, ""
        value = dict_of(module).get(fields["attr"], MISSING)
        if module is not math and not date_type(value):
            return MISSING, ""
        self.functions.relies(dict_of(module), fields["attr"])
        return value, BY_ID.get(id(value), "") or date_type(value)

    def date_type(self, node):
        """The name of one of the types of dates, if that is what an expression stands for."""
        kind = type(node)
        value = self.resolved(node)[0] if kind is ast.Name else self.attribute(node)[0] if kind is ast.Attribute else MISSING
        return date_type(value)

    def named(self, node):
        """What an expression is in words, if it has a name."""
        kind, fields = type(node), fields_of(node)
        if kind is ast.Name:
            return fields["id"]
        if kind is ast.Attribute:
            inner = self.named(fields["value"]) if type(fields["value"]) is not ast.Call else ""
            return inner and f"{inner}.{fields['attr']}"
        if kind is ast.Call:
            function = fields["func"]
            inner = self.named(function)
            if not inner and type(function) is ast.Attribute:
                inner = f"the method '{fields_of(function)['attr']}'"
            return inner and f"a call of {inner}"
        return ""

    def compare(self, fields, at):
        operators = [COMPARED[type(each)] for each in fields["ops"]]
        nodes = [fields["left"], *fields["comparators"]]
        if len(operators) == 1 and operators[0] in ("in", "not in"):
            members = self.members(nodes[1])
            if members is not None:
                found = ["member", *at, self.expression(nodes[0]), members]
                return found if operators[0] == "in" else ["not", *at, found]
        if len(nodes) == 2 and all(type(each) is ast.Tuple for each in nodes):
            sides = [[self.expression(each) for each in fields_of(side)["elts"]] for side in nodes]
            if len(sides[0]) == len(sides[1]) > 0 and operators[0] in ("<", "<=", ">", ">=", "==", "!="):
                return ["tuples", *at, operators[0], *sides]
        return ["compare", *at, operators, [self.expression(each) for each in nodes]]

    def members(self, node):
        """The constants of a collection; None for one that is not constant."""
        kind, fields = type(node), fields_of(node)
        if kind in (ast.Tuple, ast.List, ast.Set):
            values = [self.folded(each) for each in fields["elts"]]
            if any(value is MISSING for value in values):
                return None
        elif kind is ast.Name and fields["id"] not in self.locals:
            value = self.resolved(node)[0]
            if type(value) is dict and self.pairs(value) is not None:
                values = [*value]
            elif type(value) in (tuple, frozenset):
                values = [*value]
            else:
                return None
        else:
            return None
        constants = [as_constant(value) for value in values]
        return None if None in constants else constants

    def is_list(self, node):
        """Whether a global is a collection, but no tuple."""
        return type(node) is ast.Name and type(self.resolved(node)[0]) is not tuple

    def pairs(self, dictionary):
        """The items of a constant dictionary, which is watched from now on; None if it has others than constants."""
        found = [[as_constant(key), as_constant(value)] for key, value in dictionary.items()]
        if any(None in pair for pair in found) or len(found) > 100_000:
            return None
        self.functions.relies(dictionary, None)
        return found

    def call(self, fields, at, node):
        function, arguments = fields["func"], fields["args"]
        kind, parts = type(function), fields_of(function)
        if kind in (ast.Name, ast.Attribute) and self.date_type(function):
            return self.made(self.date_type(function), fields, at)
        if kind is ast.Attribute and parts["attr"] == "replace" and not arguments and fields["keywords"]:
            changed = [[each["arg"], self.expression(each["value"])] for each in map(fields_of, fields["keywords"])]
            if all(name in PARTS for name, _ in changed):
                return ["replaced", *at, self.expression(parts["value"]), changed]
        keywords, most = [fields_of(each) for each in fields["keywords"]], None
        names = [each["arg"] for each in keywords]
        if names == ["maxsplit"] and len(arguments) < 2 and kind is ast.Attribute and parts["attr"] in ("split", "rsplit"):
            keywords, most = (), keywords[0]["value"]
        if [each["arg"] for each in keywords] == ["ndigits"] and len(arguments) == 1 and kind is ast.Name:
            if self.resolved(function)[1] == "round":
                arguments, keywords = [*arguments, keywords[0]["value"]], ()
        if keywords or any(type(each) is ast.Starred for each in arguments):
            raise Unsupported(*at, f"{self.named(node) or 'a call'} with keywords or stars", "plain arguments")
        if kind is ast.Name:
            value, name = self.resolved(function)
        elif kind is ast.Attribute:
            value, name = self.attribute(function)
            if value is MISSING:
                found = self.method(parts, arguments, most, at)
                if found:
                    return found
        else:
            raise Unsupported(*at, "a call of what is no name", "")
        if name == "range":
            raise Unsupported(*at, "a range that is not looped over", "")
        if name == "math.log" and len(arguments) == 2:
            # As Python computes it.
            return ["binary", *at, "/", *(["call", *at, name, [self.expression(each)]] for each in arguments)]
        if name:
            return ["call", *at, name, [self.expression(each) for each in arguments]]
        if type(value) is FunctionType:
            try:
                number = self.functions.place(value)
            except Refused as refused:
                raise Unsupported(*at, f"a call of {self.named(function)}: {refused.args[0][2]}", "") from None
            return ["inlined", *at, number, [self.expression(each) for each in arguments]]
        raise Unsupported(*at, self.named(node) or "a call", "")

    def made(self, name, fields, at):
        """A date, datetime or timedelta of its parts; one of constants is a constant."""
        required, names = MAKERS[name]
        given = dict(zip(names, fields["args"]))
        for each in map(fields_of, fields["keywords"]):
            if each["arg"] not in names or each["arg"] in given:
                raise Unsupported(*at, f"a {name} with the argument {each['arg']}", "")
            given[each["arg"]] = each["value"]
        if len(given) < len(fields["args"]) or any(each not in given for each in names[:required]):
            raise Unsupported(*at, f"a {name} with other arguments", "")
        values = {each: self.folded(node) for each, node in given.items()}
        # They are computed as they stand there, which is seen where one raises.
        places = [names.index(each) for each in given if values[each] is MISSING and type(given[each]) is not ast.Name]
        if places != sorted(places):
            raise Unsupported(*at, f"a {name} whose arguments are in another order than they are declared", ", ".join(names))
        if all(type(value) in (int, float) for value in values.values()):
            try:
                constant = as_constant(self.date_value(fields["func"])(**values))
            except (ArithmeticError, ValueError, TypeError):
                constant = None
            if constant:
                return ["constant", *at, constant]
        zero = ["constant", *at, ["int", "0"]]
        return ["call", *at, name, [self.expression(given[each]) if each in given else zero for each in names]]

    def date_value(self, node):
        return (self.resolved(node) if type(node) is ast.Name else self.attribute(node))[0]

    def isocalendar(self, node, index, at):
        """A part of `x.isocalendar()`, if that is what stands there."""
        if index not in (0, 1) or type(node) is not ast.Call:
            return None
        fields = fields_of(node)
        function = fields["func"]
        if type(function) is not ast.Attribute or fields["args"] or fields["keywords"]:
            return None
        parts = fields_of(function)
        if parts["attr"] != "isocalendar":
            return None
        return ["call", *at, f"method.isocalendar()[{index}]", [self.expression(parts["value"])]]

    def relies_on_time(self, at):
        """What writes dates is a function of `time`, which is looked up whenever one is written."""
        self.functions.relies(sys.modules, "time")
        self.functions.relies(dict_of(time_module), "strftime")
        if sys.modules.get("time") is not time_module or time_module.strftime is not strftime:
            raise Unsupported(*at, "a strftime that is not Python's", "")

    def method(self, parts, arguments, most, at):
        name = parts["attr"]
        owner = self.date_type(parts["value"])
        if owner:
            if f"{owner}.{name}" not in CLASS_METHODS:
                return None
            if name == "strptime":
                self.functions.relies(sys.modules, "_strptime")
                if "_strptime" in sys.modules:
                    self.functions.relies(dict_of(sys.modules["_strptime"]), "_strptime_datetime")
            return ["call", *at, f"{owner}.{name}", [self.expression(each) for each in arguments]]
        if name in DATE_METHODS:
            if name == "strftime":
                self.relies_on_time(at)
            return ["call", *at, f"method.{name}", [self.expression(each) for each in [parts["value"], *arguments]]]
        if name == "get" and 1 <= len(arguments) <= 2:
            found = self.lookup(parts["value"], arguments[0], arguments[1] if len(arguments) == 2 else MISSING, at)
            if found:
                return found
        if name not in METHODS:
            return None
        if name in ("startswith", "endswith") and len(arguments) == 1:
            texts = self.members(arguments[0]) if type(arguments[0]) in (ast.Tuple, ast.Name) else None
            if texts and all(each[0] == "str" for each in texts) and not self.is_list(arguments[0]):
                text = self.expression(parts["value"])
                tests = [["call", *at, f"str.{name}", [text, ["constant", *at, each]]] for each in texts]
                return ["or", *at, tests]
        given = [self.expression(each) for each in [parts["value"], *arguments]]
        if most is not None:
            # Behind the separator, or the None that stands for spaces.
            given = [*(given + [["constant", *at, ["none", ""]]])[:2], self.expression(most)]
        return ["call", *at, f"str.{name}", given]

    def lookup(self, node, key, default, at):
        """A lookup in a constant dictionary; None for anything else. default: MISSING for None, None for an error."""
        if type(node) is not ast.Name or fields_of(node)["id"] in self.locals:
            return None
        value = self.resolved(node)[0]
        pairs = self.pairs(value) if type(value) is dict else None
        if pairs is None:
            return None
        if default is MISSING:
            default = ["constant", *at, ["none", ""]]
        elif default is not None:
            default = self.expression(default)
        return ["lookup", *at, pairs, self.expression(key), default]

    def subscript(self, fields, at):
        index = fields["slice"]
        if type(index) is ast.Slice:
            parts = fields_of(index)
            bounds = [None if parts[each] is None else self.expression(parts[each]) for each in ("lower", "upper", "step")]
            return ["slice", *at, self.expression(fields["value"]), *bounds]
        place = self.folded(index)
        found = self.lookup(fields["value"], index, None, at)
        found = found or self.isocalendar(fields["value"], place if type(place) is int else None, at)
        return found or ["item", *at, self.expression(fields["value"]), self.expression(index)]

    def formatted(self, fields, at):
        parts = []
        for node in fields["values"]:
            kind, inner = type(node), fields_of(node)
            if kind is ast.Constant:
                parts.append([["constant", *at, ["str", inner["value"]]], ""])
                continue
            specification = ""
            if inner["format_spec"] is not None:
                texts = [fields_of(each).get("value") for each in fields_of(inner["format_spec"])["values"]]
                if any(type(text) is not str for text in texts):
                    raise Unsupported(*at, "a format that is computed", "")
                specification = "".join(texts)
                if "%" in specification:
                    self.relies_on_time(at)
            if inner["conversion"] not in (-1, 115):
                raise Unsupported(*at, "a part of an f-string with !r or !a", "")
            value = self.expression(inner["value"])
            if inner["conversion"] == 115 and specification:
                # It is the text that is formatted.
                value = ["call", *at, "str", [value]]
            parts.append([value, specification])
        return ["format", *at, parts]
