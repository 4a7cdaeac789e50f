"""Checks the dashboards and alarms of deploy/dashboards that live on the log, against a log of the operator.

    check.py LOG [ALARM…]

Each query must have an answer in LOG without what spec.logs.embeddedMetrics adds, unless it asks for operator.metrics or
operator.pool, which are only there with it. Each metric must be published by one of its lines, and each file
must be what its service takes. Where alarms are named, as in the template, these must go off over LOG, and no others of
those on the operator's own metrics. One line for each check; ends with 1 where one of them fails.
"""

import json
import pathlib
import re
import sys

import alarms
import grafana
import metrics
import template
from checks import Checks, by_schema

DASHBOARDS = pathlib.Path(__file__).parent.parent.parent / "deploy/dashboards"
# The template is resolved with its defaults alone, and once with every optional thing.
TOPIC = "arn:aws:sns:eu-central-1:123456789012:alarms"
EVERYTHING = {"DeadLetterQueueName": "spot-events-dead", "AlarmTopicArn": TOPIC}
# `aws cloudformation deploy` takes more only by way of a bucket (CloudFormation quotas).
TEMPLATE_MAX = 51_200


def cloudwatch(checks):
    path = DASHBOARDS / "cloudwatch.yaml"
    checks.that("cloudwatch.yaml is short enough", short, path)
    for name, given in (("with its defaults", {}), ("with everything", EVERYTHING)):
        checks.that(f"cloudwatch.yaml {name}", stack, checks, template.load(path), given, name)


def short(path):
    size = path.stat().st_size
    if size > TEMPLATE_MAX:
        raise template.Wrong(f"{size} bytes, and {TEMPLATE_MAX} are taken")
    return f"{size} bytes"


def stack(checks, loaded, given, name):
    it = template.Stack(loaded, given)
    resources = it.resources()
    it.outputs()
    for logical, resource in resources.items():
        properties = resource["Properties"]
        if resource["Type"] == "AWS::CloudWatch::Alarm":
            checks.that(f"  alarm {logical} {name}", alarm, checks, logical, properties)
        elif resource["Type"] == "AWS::CloudWatch::Dashboard":
            body(checks, json.loads(properties["DashboardBody"]), name)
        else:
            raise template.Wrong(f"unknown type {resource['Type']}")
    unused = (set(loaded["Parameters"]) | set(loaded["Conditions"])) - it.used
    if unused:
        raise template.Wrong(f"never used: {sorted(unused)}")
    there = {logical: one["Properties"] for logical, one in resources.items() if logical != "Dashboard"}
    shown_and_explained(there, json.loads(resources["Dashboard"]["Properties"]["DashboardBody"]))
    return f"{len(there)} alarms"


def shown_and_explained(alarms_there, dashboard):
    """The dashboard shows every alarm, and what an alarm calls by its title, in quotes, is there."""
    shown = {arn for one in dashboard["widgets"] for arn in one["properties"].get("alarms", [])}
    absent = set(alarms_there) - {arn.rsplit(":", 1)[1] for arn in shown}
    if absent:
        raise template.Wrong(f"alarms that the dashboard does not show: {sorted(absent)}")
    titles = {one["properties"].get("title") for one in dashboard["widgets"]}
    for logical, properties in alarms_there.items():
        named = set(re.findall('"([^"]+)"', properties["AlarmDescription"]))
        if not named <= titles:
            raise template.Wrong(f"{logical} names what is not on the dashboard: {sorted(named - titles)}")


def alarm(checks, logical, properties):
    by_schema(properties, "alarm")
    if properties["DatapointsToAlarm"] > properties["EvaluationPeriods"]:
        raise template.Wrong("more data points than there are periods")
    if properties["Period"] * properties["EvaluationPeriods"] > 86_400:
        raise template.Wrong("CloudWatch looks at a day at most")
    dimensions = [one["Name"] for one in properties.get("Dimensions", [])]
    checks.metric(properties["Namespace"], properties["MetricName"], dimensions)
    if properties["Namespace"] != metrics.NAMESPACE:
        return "on what SQS publishes"
    samples = checks.published.samples[properties["MetricName"]]
    times = [line.fields["@timestamp"] for line in checks.log if line.object.get("timestamp")]
    if alarms.fires(properties, samples, times[0], times[-1]):
        checks.gone_off.add(logical)
        return "goes off"
    return "stays quiet"


def body(checks, dashboard, name):
    checks.that(f"  the dashboard's body {name}", dashboard_body, dashboard)
    widgets = json.dumps(dashboard["widgets"])
    for variable in dashboard.get("variables", []):
        checks.that(f"  the variable {variable['id']} {name}", replaced_in, variable, widgets)
        widgets = re.sub(variable["pattern"], variable["defaultValue"], widgets)
    for widget in json.loads(widgets):
        properties = widget["properties"]
        title = f"  {widget['type']} {properties.get('title', '')!r} {name}"
        if widget["type"] == "log":
            checks.that(title, checks.insights, properties["query"].split(" | ", 1)[1], properties["view"])
        elif widget["type"] == "metric":
            checks.that(title, lambda properties=properties: checks.metrics(metrics.of_widget(properties)))


def dashboard_body(dashboard):
    by_schema(dashboard, "dashboard_body")
    titled = enumerate(dashboard["widgets"])
    sides = ("x", "y", "width", "height")
    grafana.apart([(f"widget {at}", *(widget[side] for side in sides)) for at, widget in titled])
    grafana.unique("title", [title for one in dashboard["widgets"] if (title := one["properties"].get("title"))])
    return f"{len(dashboard['widgets'])} widgets"


def replaced_in(variable, widgets):
    if not re.search(variable["pattern"], widgets):
        raise template.Wrong(f"{variable['pattern']} stands in no widget")


def of_grafana(checks, name):
    board = json.loads((DASHBOARDS / name).read_text())
    checks.that(f"{name} by its schema", by_schema, board, "grafana")
    checks.that(f"{name} by its structure", grafana.structure, board)
    known = grafana.variables(board)
    for panel in board["panels"]:
        for target in panel.get("targets", []):
            checks.that(f"  {panel['title']} {target['refId']}", of_target, checks, target, known)


def of_target(checks, target, known):
    if target["datasource"]["type"] == "loki":
        return checks.logql(grafana.filled(target["expr"], known))
    grafana.filled(target["region"], known)
    if target["queryMode"] == "Metrics":
        for value in target["dimensions"].values():
            grafana.filled(value, known)
        return checks.metrics([(target["namespace"], target["metricName"], list(target["dimensions"]))])
    for group in target["logGroupNames"]:
        grafana.filled(group, known)
    view = "timeSeries" if target["statsGroups"] else "table"
    return checks.insights(grafana.filled(target["expression"], known), view)


def all_shown(checks):
    unseen = set(checks.published.sets) - checks.shown
    if unseen:
        raise metrics.Unknown(f"published, and neither shown nor watched: {sorted(unseen)}")


def the_right_ones(checks, wanted):
    if checks.gone_off != wanted:
        raise metrics.Unknown(f"{sorted(checks.gone_off)}, and {sorted(wanted)} were to")


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    checks = Checks(sys.argv[1])
    cloudwatch(checks)
    of_grafana(checks, "grafana-cloudwatch.json")
    of_grafana(checks, "grafana-loki.json")
    checks.that("every metric is shown somewhere", all_shown, checks)
    if sys.argv[2:]:
        checks.that("these alarms go off, and no others", the_right_ones, checks, set(sys.argv[2:]))
    print(f"{checks.count} checks, {checks.failed} failed")
    sys.exit(checks.failed > 0)


if __name__ == "__main__":
    main()
