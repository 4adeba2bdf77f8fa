"""Aggregate functions: what their states are made with, changed and finished, whatever system a file was written for.

A function of any form comes down to the same five callables, by role:
create() gives a state; accumulate(state, *arguments) and retract(state, *arguments) change it, or give the new one;
merge(state, other) does the same with another state; finish(state) gives the value.
"""

from _io import BytesIO
from collections import deque
from itertools import islice
from types import FunctionType, ModuleType

import _clutch_annotations as annotations
import _clutch_callables as callables
from _clutch_pristine import original
from _clutch_texts import listed, name as shown_name, shown, told

# What each role is called in the classes of other systems too.
_OWN = {
    "create": "create_state", "accumulate": "accumulate", "retract": "retract", "merge": "merge", "finish": "finish",
}  # fmt: skip
_FLINK = {**_OWN, "create": "create_accumulator", "finish": "get_value"}


class Form:
    """How a class or a module spells an aggregate function.

    owner: the class or the module; names: what each role that it has is called; of_instances: whether an
    instance of the class is a state, as in Snowflake, and not what its create_state gives.
    """

    def __init__(self, owner, find):
        self.owner, self.find = owner, find
        self.is_class = issubclass(type(owner), type)
        is_flink = find("create_state") is None and find("create_accumulator") is not None
        self.spelling = _FLINK if is_flink else _OWN
        self.of_instances = self.is_class and find(self.spelling["create"]) is None
        self.has_aggregate_state = self.of_instances and find("aggregate_state") is not None
        self.is_flink = is_flink
        self.names = {role: name for role, name in self.spelling.items() if find(name) is not None}
        if self.of_instances:
            self.names["create"] = "__init__"

    def signature(self, role):
        """What the function of a role takes besides the states."""
        read = self.whole_signature(role)
        states = {"create": 0, "accumulate": 1, "retract": 1, "merge": 2, "finish": 1}[role] - self.of_instances
        parameters = read.parameters
        if any(each.kind > callables.POSITIONAL_OR_KEYWORD for each in parameters[:states]) or len(parameters) < states:
            raise callables.Unreadable
        return read.changed(parameters[states:])

    def whole_signature(self, role):
        """What the function of a role takes, without self."""
        found = self.find(self.names[role])
        if not self.is_class:
            return callables.signature(found)
        if isinstance(found, (staticmethod, classmethod)):
            read = callables.signature(found.__func__)
            return read if isinstance(found, staticmethod) else read.changed(read.parameters[1:])
        read = callables.signature(found)
        return read.changed(read.parameters[1:])

    def function(self, role):
        return callables.innermost(self.find(self.names[role]))


def form_of(owner):
    """The form of a class, or of a module."""
    if type(owner) is ModuleType:
        return Form(owner, owner.__dict__.get)

    def find(name):
        for base in owner.__mro__[:-1]:
            if name in base.__dict__:
                return base.__dict__[name]
        return None

    return Form(owner, find)


