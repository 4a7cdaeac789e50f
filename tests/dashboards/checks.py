"""Checks that are counted and told, a line each: what a query, a metric or a file must be."""

import json
import pathlib
import re

import grafana
import insights
import jsonschema
import lines
import logql
import metrics

HERE = pathlib.Path(__file__).parent
LOG_LINE = HERE.parent.parent / "crds-like-schemas/logline.schema.json"
# An event as queries write it: in quotes, or in a regular expression with a backslash before the dot.
EVENT = re.compile(r'["|](\w+(?:\\\\)?\.[a-z_]+)(?=["|])')


class Checks:
    """The checks so far, and how many of them failed."""

    def __init__(self, log):
        self.log = lines.read(log)
        self.bare = lines.without_metrics(self.log)
        self.count = self.failed = 0
        self.shown = set()
        self.published = metrics.Published([])
        self.gone_off = set()
        self.that("the metrics in the log", self.publish)

    def publish(self):
        self.published = metrics.Published(self.log)
        if not self.published.sets:
            raise metrics.Unknown("there are none: spec.logs.embeddedMetrics must be true")
        return f"{len(self.published.sets)} metrics"

    def that(self, what, check, *arguments):
        """One check: it fails by raising anything, and what it returns is told."""
        self.count += 1
        try:
            told = check(*arguments)
        except Exception as error:
            self.failed += 1
            name = "" if type(error).__module__ != "builtins" else f"{type(error).__name__}: "
            print(f"FAILED  {what}: {name}{getattr(error, 'message', error)}")
        else:
            print(f"ok      {what}{f': {told}' if told else ''}")

    def insights(self, query, view="table"):
        """Answers a query of Logs Insights, and says how many rows."""
        self.events(query)
        grouped = insights.groups_by(query)
        by_time = grouped is not None and [tree[:2] for tree, _ in grouped] == [("call", "bin")]
        if (view == "timeSeries") != by_time:
            raise insights.QueryError(f"shown as {view}, and grouped by {[name for _, name in grouped or []]}")
        _, rows = insights.run(query, self.needed(query))
        return answered(rows, "rows")

    def logql(self, query):
        self.events(query)
        return answered(logql.run(query, self.needed(query)), "lines or series")

    def needed(self, query):
        """What a query must be answered from: the log without metrics, unless it asks for lines that are only about them."""
        return self.log if any(event in query for event in lines.OF_METRICS) else self.bare

    def events(self, query):
        """A query that names an event which there is not would miss it for ever, and others may hide that."""
        known = event_names() | {line.object["event"] for line in self.log if line.object.get("event")}
        rooms = {name.split(".")[0] for name in known}
        named = {name.replace("\\", "") for name in EVENT.findall(query)}
        unknown = {name for name in named - known if name.split(".")[0] in rooms}
        if unknown:
            raise insights.QueryError(f"there are no events {sorted(unknown)}")

    def metric(self, namespace, name, dimensions):
        self.published.require(namespace, name, dimensions)
        self.shown.add(name)

    def metrics(self, named):
        for one in named:
            self.metric(*one)
        return ", ".join(sorted({name for _, name, _ in named}))


def event_names():
    """The events that the schema of a line knows."""
    schema = json.loads(LOG_LINE.read_text())["$defs"]["LogEvent"]
    return {one["const"] for one in schema.get("oneOf", [])} | set(schema.get("enum", []))


def answered(found, what):
    if not found:
        raise insights.QueryError("it has no answer in this log")
    return f"{len(found)} {what}"


def by_schema(value, name):
    schema = json.loads((HERE / f"schemas/{name}.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    error = jsonschema.exceptions.best_match(jsonschema.Draft202012Validator(schema).iter_errors(value))
    if error:
        raise grafana.Wrong(f"{error.json_path}: {error.message[:300]}")
