"""The metrics in lines of the log, and those that dashboards and alarms name.

CloudWatch User Guide, "Embedded metric format specification" and "Using search expressions in graphs".
"""

import re

NAMESPACE = "EcsSpotOperator"

# What SQS itself publishes, by QueueName (SQS Developer Guide, "Available CloudWatch metrics for Amazon SQS").
OF_SQS = {
    "ApproximateAgeOfOldestMessage",
    "ApproximateNumberOfMessagesDelayed",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesVisible",
    "NumberOfEmptyReceives",
    "NumberOfMessagesDeleted",
    "NumberOfMessagesReceived",
    "NumberOfMessagesSent",
    "SentMessageSize",
}
STATISTIC = re.compile(r"SampleCount|Average|Sum|Minimum|Maximum|p\d{1,2}(\.\d+)?|p100")
SEARCH = re.compile(r"SEARCH\('\{([^}]*)\} MetricName=\"(\w+)\"', '(\w+)', (\d+)\)")


class Unknown(Exception):
    """A metric that nobody publishes, or a directive that does not hold."""


class Published:
    """The metrics that lines publish: each with the sets of names that its dimensions have, and its samples."""

    def __init__(self, lines):
        self.sets = {}
        self.samples = {}
        for line in lines:
            for directive in line.object.get("_aws", {}).get("CloudWatchMetrics", []):
                self.add(line, directive)

    def add(self, line, directive):
        if directive["Namespace"] != NAMESPACE:
            raise Unknown(f"the namespace {directive['Namespace']}")
        for metric in directive["Metrics"]:
            name, value = metric["Name"], line.object.get(metric["Name"])
            if not isinstance(value, int | float):
                raise Unknown(f"{name} is {value!r} in {line.text[:120]}")
            for names in directive["Dimensions"]:
                self.check(line, names)
                self.sets.setdefault(name, set()).add(frozenset(names))
            self.samples.setdefault(name, []).append((line.object["_aws"]["Timestamp"], value))

    @staticmethod
    def check(line, names):
        for name in names:
            if not isinstance(line.object.get(name), str) or not line.object[name]:
                raise Unknown(f"the dimension {name} has no value in {line.text[:120]}")

    def require(self, namespace, name, dimensions):
        """Complains unless there is such a metric by exactly these dimensions."""
        dimensions = frozenset(dimensions)
        if namespace == "AWS/SQS":
            known = {frozenset({"QueueName"})} if name in OF_SQS else set()
        else:
            known = self.sets.get(name, set()) if namespace == NAMESPACE else set()
        if dimensions not in known:
            sets = " or ".join(sorted(str(sorted(one)) for one in known)) or "nothing"
            raise Unknown(f"{namespace} {name} by {sorted(dimensions)}: it is there by {sets}")


def statistic(text):
    if not STATISTIC.fullmatch(str(text)):
        raise Unknown(f"no statistic: {text}")


def of_expression(text):
    """The metric that a search names, as (namespace, name, dimensions); None for an expression over others."""
    if not text.startswith("SEARCH("):
        return None
    match = SEARCH.fullmatch(text)
    if not match:
        raise Unknown(f"cannot be read: {text}")
    schema, name, stat, period = match.groups()
    statistic(stat)
    if int(period) % 60:
        raise Unknown(f"no period: {period}")
    namespace, *dimensions = schema.split(",")
    return namespace, name, dimensions


def of_widget(properties):
    """The metrics that a metric widget shows, each as (namespace, name, dimensions)."""
    entries = properties.get("metrics", [])
    ids = {options(entry)["id"] for entry in entries if "id" in options(entry)}
    found, before = [], []
    for entry in entries:
        statistic(options(entry).get("stat", properties.get("stat", "Average")))
        if isinstance(entry[0], dict):
            found += expressed(entry[0]["expression"], ids)
            continue
        words = [word for word in entry if isinstance(word, str)]
        # A dot stands for what the entry before has in its place.
        before = [before[at] if word == "." else word for at, word in enumerate(words)]
        found.append((before[0], before[1], before[2::2]))
    return found


def options(entry):
    return entry[-1] if isinstance(entry[-1], dict) else {}


def expressed(text, ids):
    """The metric that an expression searches; where it calculates, it may only name other entries."""
    if searched := of_expression(text):
        return [searched]
    unknown = set(re.findall(r"\b[a-z]\w*\b", text)) - ids
    if unknown:
        raise Unknown(f"{text} names {sorted(unknown)}, which no metric of the widget has as its id")
    return []