def problems(form):
    """What keeps a class or a module from being an aggregate function."""
    found = []
    names = form.names
    required = ["accumulate"]
    if not form.is_class:
        required = ["create", "accumulate"]
    if form.of_instances or form.is_flink:
        required.append("finish")
    missing = [form.spelling[role] for role in required if role not in names]
    if missing:
        own = sorted(set(names.values()) - {"__init__"})
        has = f"; it has {listed(own)}" if own else ""
        found.append(f"an aggregate function needs {listed(missing)}{has}")
        return found
    for role, name in names.items():
        if role == "create" and form.of_instances:
            continue
        function = form.function(role)
        if form.of_instances and isinstance(form.find(name), (staticmethod, classmethod)):
            found.append(f"its {name} is a {type(form.find(name)).__name__}, but each group has an instance; make it a method, or add create_state")
        elif function is None:
            found.append(f"its {name} is no function")
        elif callables.is_async(function):
            found.append(f"its {name} is async; write a plain function")
        elif callables.is_generator(function):
            found.append(f"its {name} is a generator, so a call of it does nothing; write a plain function")
    for role in ("accumulate", "retract", "merge"):
        if role in names:
            for value in _default_values(form.function(role)):
                if isinstance(value, _CONTAINERS) and not value:
                    found.append(
                        f"its {names[role]} has an empty {type(value).__name__} as a default value, which all groups would share; use None"
                    )
    if found:
        return found
    for role, takes in (
        ("create", "no arguments"), ("accumulate", "the state and the arguments"), ("retract", "the state and the arguments"),
        ("merge", "two states" if not form.of_instances else "the other state"), ("finish", "the state" if not form.of_instances else "no arguments"),
    ):  # fmt: skip
        if role not in names or (role == "create" and form.of_instances):
            continue
        try:
            rest = form.signature(role).parameters
        except callables.Unreadable:
            found.append(f"its {names[role]} does not take {takes}, as it has to")
            continue
        if role not in ("accumulate", "retract") and any(not each.has_default and each.kind < callables.VAR_POSITIONAL for each in rest):
            found.append(f"its {names[role]} takes more than {takes}")
    if not found and "retract" in names:
        found += _differences(form)
    return found


def _differences(form):
    """What retract takes that accumulate does not, or the other way round."""
    added, taken = form.signature("accumulate"), form.signature("retract")
    count = lambda read: [(each.kind == callables.VAR_POSITIONAL, each.has_default) for each in read.parameters]  # noqa: E731
    shown_of = lambda read: f"({listed([*map(str, read.parameters)])})"  # noqa: E731
    if count(added) != count(taken):
        return [f"its accumulate takes {shown_of(added)} and its retract {shown_of(taken)}; both are given the same arguments"]
    for one, other in zip(added.parameters, taken.parameters):
        if callables.MISSING in (one.annotation, other.annotation):
            continue
        try:
            differ = annotations.resolve(one.annotation, added.namespace) != annotations.resolve(other.annotation, taken.namespace)
        except annotations.Unsupported:
            continue  # which is told of accumulate
        if differ:
            return [f"its accumulate takes another type for '{shown_name(one.name)}' than its retract for '{shown_name(other.name)}'"]
    return []


def state_type(form):
    """The type that create_state is annotated with; None where it is none of ours, and such states are pickled."""
    if form.of_instances or "create" not in form.names:
        return None
    read = form.whole_signature("create")
    if read.result is callables.MISSING:
        return None
    try:
        type_ = annotations.resolve_state(read.result, read.namespace)
    except annotations.Unsupported:
        return None
    return None if type_ is None or type_["kind"] in ("none", "any") or annotations.unmakeable(type_) else type_


def roles(form, instance):
    """The callables by role, those of one without merge also as they keep rows, and whether what they return is a state.

    instance: makes an instance of a class, as the loader does it.
    """
    if form.of_instances:
        return _of_instances(form)
    made = instance(form.owner) if form.is_class else form.owner
    found = {role: getattr(made, name) for role, name in form.names.items()}
    if "finish" not in found:
        found["finish"] = _itself
    if form.is_flink and "merge" in found:
        merge = found["merge"]
        found["merge"] = lambda state, other: merge(state, [other])
    return found


def _of_instances(form):
    """Of a class whose instances are the states; what its methods return is of no account."""
    cls = form.owner
    found = {"create": cls, "finish": getattr(cls, form.names["finish"])}
    for role in ("accumulate", "retract"):
        if role in form.names:
            found[role] = _without_result(getattr(cls, form.names[role]))
    if "merge" in form.names:
        merge = getattr(cls, form.names["merge"])
        if form.has_aggregate_state:
            found["merge"] = lambda state, other: _none(merge(state, other.aggregate_state))
        else:
            found["merge"] = lambda state, other: _none(merge(state, other))
    return found


def _itself(state):
    return state


def _none(result):
    return None


def _without_result(method):
    def call(state, *arguments):
        method(state, *arguments)

    return call


# MARK: Without merge

_add_note = BaseException.add_note


