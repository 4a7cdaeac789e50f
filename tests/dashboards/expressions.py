"""What an expression of Logs Insights QL is worth for one line."""

import math
import operator

from syntax import QueryError

ARITHMETIC = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": operator.mod,
    "^": operator.pow,
}
ORDER = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}

# name: (fewest arguments, most, what it does with their values)
FUNCTIONS = {
    "abs": (1, 1, lambda a: abs(number(a))),
    "ceil": (1, 1, lambda a: math.ceil(number(a))),
    "floor": (1, 1, lambda a: math.floor(number(a))),
    "greatest": (1, 99, lambda *all: max(map(number, all))),
    "least": (1, 99, lambda *all: min(map(number, all))),
    "coalesce": (1, 99, lambda *all: next((value for value in all if value is not None), None)),
    "concat": (1, 99, lambda *all: "".join(shown(value) for value in all)),
    "strcontains": (2, 2, lambda text, part: int(part in shown(text))),
    "strlen": (1, 1, lambda text: len(shown(text))),
    "tolower": (1, 1, lambda text: shown(text).lower()),
    "toupper": (1, 1, lambda text: shown(text).upper()),
    "isempty": (1, 1, lambda text: text in (None, "")),
    "isblank": (1, 1, lambda text: not shown(text).strip()),
    "ispresent": (1, 1, lambda value: value is not None),
    "datefloor": (2, 2, lambda at, period: number(at) // period * period),
    "tomillis": (1, 1, lambda at: at),
}


def value(tree, line):
    """The value of `tree` for the fields `line`; None where a field that it needs is missing."""
    kind = tree[0]
    if kind in ("value", "period"):
        return tree[1]
    if kind == "field":
        return line.get(tree[1])
    if kind == "call":
        return called(tree[1], tree[2], line)
    if kind == "not":
        decided(tree[1], line)
        return not value(tree[1], line)
    if kind == "and":
        return bool(value(tree[1], line)) and bool(value(tree[2], line))
    if kind == "or":
        return bool(value(tree[1], line)) or bool(value(tree[2], line))
    if kind == "like":
        text = value(tree[1], line)
        return text is not None and bool(tree[2].search(shown(text)))
    if kind == "in":
        return any(same(value(tree[1], line), value(one, line)) for one in tree[2])
    return combined(tree, line)


def decided(tree, line):
    """The documentation does not say whether a missing field differs from a text, so that no query may ask for it."""
    if tree[0] in ("=", "!=", "like", "in", *ORDER) and value(tree[1], line) is None:
        raise QueryError(f"asked of lines without the field whether they have another value: {tree}")


def combined(tree, line):
    sign, left, right = tree[0], value(tree[1], line), value(tree[2], line)
    if sign == "!=":
        decided(tree, line)
        return not same(left, right)
    if sign == "=":
        return same(left, right)
    if left is None or right is None:
        return False if sign in ORDER else None
    if sign in ORDER:
        return ORDER[sign](number(left), number(right))
    if sign in ARITHMETIC:
        return ARITHMETIC[sign](number(left), number(right))
    raise QueryError(f"unknown operation {sign}")


def called(name, arguments, line):
    if name == "bin":
        name, arguments = "datefloor", [("field", "@timestamp"), *arguments]
    if name not in FUNCTIONS:
        raise QueryError(f"unknown function {name}")
    fewest, most, function = FUNCTIONS[name]
    if not fewest <= len(arguments) <= most:
        raise QueryError(f"{name} does not take {len(arguments)} arguments")
    return function(*(value(one, line) for one in arguments))



def same(left, right):
    """Whether two values are equal, as numbers where both are some."""
    if left is None or right is None:
        return False
    try:
        return number(left) == number(right)
    except QueryError:
        return shown(left) == shown(right)


def number(of):
    try:
        return float(of)
    except (TypeError, ValueError):
        raise QueryError(f"no number: {of!r}") from None


def shown(of):
    if of is None:
        return ""
    return f"{of:g}" if isinstance(of, float) else str(of)
