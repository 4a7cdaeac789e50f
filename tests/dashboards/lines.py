"""The lines of a log as log stores see them: nested fields by their path, `tasks.killed`, and what stores add."""

import datetime
import json
import pathlib

# What Logs Insights adds to each line (User Guide, "Supported logs and discovered fields").
GENERATED = ("@timestamp", "@message", "@logStream", "@log", "@ingestionTime")
# Events that are there for their metrics alone.
OF_METRICS = ("operator.metrics", "operator.pool")


class Line:
    """One line: its text, its JSON object if it is one, and its fields by path."""

    def __init__(self, text, before):
        self.text = text
        self.object = parsed(text)
        at = milliseconds(self.object.get("timestamp")) or before
        self.fields = dict.fromkeys(GENERATED, "any") | {"@timestamp": at, "@message": text, "@ingestionTime": at}
        flatten(self.object, "", self.fields)


def read(path):
    """The lines of a file, each with the time of the one before where it has none."""
    found = []
    for text in pathlib.Path(path).read_text().splitlines():
        found.append(Line(text, found[-1].fields["@timestamp"] if found else 0))
    return found


def without_metrics(log):
    """The lines as an operator would have written them whose log has no metrics in it."""
    return [bare(line) for line in log if line.object.get("event") not in OF_METRICS]


def bare(line):
    if "_aws" not in line.object:
        return line
    directives = line.object["_aws"]["CloudWatchMetrics"]
    added = {"_aws"} | {metric["Name"] for directive in directives for metric in directive["Metrics"]}
    left = {name: value for name, value in line.object.items() if name not in added}
    return Line(json.dumps(left, separators=(",", ":"), ensure_ascii=False), line.fields["@timestamp"])


def parsed(text):
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def milliseconds(text):
    if not isinstance(text, str):
        return None
    return round(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


def flatten(value, path, into):
    """Puts every value that holds no others into `into`, by its path."""
    if isinstance(value, dict):
        pairs = value.items()
    elif isinstance(value, list):
        pairs = enumerate(value)
    else:
        into[path] = int(value) if isinstance(value, bool) else value
        return
    for key, inner in pairs:
        flatten(inner, f"{path}.{key}" if path else str(key), into)