def keeping_rows(found):
    """The same function as its states keep the rows, for engines that have to merge what has no merge.

    A state is None, a pair of the state before and a row, or a triple of two states and None after a merge; a list of rows
    comes from another interpreter. None of them ever changes, so that states can share what they have.
    """
    create, accumulate, finish = found["create"], found["accumulate"], found["finish"]

    def end(state):
        result = create()
        for arguments in flat(state):
            try:
                # Other states have the same rows, and accumulate may keep or change what it gets.
                changed = accumulate(result, *map(copied, arguments))
            except Exception as error:
                # Which call it was is not to be seen from outside.
                _add_note(error, f"in the row ({listed([*map(shown, arguments)])})")
                raise
            if changed is not None:
                result = changed
        return finish(result)

    return {"kept_create": _nothing, "kept_accumulate": _with_row, "kept_merge": _joined, "kept_finish": end}


def _nothing():
    return None


def _with_row(state, *arguments):
    return (state, arguments)


def _joined(state, other):
    return (state, other, None)


def flat(state):
    """The rows that a state keeps, in order; a tree of many merges is deeper than Python's stack."""
    found, waiting = [], [state]
    while waiting:
        state = waiting.pop()
        if type(state) is list:
            found += reversed(state)
        elif state is not None and len(state) == 2:
            found.append(state[1])
            waiting.append(state[0])
        elif state is not None:
            waiting += state[:2]
    found.reverse()
    return found


# MARK: Copies

_PLAIN = {type(None), bool, int, float, complex, str, bytes}


def _is_plain(value, depth=4):
    """Whether nobody can change a value."""
    kind = type(value)
    if kind is tuple:
        return depth > 0 and all(_is_plain(each, depth - 1) for each in value)
    return type(kind) is type and kind in _PLAIN


def copied(state):
    """A state that shares nothing with this one that could be changed."""
    if _is_plain(state):
        return state
    try:
        return _reread(state)
    except MemoryError:
        raise
    except Exception:
        pass
    try:
        return original("copy", "deepcopy")(state, {id(each): each for each in _marks(state)})
    except MemoryError:
        raise
    except Exception as error:
        # Of groupings such as ROLLUP, and the frames of a window, which have states together.
        raise TypeError(
            f"a state that several groups have together cannot be copied: {type(error).__name__}: {error}; keep what "
            "cannot be copied on self, or leave merge out"
        ) from None


# How pickle names the class of plain objects.
_OBJECT = b"\x8c\x06object"
_classes = None


def _reread(state):
    """What pickle makes of a state; plain objects, which are told apart by nothing but what they are, stay the same."""
    data = original("pickle", "dumps")(state, 5)
    if _OBJECT not in data:
        return original("pickle", "loads")(data)
    pickler, unpickler = _marking()
    file, marks = BytesIO(), []
    writing = pickler(file, 5)
    writing.marks = marks
    writing.dump(state)
    file.seek(0)
    reading = unpickler(file)
    reading.marks = marks
    return reading.load()


def _marking():
    """A pickler and an unpickler that hand plain objects on."""
    global _classes
    if _classes is None:

        class Pickler(original("pickle", "Pickler")):
            def persistent_id(self, value):
                if type(value) is not object:
                    return None
                self.marks.append(value)
                return len(self.marks) - 1

        class Unpickler(original("pickle", "Unpickler")):
            def persistent_load(self, place):
                return self.marks[place]

        _classes = Pickler, Unpickler
    return _classes


def _marks(state, depth=3):
    """The plain objects in a state, as far as they are found."""
    if type(state) is object:
        yield state
    elif depth and isinstance(state, dict):
        for each in [*dict.keys(state), *dict.values(state)]:
            yield from _marks(each, depth - 1)
    elif depth and isinstance(state, (list, tuple, set)):
        for each in tuple(state):
            yield from _marks(each, depth - 1)


