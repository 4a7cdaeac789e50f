"""The part of LogQL that the dashboard uses, evaluated over lines (Loki documentation, "LogQL: Log query language").

All lines are one stream and one range, so that what comes out is what an instant query over the whole log would give.
A field that none of the lines has which a `json` stage gets is an error, as is a label that no stage has extracted.
"""

import re

from reading import QueryError, Tokens

TOKEN = re.compile(
    r"""\s+
    |(?P<string>"(?:[^"\\]|\\.)*"|`[^`]*`)
    |(?P<range>\$__\w+|\d+[smhd])
    |(?P<number>-?\d+(?:\.\d+)?)
    |(?P<name>[A-Za-z_]\w*)
    |(?P<sign>\|=|\|~|=~|!~|!=|>=|<=|[{}()\[\],|=<>])""",
    re.VERBOSE,
)
OVER_TIME = {
    "count_over_time": len,
    "sum_over_time": sum,
    "max_over_time": max,
    "min_over_time": min,
    "avg_over_time": lambda values: sum(values) / len(values),
    "quantile_over_time": None,
    "last_over_time": lambda values: values[-1],
}
# Loki refuses to group the others.
MAY_GROUP = ("max_over_time", "min_over_time", "avg_over_time", "quantile_over_time", "last_over_time")
VECTOR = {"sum": sum, "max": max, "min": min, "count": len, "avg": lambda values: sum(values) / len(values)}
RANGES = ("$__auto", "$__range", "$__interval")
# Labels that agents usually give a stream. Loki renames an extracted one of the same name to `…_extracted`, so that a query
# would get the stream's.
OF_STREAMS = frozenset(
    "app cluster component container container_id container_name detected_level env environment filename host hostname"
    " image instance job level namespace node node_name pod project region service service_name severity source stream"
    " task_arn".split()
)
COMPARE = {
    "=": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "=~": lambda left, right: bool(re.fullmatch(right, left)),
    "!~": lambda left, right: not re.fullmatch(right, left),
    ">": lambda left, right: number(left) > right,
    ">=": lambda left, right: number(left) >= right,
    "<": lambda left, right: number(left) < right,
    "<=": lambda left, right: number(left) <= right,
}


class Entry:
    """A line on its way through a pipeline: what it shows, and the labels that were extracted."""

    def __init__(self, line):
        self.line = line
        self.text = line.text
        self.labels = {}


