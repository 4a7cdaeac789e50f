"""The table of the differences that are known, each with the reason why the simulated AWS is right."""

from typing import NamedTuple

from compare import Difference
from targets import PATIENCE

COLUMNS = ("step", "target", "what differs", "simulated AWS", "other", "why ours is right")
TITLES = {
    "sqs": "SQS",
    "events": "EventBridge",
    "ecs": "ECS",
    "autoscaling": "EC2 Auto Scaling",
    "state": "What became of it",
}


class Row(NamedTuple):
    step: str
    targets: tuple
    what: str
    ours: str
    theirs: str
    why: str

    def differences(self):
        return [Difference(self.step, target, self.what, self.ours, self.theirs) for target in self.targets]


def read(path):
    """What stands before the first section, and the rows."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines]
    rows = [row for row in cells if row != COLUMNS and not set(row[0]) <= {"-"}]
    wrong = [row for row in rows if len(row) != len(COLUMNS)]
    if wrong:
        raise ValueError(f"{path}: a row has {len(COLUMNS)} cells: {wrong[0]}")
    return text.split("\n## ")[0].rstrip(), [Row(step, tuple(t.split(", ")), *rest) for step, t, *rest in rows]


def write(path, preface, rows):
    parts = [preface]
    for service, title in TITLES.items():
        own = sorted(row for row in rows if service_of(row.step) == service)
        if own:
            lines = [line(COLUMNS), line("---" for _ in COLUMNS)]
            lines += [line((row.step, ", ".join(row.targets), *row[2:])) for row in own]
            parts.append(f"## {title}\n\n" + "\n".join(lines))
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n\n".join(parts) + "\n")


def service_of(step):
    return step.split(".")[0].split(":")[0]


def line(cells):
    return "| " + " | ".join(cells).rstrip() + " |"


def missing(rows, found):
    """Rows without a reason for the differences that have none, the same one of several targets in one row."""
    known = {difference for row in rows for difference in row.differences()}
    targets = {}
    for difference in found:
        if difference not in known:
            targets.setdefault(difference._replace(target=""), []).append(difference.target)
    return [Row(of.step, tuple(names), *of[2:], "") for of, names in targets.items()]


def complaints(rows, found, targets):
    """What is wrong with the table, given the differences that there are from `targets`."""
    seen = set()
    for row in rows:
        if not row.why:
            yield f"no reason: {line(told(row))}"
        for difference in row.differences():
            if difference in seen:
                yield f"twice in the table: {line(told(row))}"
            # Rows of a target that was not asked this time are let be.
            asked = difference.target in targets or difference.target not in PATIENCE
            if asked and difference not in found:
                yield f"does not occur with {difference.target}: {line(told(row))}"
            seen.add(difference)
    for row in missing(rows, found):
        yield f"not in the table: {line(told(row))}"


def told(row):
    return (row.step, ", ".join(row.targets), *row[2:])