def is_movable(create):
    """Whether states can go to another interpreter."""
    try:
        data = original("pickle", "dumps")(create(), 5)
        original("pickle", "loads")(data)
    except MemoryError:
        raise
    except Exception:
        return False
    # Such a mark of the file's own is another object in another interpreter.
    return _OBJECT not in data


# MARK: States that are not apart

_CONTAINERS = (list, dict, set, bytearray, deque)
_MOST_PARTS = 1_000


def shared_state(form, create):
    """What two groups would share that they change, in words; None where their states are apart."""
    one, other = create(), create()
    what = "create_state" if not form.of_instances else shown_name(form.owner.__name__)
    advice = "so all groups would change the same one; make a new one for each"
    if one is other and _can_change(one):
        return f"{form.names['create'] if not form.of_instances else what} gives the same {type(one).__name__} each time, {advice}"
    theirs = {id(part) for _, part in _parts(other)}
    defaults = {id(value) for value in _defaults(form)}
    for place, part in _parts(one):
        if id(part) in theirs and id(part) in defaults:
            return f"two states have the same {type(part).__name__} {place}, {advice}"
    cls = type(one)
    own = getattr(form.function("accumulate"), "__module__", None)
    return _shared_attribute(cls, own) if type(cls) is type and _can_change(one) else None


def _can_change(value):
    if isinstance(value, _CONTAINERS):
        return True
    cls = type(value)
    if isinstance(value, (tuple, frozenset, str, bytes, int, float, complex)) or not hasattr(value, "__dict__"):
        return False
    parameters = getattr(cls, "__dataclass_params__", None)
    is_enum = isinstance(getattr(cls, "_member_map_", None), dict)
    return not (is_enum or getattr(parameters, "frozen", False) or isinstance(value, (type, ModuleType, FunctionType)))


def _parts(state):
    """What a state consists of that can be changed, with where it is; one level deep."""
    if isinstance(state, dict):
        items = [(f"under the key {shown(key)}", value) for key, value in islice(dict.items(state), _MOST_PARTS)]
    elif isinstance(state, (list, tuple)):
        iterate = list.__iter__ if isinstance(state, list) else tuple.__iter__
        items = [(f"at place {place}", value) for place, value in enumerate(islice(iterate(state), _MOST_PARTS))]
    else:
        fields = getattr(state, "__dict__", None)
        items = list(fields.items()) if isinstance(fields, dict) else []
        for base in type(state).__mro__:
            names = base.__dict__.get("__slots__", ())
            items += [(name, getattr(state, name, None)) for name in ((names,) if isinstance(names, str) else tuple(names))]
        items = [(f"as '{shown_name(str(name))}'", value) for name, value in items]
    return [(place, value) for place, value in items[:_MOST_PARTS] if isinstance(value, _CONTAINERS)]


def _defaults(form):
    return _default_values(form.owner.__init__ if form.names["create"] == "__init__" else form.function("create"))


def _default_values(function):
    return [*(getattr(function, "__defaults__", None) or ()), *(getattr(function, "__kwdefaults__", None) or {}).values()]


def _shared_attribute(cls, module):
    """What a class of a module has for all its instances that looks as if each should have its own."""
    fields = getattr(cls, "__dataclass_fields__", {})
    for base in [base for base in cls.__mro__[:-1] if base.__module__ == module]:
        try:
            hints = annotations.own(base)
        except Exception:  # since 3.14 they are evaluated only now
            hints = {}
        for name, value in list(base.__dict__.items()):
            if name.startswith("__") or name.isupper() or name in fields or not isinstance(value, _CONTAINERS):
                continue
            # What is filled is looked up, unless it is filled with the numbers to begin with.
            is_table = value and not all(type(each) in (int, float) for each in islice(value, _MOST_PARTS)) or value and isinstance(value, dict)
            if "ClassVar" in str(hints.get(name, "")) or is_table:
                continue
            return (
                f"the class of its states has '{shown_name(name)}', a {type(value).__name__} that all groups would share; set it in "
                f"__init__ (or annotate it with ClassVar where it is meant to be shared)"
            )
    return None