class Reader(Tokens):
    """Reads a query from left to right, and evaluates it on the way."""

    def __init__(self, text, lines):
        super().__init__(list(tokens(text)))
        self.lines = lines

    def one(self, *kinds):
        kind, text = self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")
        if kind not in kinds:
            self.fail(f"expected {' or '.join(kinds)}")
        self.at += 1
        return unquoted(text) if kind == "string" else text

    # Vectors: lists of (labels, value).

    def vector(self):
        if name := self.take(*VECTOR):
            return self.aggregated(VECTOR[name])
        if self.take("topk"):
            return self.topmost()
        return self.over_time()

    def aggregated(self, combine):
        labels = self.grouping()
        self.expect("(")
        inner = self.vector()
        self.expect(")")
        return grouped(inner, labels if labels is not None else self.grouping() or [], combine)

    def topmost(self):
        self.expect("(")
        most = int(self.one("number"))
        self.expect(",")
        inner = self.vector()
        self.expect(")")
        return sorted(inner, key=lambda pair: -pair[1])[:most]

    def over_time(self):
        name = self.expect(*OVER_TIME)
        self.expect("(")
        share = self.share() if name == "quantile_over_time" else None
        entries, unwrapped = self.logs()
        self.range()
        self.expect(")")
        if (unwrapped is None) != (name == "count_over_time"):
            self.fail(f"{name} and `unwrap` do not go together as they are")
        labels = self.grouping()
        if labels is not None and name not in MAY_GROUP:
            self.fail(f"{name} cannot be grouped")
        return self.series(entries, unwrapped, labels, combiner(name, share))

    def share(self):
        share = float(self.one("number"))
        self.expect(",")
        return share

    def range(self):
        self.expect("[")
        text = self.one("range")
        if text.startswith("$") and text not in RANGES:
            self.fail(f"unknown variable {text}")
        self.expect("]")

    def grouping(self):
        if not self.take("by"):
            return None
        self.expect("(")
        found = [self.one("name")]
        while self.take(","):
            found.append(self.one("name"))
        self.expect(")")
        return found

    def series(self, entries, unwrapped, labels, combine):
        pairs = []
        for entry in entries:
            value = 1 if unwrapped is None else number(entry.labels.get(unwrapped))
            pairs.append(({name: text for name, text in entry.labels.items() if name != unwrapped}, value))
        if labels is None:
            labels = sorted({name for own, _ in pairs for name in own})
        return grouped(pairs, labels, combine)

    # Logs: lists of entries.

    def logs(self):
        """The entries that a selector and its pipeline leave, and the label that is unwrapped at its end."""
        self.selector()
        entries = [Entry(line) for line in self.lines]
        while stage := self.take("|=", "!=", "|~", "!~", "|"):
            if stage != "|":
                entries = self.containing(stage, entries)
            elif self.take("unwrap"):
                return entries, self.known(self.one("name"), entries)
            elif self.take("json"):
                self.extract(entries)
            elif self.take("line_format"):
                self.format(entries)
            else:
                entries = self.having(entries)
        return entries, None

    def selector(self):
        self.expect("{")
        while not self.take("}"):
            self.one("name")
            self.expect("=", "=~", "!=", "!~")
            self.one("string")
            self.take(",")

    def containing(self, stage, entries):
        wanted = self.one("string")
        pattern = re.compile(wanted if "~" in stage else re.escape(wanted))
        return [entry for entry in entries if bool(pattern.search(entry.text)) != stage.startswith("!")]

    def extract(self, entries):
        while True:
            name = self.one("name")
            self.expect("=")
            path = self.one("string")
            if name in OF_STREAMS:
                self.fail(f"streams often have a label {name} of their own")
            if not any(entry.line.fields.get(path) is not None for entry in entries):
                self.fail(f"none of {len(entries)} lines has the field {path}")
            for entry in entries:
                value = entry.line.fields.get(path)
                entry.labels[name] = "" if value is None else str(value)
            if not self.take(","):
                return

    def format(self, entries):
        template = self.one("string")
        for name in re.findall(r"\{\{\.(\w+)\}\}", template):
            self.known(name, entries)
        for entry in entries:
            entry.text = re.sub(r"\{\{\.(\w+)\}\}", lambda match, entry=entry: entry.labels[match[1]], template)

    def known(self, name, entries):
        if entries and name not in entries[0].labels:
            self.fail(f"no stage has extracted the label {name}")
        return name

    def having(self, entries):
        found = self.condition(entries)
        while operator := self.take("and", "or"):
            other = self.condition(entries)
            found = found & other if operator == "and" else found | other
        return [entry for at, entry in enumerate(entries) if at in found]

    def condition(self, entries):
        """The places of the entries that a condition holds for."""
        name = self.known(self.one("name"), entries)
        operator = self.expect(*COMPARE)
        wanted = self.one("string") if operator in ("=", "!=", "=~", "!~") else float(self.one("number"))
        return {at for at, entry in enumerate(entries) if COMPARE[operator](entry.labels[name], wanted)}


def unquoted(text):
    """A text without its quotes; backticks leave everything as it is."""
    return text[1:-1] if text.startswith("`") else re.sub(r"\\(.)", r"\1", text[1:-1])


def tokens(text):
    at = 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if not match:
            raise QueryError(f"cannot be read from here: {text[at:at + 20]!r}")
        if match.lastgroup:
            yield match.lastgroup, match[match.lastgroup]
        at = match.end()


def run(query, lines):
    """The answer of a query: the lines that are left, or the series, as (labels, value)."""
    reader = Reader(query, lines)
    if reader.peek("{"):
        answer = [entry.text for entry in reader.logs()[0]]
    else:
        answer = reader.vector()
    if reader.at < len(reader.tokens):
        reader.fail("too much")
    return answer


def grouped(pairs, labels, combine):
    groups = {}
    for own, value in pairs:
        groups.setdefault(tuple((name, own.get(name, "")) for name in labels), []).append(value)
    return [(dict(key), combine(values)) for key, values in groups.items()]


def combiner(name, share):
    if share is None:
        return OVER_TIME[name]
    return lambda values: sorted(values)[min(len(values) - 1, int(len(values) * share))]


def number(text):
    try:
        return float(text)
    except (TypeError, ValueError):
        raise QueryError(f"no number: {text!r}") from None
