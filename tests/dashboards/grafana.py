"""What has to hold for a Grafana dashboard besides its schema, and its queries with its variables filled in."""

import itertools
import re

VARIABLE = re.compile(r"\$\{(\w+)(?::\w+)?\}|\$(\w+)")
BUILT_IN = re.compile(r"__\w+")


class Wrong(Exception):
    """The dashboard would not show what it should."""


def structure(board):
    """Complains about ids that are not unique, panels that overlap, and variables that there are not."""
    panels = board["panels"]
    unique("panel id", [panel["id"] for panel in panels])
    unique("title", [panel["title"] for panel in panels])
    unique("variable", [variable["name"] for variable in board["templating"]["list"]])
    for panel in panels:
        unique(f"target of {panel['title']}", [target["refId"] for target in panel.get("targets", [])])
    apart([(panel["title"], *(panel["gridPos"][side] for side in "xywh")) for panel in panels])
    kinds = {variable["query"] for variable in board["templating"]["list"] if variable["name"] == "datasource"}
    for panel in panels:
        for source in [panel["datasource"], *(target["datasource"] for target in panel.get("targets", []))]:
            if {source["type"]} != kinds:
                raise Wrong(f"{panel['title']} asks a {source['type']}, and the variable datasource is a {kinds}")


def unique(what, values):
    twice = {value for value in values if values.count(value) > 1}
    if twice:
        raise Wrong(f"{what} more than once: {sorted(twice)}")


def apart(boxes):
    """Complains about boxes, each as (title, x, y, width, height), that overlap or stick out of the 24 columns."""
    for title, x, _, width, _ in boxes:
        if x + width > 24:
            raise Wrong(f"{title} ends at column {x + width} of 24")
    for one, other in itertools.combinations(boxes, 2):
        if between(one[1], one[3], other[1], other[3]) and between(one[2], one[4], other[2], other[4]):
            raise Wrong(f"{one[0]} and {other[0]} overlap")


def between(start, length, other, other_length):
    return start < other + other_length and other < start + length


def variables(board):
    """What each variable stands for when the dashboard is opened."""
    listed = board["templating"]["list"]
    return {one["name"]: one.get("current", {}).get("value", one["query"]) for one in listed}


def filled(text, known):
    """A query with its variables filled in; those of Grafana itself stay."""

    def value(match):
        name = match[1] or match[2]
        if name in known:
            return str(known[name])
        if BUILT_IN.fullmatch(name):
            return match[0]
        raise Wrong(f"there is no variable {name}")

    return VARIABLE.sub(value, text)
