"""Logs Insights QL, evaluated over lines (CloudWatch Logs User Guide, "Logs Insights language query syntax").

Strict where AWS is lenient: an unknown command or function is an error, and so is a field that none of the lines has
that a command gets, since the column would be empty for ever.
"""

import re
import statistics

from expressions import number, shown, value
from syntax import QueryError, Reader, names, tokens, unquoted

LIMIT_MAX = 10_000


class Result:
    """Rows on their way through a query: their fields, and the columns that are shown, None for the line as it is."""

    def __init__(self, rows):
        self.rows = rows
        self.columns = None

    def check(self, tree):
        """Each field must be there in one of the rows at least."""
        for name in names(tree):
            if not any(row.get(name) is not None for row in self.rows):
                raise QueryError(f"none of {len(self.rows)} lines has the field {name}")


def run(query, lines):
    """What `query` answers, as (columns, rows)."""
    result = Result([dict(line.fields) for line in lines])
    for name, reader in commands(query):
        COMMANDS[name](reader, result)
        reader.end()
    columns = result.columns or ["@timestamp", "@message"]
    return columns, [[row.get(column) for column in columns] for row in result.rows]


def commands(query):
    """The commands of a query: the name of each, and a reader of what follows."""
    found, part = [], []
    for token in [*tokens(query), ("sign", "|")]:
        if token != ("sign", "|"):
            part.append(token)
            continue
        kind, name = part[0] if part else ("", "")
        if kind != "name" or name.lower() not in COMMANDS:
            raise QueryError(f"unknown command `{name}`")
        found.append((name.lower(), Reader(part[1:])))
        part = []
    return found


def groups_by(query):
    """The trees that the last `stats` groups by, None where there is no `stats`."""
    grouped = None
    for name, reader in commands(query):
        if name == "stats":
            grouped = stats_of(reader)[1]
    return grouped


def aliased(reader):
    """An expression, and the name of its column: its alias or its own text."""
    start = reader.at
    tree = reader.expression()
    text = "".join(token for _, token in reader.tokens[start:reader.at])
    return tree, reader.name() if reader.take("as") else text


def fields(reader, result):
    shown_before = result.columns or []
    for tree, name in reader.many(lambda: aliased(reader)):
        result.check(tree)
        for row in result.rows:
            row[name] = value(tree, row)
        shown_before.append(name)
    result.columns = shown_before


def display(reader, result):
    columns = reader.many(reader.name)
    result.check([("field", name) for name in columns])
    result.columns = columns


def keep(reader, result):
    tree = reader.expression()
    result.check(tree)
    result.rows = [row for row in result.rows if value(tree, row)]


def sort(reader, result):
    tree = reader.expression()
    result.check(tree)
    down = reader.take("asc", "desc") == "desc"
    known = [row for row in result.rows if value(tree, row) is not None]
    unknown = [row for row in result.rows if value(tree, row) is None]
    known.sort(key=lambda row: rank(value(tree, row)), reverse=down)
    result.rows = known + unknown


def rank(of):
    """Numbers before texts, so that any two values have an order."""
    try:
        return 0, number(of), ""
    except QueryError:
        return 1, 0.0, shown(of)


def limit(reader, result):
    kind, text = reader.next()
    if kind != "number" or not 0 < int(text) <= LIMIT_MAX:
        raise QueryError(f"no limit: {text}")
    result.rows = result.rows[:int(text)]


def dedup(reader, result):
    columns = reader.many(reader.name)
    result.check([("field", name) for name in columns])
    first = {}
    for row in result.rows:
        first.setdefault(tuple(row.get(name) for name in columns), row)
    result.rows = list(first.values())


def parse(reader, result):
    """The form with a text in which `*` stands for what a field gets."""
    tree = ("field", reader.name())
    result.check(tree)
    kind, text = reader.next()
    if kind != "string":
        reader.fail("expected a text with `*`")
    reader.expect("as")
    columns = reader.many(reader.name)
    parts = unquoted(text).split("*")
    if len(parts) != len(columns) + 1:
        raise QueryError(f"{len(parts) - 1} stars and {len(columns)} names")
    # The last star takes the rest of the text, the others as little as possible.
    pattern = re.compile("(.*?)".join(map(re.escape, parts)) + ("$" if parts[-1] == "" else ""))
    for row in result.rows:
        match = pattern.search(shown(value(tree, row)))
        row.update(zip(columns, match.groups(), strict=True) if match else [])


def stats(reader, result):
    wanted, grouped = stats_of(reader)
    result.check([tree for tree, _ in grouped])
    result.check([tree for tree, _ in wanted])
    groups = {}
    for row in result.rows:
        groups.setdefault(tuple(value(tree, row) for tree, _ in grouped), []).append(row)
    result.columns = [name for _, name in grouped + wanted]
    result.rows = [aggregated(wanted, grouped, key, rows) for key, rows in groups.items()]


def stats_of(reader):
    """What a `stats` command computes, and what it groups by."""
    wanted = reader.many(lambda: aliased(reader))
    for tree, name in wanted:
        if tree[0] != "call" or tree[1] not in AGGREGATES:
            raise QueryError(f"no aggregation: {name}")
    return wanted, reader.many(lambda: aliased(reader)) if reader.take("by") else []


def aggregated(wanted, grouped, key, rows):
    row = {name: part for (_, name), part in zip(grouped, key, strict=True)}
    return row | {name: aggregate(tree[1], tree[2], rows) for tree, name in wanted}


def aggregate(name, arguments, rows):
    if name == "count" and arguments in ([], [("all",)]):
        return len(rows)
    if len(arguments) != (2 if name == "pct" else 1):
        raise QueryError(f"{name} does not take {len(arguments)} arguments")
    in_time = sorted(rows, key=lambda row: row.get("@timestamp") or 0)
    values = [found for row in in_time if (found := value(arguments[0], row)) is not None]
    if name == "pct":
        return percentile(values, value(arguments[1], {}))
    return AGGREGATES[name](values) if values or name in ("count", "count_distinct") else None


def percentile(values, share):
    """The value that `share` percent of all are not above."""
    if not values:
        return None
    ordered = sorted(map(number, values))
    return ordered[min(len(ordered) - 1, int(len(ordered) * share / 100))]


AGGREGATES = {
    "count": len,
    "count_distinct": lambda values: len(set(values)),
    "sum": lambda values: sum(map(number, values)),
    "avg": lambda values: statistics.fmean(map(number, values)),
    "min": lambda values: min(values, key=rank),
    "max": lambda values: max(values, key=rank),
    "stddev": lambda values: statistics.pstdev(map(number, values)),
    "earliest": lambda values: values[0],
    "latest": lambda values: values[-1],
    "pct": percentile,
}
COMMANDS = {
    "fields": fields,
    "filter": keep,
    "display": display,
    "parse": parse,
    "stats": stats,
    "sort": sort,
    "limit": limit,
    "dedup": dedup,
}
