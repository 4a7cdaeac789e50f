"""Logs Insights QL as text: tokens, and expressions as trees.

A tree is a tuple: ("value", v), ("field", name), ("call", name, trees), ("not", tree), ("like", tree, pattern),
("in", tree, trees), ("period", milliseconds), or (operator, tree, tree).
"""

import re

from reading import QueryError, Tokens

TOKEN = re.compile(
    r"""\s+|\#[^\n]*
    |(?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    |`(?P<quoted>[^`]+)`
    |(?P<period>\d+[a-z]+)
    |(?P<number>\d+(?:\.\d+)?)
    |(?P<name>[@A-Za-z_][\w.@]*)
    |(?P<sign>=~|!=|<=|>=|[-=<>+*/%^()\[\],|])""",
    re.VERBOSE,
)
REGEX = re.compile(r"/((?:[^/\\]|\\.)+)/")
COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
UNITS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
KEYWORDS = ("and", "or", "not", "in", "like", "as", "by", "asc", "desc")


def tokens(text):
    """The tokens of a query as (kind, text); a regular expression may only stand after `like` and `=~`."""
    found, at = [], 0
    while at < len(text):
        may_be_regex = found and found[-1][1].lower() in ("like", "=~")
        match = REGEX.match(text, at) if may_be_regex else None
        if match:
            found.append(("regex", match[1]))
        else:
            match = TOKEN.match(text, at)
            if not match:
                raise QueryError(f"cannot be read from here: {text[at:at + 20]!r}")
            if match.lastgroup:
                found.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return found


class Reader(Tokens):
    """Reads one command's tokens from left to right. Words are the same in capitals."""

    def __init__(self, found):
        super().__init__(found, alike=str.lower)

    def next(self):
        if self.at == len(self.tokens):
            self.fail("something is missing at the end")
        self.at += 1
        return self.tokens[self.at - 1]

    def name(self):
        kind, text = self.next()
        if kind == "quoted" or (kind == "name" and text.lower() not in KEYWORDS):
            return text
        self.at -= 1
        return self.fail("expected a name")

    def end(self):
        if self.at < len(self.tokens):
            self.fail("too much")

    def many(self, one):
        """One or more, separated by commas."""
        found = [one()]
        while self.take(","):
            found.append(one())
        return found

    # Expressions, the operators that bind least first.

    def expression(self):
        return self.chain(lambda: self.chain(self.negation, "and"), "or")

    def chain(self, inner, *operators):
        tree = inner()
        while operator := self.take(*operators):
            tree = (operator, tree, inner())
        return tree

    def negation(self):
        return ("not", self.negation()) if self.take("not") else self.comparison()

    def comparison(self):
        tree = self.sum()
        negated = self.take("not")
        if self.take("like", "=~"):
            tree = ("like", tree, self.pattern())
        elif self.take("in"):
            tree = ("in", tree, self.list())
        elif negated:
            self.fail("expected `in` or `like` after `not`")
        elif operator := self.take(*COMPARISONS):
            return (operator, tree, self.sum())
        return ("not", tree) if negated else tree

    def sum(self):
        return self.chain(lambda: self.chain(lambda: self.chain(self.primary, "^"), "*", "/", "%"), "+", "-")

    def primary(self):
        if self.take("("):
            tree = self.expression()
            self.expect(")")
            return tree
        if self.take("-"):
            return ("-", ("value", 0), self.primary())
        kind, text = self.next()
        if kind == "string":
            return ("value", unquoted(text))
        if kind == "number":
            return ("value", float(text))
        if kind == "period":
            return ("period", milliseconds(text))
        self.at -= 1
        name = self.name()
        return ("call", name.lower(), self.arguments()) if kind == "name" and self.take("(") else ("field", name)

    def arguments(self):
        if self.take(")"):
            return []
        if self.take("*"):
            found = [("all",)]
        else:
            found = self.many(self.expression)
        self.expect(")")
        return found

    def list(self):
        self.expect("[")
        found = self.many(self.primary)
        self.expect("]")
        return found

    def pattern(self):
        kind, text = self.next()
        if kind == "regex":
            return re.compile(text.replace("\\/", "/"))
        if kind == "string":
            return re.compile(re.escape(unquoted(text)))
        return self.fail("expected a text or a regular expression")


def unquoted(text):
    return re.sub(r"\\(.)", r"\1", text[1:-1])


def milliseconds(text):
    amount, unit = re.fullmatch(r"(\d+)([a-z]+)", text).groups()
    if unit not in UNITS:
        raise QueryError(f"no period: {text}")
    return int(amount) * UNITS[unit]


def names(tree):
    """The fields that a tree names."""
    if not isinstance(tree, tuple | list):
        return set()
    if tree and tree[0] == "field":
        return {tree[1]}
    return set().union(*(names(inner) for inner in tree)) if tree else set()
