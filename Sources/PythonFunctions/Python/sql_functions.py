"""Reads the declaration of a plain function: "name(INT, x VARCHAR) -> INT = handler"."""

from _clutch_sql_tokens import Tokens
from _clutch_sql_types import TypeReader

_EXPECTED = "write it as name(TYPE, ...) -> TYPE = handler"


def parse_function(text, dialect=None):
    """What a declaration says, as a dictionary.

    name: what the engine calls the function; parameters: [{"name", "type", "isOptional"}], the name None where none is
    given; result: a type; kind: "table" after TABLE, "aggregate" with AGGREGATE in front, else "rows";
    handler: the Python function, maybe with dots, and the name where none is given, of an aggregate function "accumulate";
    null: "call", or "skip" after STRICT or RETURNS NULL ON NULL INPUT; deterministic: True after IMMUTABLE, False after
    VOLATILE or STABLE, else None.

    dialect: as of `sql_types.parse`. Raises SignatureError for anything else.
    """
    tokens = Tokens(text, "declaration")
    types = TypeReader(tokens, dialect)
    kind = "aggregate" if _is_aggregate(tokens) else "rows"
    name = _name(tokens)
    parameters = _parameters(tokens, types)
    if not tokens.accept("->") and not tokens.accept("RETURNS"):
        tokens.fail(f"expected '->' or RETURNS with the type of the result; {_EXPECTED}")
    if tokens.word() == "TABLE":
        if kind == "aggregate":
            tokens.fail("an aggregate function gives a value, no table")
        kind = "table"
        result = types.columns()
    else:
        result = types.read()
    # An aggregate function consists of several functions, which have names of their own.
    clauses = {"handler": "accumulate" if kind == "aggregate" else name, "null": "call", "deterministic": None}
    while tokens.kind != "end":
        _clause(tokens, clauses)
    for parameter in parameters:
        parameter["isOptional"] = clauses["null"] == "call"
    return {"name": name, "parameters": parameters, "result": result, "kind": kind, **clauses}


def _is_aggregate(tokens):
    """Whether a declaration begins with AGGREGATE, which can also be the name of a function."""
    if tokens.word() != "AGGREGATE":
        return False
    tokens.take()
    if tokens.kind in ("word", "name"):
        return True
    tokens.back()
    return False


def _name(tokens):
    if tokens.kind not in ("word", "name"):
        tokens.fail(f"expected the function's name; {_EXPECTED}")
    name = tokens.take()
    if not name.isidentifier():
        tokens.back()
        tokens.fail("a function's name is letters, digits and underscores, such as my_function")
    return name


def _parameters(tokens, types):
    tokens.expect("(", f"after the function's name; {_EXPECTED}")
    parameters, seen = [], set()
    while parameters or not tokens.accept(")"):
        name = types.name()
        if name is not None and name.lower() in seen:
            tokens.fail(f"the parameter '{name}' is there already")
        seen.add(name and name.lower())
        parameters.append({"name": name, "type": types.read()})
        if tokens.word() == "DEFAULT" or tokens.sign() == "=":
            tokens.fail("parameters have no default values here; leave it out")
        if tokens.accept(")"):
            break
        tokens.expect(",", f"or ')' after parameter {len(parameters)}")
    return parameters


def _clause(tokens, clauses):
    """What may follow the result, in any order: how CREATE FUNCTION says it, and the handler."""
    if tokens.accept("=") or tokens.accept("HANDLER", "="):
        clauses["handler"] = _handler(tokens)
    elif tokens.accept("STRICT") or tokens.accept("RETURNS", "NULL", "ON", "NULL", "INPUT"):
        clauses["null"] = "skip"
    elif tokens.accept("CALLED", "ON", "NULL", "INPUT"):
        clauses["null"] = "call"
    elif tokens.accept("IMMUTABLE"):
        clauses["deterministic"] = True
    elif tokens.accept("VOLATILE") or tokens.accept("STABLE"):
        clauses["deterministic"] = False
    elif not tokens.accept("LANGUAGE", "PYTHON"):
        tokens.fail(
            "expected = handler, STRICT, RETURNS NULL ON NULL INPUT, CALLED ON NULL INPUT, IMMUTABLE, VOLATILE or the "
            "end"
        )


def _handler(tokens):
    expected = "expected a Python function after '=', such as my_function or my_module.my_function"
    if tokens.kind == "text":
        handler = tokens.take()
        if not all(part.isidentifier() for part in handler.split(".")):
            tokens.back()
            tokens.fail(expected)
        return handler
    parts = []
    while not parts or tokens.accept("."):
        if tokens.kind != "word":
            tokens.fail(expected)
        parts.append(tokens.take())
        if not parts[-1].isidentifier():
            tokens.back()
            tokens.fail(expected)
    return ".".join(parts)
