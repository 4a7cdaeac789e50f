"""Each alert of prometheus-alerts.yaml fires for what it is there for, and not for a bit less, as promtool evaluates it."""

import pathlib
import re
import subprocess
import unittest

import yaml

HERE = pathlib.Path(__file__).parent
ALERTS = HERE.parent.parent / "deploy/dashboards/prometheus-alerts.yaml"
CASES = HERE / "alerts.test.yaml"
NAMED = re.compile(r'ALERTS\{alertname="(\w+)", alertstate="firing"\}')


def cases():
    """Each check of alerts.test.yaml, as the alert that it is about and whether that is to fire."""
    for test in yaml.safe_load(CASES.read_text())["tests"]:
        for one in test.get("alert_rule_test", []):
            yield one["alertname"], bool(one["exp_alerts"])
        for one in test.get("promql_expr_test", []):
            yield NAMED.fullmatch(one["expr"])[1], bool(one["exp_samples"])


class Alerts(unittest.TestCase):
    def test_fire_as_the_cases_say(self):
        # Where promtool is missing this fails, for nothing else holds the alerts to their cases: tests/tools.sh installs it.
        done = subprocess.run(["promtool", "test", "rules", CASES], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_are_seen_both_to_fire_and_not_to(self):
        groups = yaml.safe_load(ALERTS.read_text())["groups"]
        alerts = {rule["alert"] for group in groups for rule in group["rules"]}
        self.assertEqual({(name, fires) for name in alerts for fires in (True, False)}, set(cases()))


if __name__ == "__main__":
    unittest.main()
