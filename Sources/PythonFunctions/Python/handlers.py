"""Tells which file has the handler of a declaration, without running the file."""

import symtable

from _clutch_sql_functions import parse_function


def handler(declaration, dialect):
    """The handler of a declaration, as a list of names: `module.function` has two. Raises SignatureError."""
    return parse_function(declaration, dialect)["handler"].split(".")


def names(source, filename):
    """The names that a source gives a value to at its top level: functions, classes, imports. Raises SyntaxError."""
    # The compiler's own error shows no line of the library's.
    compile(source, filename, "exec", dont_inherit=True)
    symbols = symtable.symtable(source, filename, "exec").get_symbols()
    return [symbol.get_name() for symbol in symbols if symbol.is_assigned() or symbol.is_imported()]
