"""Panels on the log show as bad only what is, and need no metrics in it."""

import json
import pathlib
import unittest

import insights
import lines
import logql
import template

DASHBOARDS = pathlib.Path(__file__).parent.parent.parent / "deploy/dashboards"


def closed(outcome):
    pool = {"cluster": "web", "capacity_provider": "spot", "availability_zone": "a", "instance_type": outcome}
    line = {"timestamp": "2026-01-01T00:00:00Z", "event": "case.closed", "outcome": outcome, "message": "…"} | pool
    return lines.Line(json.dumps(line | {"instance_id": f"i-{outcome}", "tasks": {"killed": 0, "graceful": 1}}), 0)


LOG = [closed("late"), closed("handed_over"), closed("returned")]


def cloudwatch(title):
    resources = template.Stack(template.load(DASHBOARDS / "cloudwatch.yaml"), {}).resources()
    widgets = json.loads(resources["Dashboard"]["Properties"]["DashboardBody"])["widgets"]
    return next(one["properties"]["query"] for one in widgets if one["properties"].get("title") == title).split(" | ", 1)[1]


def grafana(file, title, what):
    panels = json.loads((DASHBOARDS / file).read_text())["panels"]
    return next(one["targets"][0][what] for one in panels if one["title"] == title).replace("${stream:raw}", 'job="x"')


class AnInstanceThatWasReturned(unittest.TestCase):
    def test_is_none_of_the_worst_cases(self):
        for query in (cloudwatch("Worst cases"), grafana("grafana-cloudwatch.json", "Worst cases", "expression")):
            self.assertEqual([row[1] for row in insights.run(query, LOG)[1]], ["i-late"])
        query = grafana("grafana-loki.json", "Cases that did not go well", "expr")
        self.assertEqual([text.split(",")[0] for text in logql.run(query, LOG)], ["late"])
        self.assertEqual(logql.run(grafana("grafana-loki.json", "Cases that ended badly", "expr"), LOG), [({}, 1)])

    def test_is_no_case_of_a_pool_that_did_not_go_well(self):
        title = "Pools, the most killed tasks first"
        for query in (cloudwatch(title), grafana("grafana-cloudwatch.json", title, "expression")):
            pools = {row[3]: row[4:6] for row in insights.run(query, LOG)[1]}
            self.assertEqual(pools, {"late": [1, 0], "handed_over": [1, 1]})


class ALogWithoutMetrics(unittest.TestCase):
    def test_has_neither_metrics_nor_lines_that_are_only_about_them(self):
        directive = {"Namespace": "EcsSpotOperator", "Dimensions": [[], ["cluster"]], "Metrics": [{"Name": "cases"}]}
        line = {"event": "case.closed", "cluster": "web", "cases": 1, "_aws": {"CloudWatchMetrics": [directive]}}
        texts = [json.dumps(line), json.dumps(line | {"event": "operator.pool"}), "no JSON", '{"event":"x","cases":2}']
        left = [one.text for one in lines.without_metrics([lines.Line(text, 0) for text in texts])]
        self.assertEqual(left, ['{"event":"case.closed","cluster":"web"}', *texts[2:]])


if __name__ == "__main__":
    unittest.main()
