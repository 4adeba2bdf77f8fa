"""Reads the statements of a function, with the names in them resolved; see `vectorize.py`."""

import _ast as ast

from _clutch_vector_expressions import Expressions
from _clutch_vector_names import BINARY, CAUGHT, DEEPEST, ERRORS, STATEMENTS, Refused, Unsupported, as_constant, fields_of


class Body(Expressions):
    """The statements of one function."""

    def block(self, nodes, depth):
        found = []
        for node in nodes:
            self.statement(node, found, depth)
        return found

    def statement(self, node, found, depth):
        self.count(node)
        kind, fields = type(node), fields_of(node)
        at = fields["lineno"], fields["col_offset"] + 1
        if depth > DEEPEST:
            raise Refused((*at, "statements that are nested too deep", ""))
        try:
            self.plain(kind, fields, at, node, found, depth + 1)
        except Unsupported as unsupported:
            found.append(["unsupported", *unsupported.args])

    def plain(self, kind, fields, at, node, found, depth):
        if kind is ast.Return:
            value = fields["value"]
            found.append(["return", *at, None if value is None else self.expression(value)])
        elif kind is ast.Assign:
            self.assign(fields["targets"], fields["value"], at, found)
        elif kind is ast.AnnAssign:
            if fields["value"] is not None:
                self.assign([fields["target"]], fields["value"], at, found)
            elif type(fields["target"]) is not ast.Name:
                raise Unsupported(*at, "an annotation of something that is no variable", "")
        elif kind is ast.AugAssign:
            name = self.target(fields["target"])
            value = ["binary", *at, BINARY.get(type(fields["op"]), "@"), ["name", *at, name], self.expression(fields["value"])]
            found.append(["set", *at, name, value])
        elif kind is ast.If:
            test = self.expression(fields["test"])
            found.append(["if", *at, test, self.block(fields["body"], depth), self.block(fields["orelse"], depth)])
        elif kind is ast.While:
            test = self.expression(fields["test"])
            found.append(["while", *at, test, self.block(fields["body"], depth), self.block(fields["orelse"], depth)])
        elif kind is ast.For:
            self.loop(fields, at, found, depth)
        elif kind is ast.Break:
            found.append(["break", *at])
        elif kind is ast.Continue:
            found.append(["continue", *at])
        elif kind is ast.Assert:
            raises = [["unsupported", *at, "an assertion that does not hold", ""]]
            found.append(["if", *at, self.expression(fields["test"]), [], raises])
        elif kind is ast.Expr:
            if type(fields["value"]) is not ast.Constant:
                # It may have effects, or raise: what is only computed is rare.
                raise Unsupported(*at, self.named(fields["value"]) or "an expression whose value is not used", "")
        elif kind is ast.Try:
            if fields["finalbody"]:
                raise Unsupported(*at, "a try with finally", "")
            body, otherwise = self.block(fields["body"], depth), self.block(fields["orelse"], depth)
            found.append(["try", *at, body, self.handlers(fields["handlers"], depth), otherwise])
        elif kind is ast.Match:
            self.match(fields, at, found, depth)
        elif kind is not ast.Pass:
            raise Unsupported(*at, *STATEMENTS.get(kind, (f"a statement of the kind {kind.__name__}", "")))

    def handlers(self, nodes, depth):
        """What is done about which errors; each is left to the first that takes it."""
        found = []
        for node in nodes:
            fields = fields_of(node)
            caught = self.caught(fields["type"])
            at = fields["lineno"], fields["col_offset"] + 1
            if caught is None:
                unknown = ["unsupported", *at, "an except of something that is no exception of Python's", ""]
                found.append(["except", *at, [*ERRORS], "", [unknown]])
                break
            found.append(["except", *at, caught, fields["name"] or "", self.block(fields["body"], depth)])
        return found

    def caught(self, node):
        """Which errors an `except` catches; None where that is not known."""
        if node is None:
            return [*ERRORS]
        if type(node) is ast.Tuple:
            # A tuple in a tuple is an error.
            each = [self.caught(one) if type(one) is ast.Name else None for one in fields_of(node)["elts"]]
            return None if None in each else [name for names in each for name in names]
        return CAUGHT.get(id(self.resolved(node)[0])) if type(node) is ast.Name else None

    def target(self, node):
        fields = fields_of(node)
        if type(node) is not ast.Name:
            at = fields["lineno"], fields["col_offset"] + 1
            raise Unsupported(*at, "an assignment to something that is no variable", "a variable of its own for each value")
        if fields["id"] not in self.locals:
            at = fields["lineno"], fields["col_offset"] + 1
            raise Unsupported(*at, f"an assignment to the global '{fields['id']}'", "a return value")
        return fields["id"]

    def assign(self, targets, value, at, found):
        if len(targets) == 1 and type(targets[0]) is ast.Tuple:
            names = [self.target(each) for each in fields_of(targets[0])["elts"]]
            if type(value) in (ast.Call, ast.Name):
                found.append(["spread", *at, names, self.expression(value)])
                return
            if type(value) is not ast.Tuple or len(fields_of(value)["elts"]) != len(names):
                raise Unsupported(*at, "an assignment of the parts of something that is no tuple of as many", "")
            values = [self.expression(each) for each in fields_of(value)["elts"]]
            found.append(["unpack", *at, names, values])
            return
        names = [self.target(each) for each in targets]
        found.append(["set", *at, names[0], self.expression(value)])
        found += [["set", *at, name, ["name", *at, names[0]]] for name in names[1:]]

    def loop(self, fields, at, found, depth):
        iterated = fields["iter"]
        parts = fields_of(iterated)
        if type(fields["target"]) is ast.Tuple and len(fields_of(fields["target"])["elts"]) == 2 and type(iterated) is ast.Call:
            if type(parts["func"]) is ast.Name and self.resolved(parts["func"])[1] == "enumerate" and not parts["keywords"]:
                return self.enumerated(fields, parts["args"], at, found, depth)
        name = self.target(fields["target"])
        body = self.block(fields["body"], depth), self.block(fields["orelse"], depth)
        self.looped(name, iterated, body, at, found)

    def enumerated(self, fields, arguments, at, found, depth):
        """`for i, x in enumerate(...)`: a loop over x, and i counts along."""
        number, name = (self.target(each) for each in fields_of(fields["target"])["elts"])
        start = self.folded(arguments[1]) if len(arguments) == 2 else 0
        if type(start) is not int or as_constant(start) is None or not 1 <= len(arguments) <= 2 or name == number:
            raise Unsupported(*at, "an enumerate that begins somewhere", "a constant to begin with")
        self.hidden += 1
        hidden = f" enumerate {self.hidden}"
        current = ["name", *at, hidden]
        first, one = ["constant", *at, ["int", int.__repr__(start)]], ["constant", *at, ["int", "1"]]
        counts = [["set", *at, number, current], ["set", *at, hidden, ["binary", *at, "+", current, one]]]
        body = counts + self.block(fields["body"], depth), self.block(fields["orelse"], depth)
        found.append(["set", *at, hidden, first])
        self.looped(name, arguments[0], body, at, found)

    def looped(self, name, iterated, body, at, found):
        parts = fields_of(iterated)
        if type(iterated) is ast.Call and not parts["keywords"] and 0 < len(parts["args"]) < 4:
            if type(parts["func"]) is ast.Name and self.resolved(parts["func"])[1] == "range":
                bounds = [self.expression(each) for each in parts["args"]]
                found.append(["range", *at, name, bounds, *body])
                return
        if type(iterated) in (ast.Name, ast.Constant, ast.Call, ast.Subscript, ast.JoinedStr, ast.BinOp):
            text = self.expression(iterated)
            if text[0] != "unsupported":
                found.append(["characters", *at, name, text, *body])
                return
        raise Unsupported(*at, "a loop over something else than range(...) or a text", "for i in range(...)")

    def match(self, fields, at, found, depth):
        self.hidden += 1
        name = f" match {self.hidden}"
        subject = self.expression(fields["subject"])
        cases = []
        for case in fields["cases"]:
            parts = fields_of(case)
            test = self.pattern(parts["pattern"], ["name", *at, name], at)
            if parts["guard"] is not None:
                guard = self.expression(parts["guard"])
                test = guard if test is None else ["and", *at, [test, guard]]
            cases.append((test, self.block(parts["body"], depth)))
        otherwise = []
        for test, body in reversed(cases):
            otherwise = body if test is None else [["if", *at, test, body, otherwise]]
        found.append(["set", *at, name, subject])
        found += otherwise

    def pattern(self, node, subject, at):
        """The test of a pattern of constants; None for one that takes everything."""
        kind, fields = type(node), fields_of(node)
        if kind is ast.MatchValue:
            return ["compare", *at, ["=="], [subject, self.expression(fields["value"])]]
        if kind is ast.MatchSingleton:
            return ["compare", *at, ["is"], [subject, ["constant", *at, as_constant(fields["value"])]]]
        elif kind is ast.MatchOr:
            tests = [self.pattern(each, subject, at) for each in fields["patterns"]]
            return None if None in tests else ["or", *at, tests]
        elif kind is ast.MatchAs and fields["pattern"] is None and fields["name"] is None:
            return None
        raise Unsupported(*at, *STATEMENTS[ast.Match])
