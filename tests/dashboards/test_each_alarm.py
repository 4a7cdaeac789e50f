"""Each alarm of cloudwatch.yaml goes off for what it is there for, stays on as long as it should, and not for a bit less."""

import pathlib
import unittest

import alarms
import template

TEMPLATE = pathlib.Path(__file__).parent.parent.parent / "deploy/dashboards/cloudwatch.yaml"
MINUTE = 60_000
HOUR = range(60)


def each(minutes, *values):
    """Samples in each of these minutes: one value from each operator."""
    return [(minute, value) for minute in minutes for value in values]


def but(minutes, value, other):
    """One operator's samples of an hour: `value` in these minutes, and `other` in all others."""
    return [(minute, value if minute in minutes else other) for minute in HOUR]


# The alarm, its samples as (minute, value), and for how many of its periods it is on within an hour.
TABLE = [
    ("CaseAtRisk", [(12, 0), (12, 1)], 10),
    ("CaseAtRisk", each([12, 13], 0), 0),
    ("TasksKilled", [(12, 0), (12, 1)], 15),
    ("TasksKilled", each([12, 13], 0), 0),
    ("ReplacedLate", [(12, 0), (12, 1)], 6),
    ("ReplacedLate", each([12, 13], 0), 0),
    ("UnannouncedLosses", [(12, 0), (12, 1)], 6),
    ("UnannouncedLosses", each([12, 13], 0), 0),
    ("PoolShort", but([12, 14], 1, 0), 1),
    ("PoolShort", but([12, 15], 1, 0), 0),
    ("PoolShort", each([12, 14], 1, 0), 1),
    ("PoolShort", each([12], 1, 1), 0),
    ("OperatorSilent", each([at for at in HOUR if at not in range(12, 17)], 1), 1),
    ("OperatorSilent", each([at for at in HOUR if at not in range(12, 16)], 1), 0),
    ("OperatorSilent", each(HOUR, 0), 0),
    ("NotReady", but(range(12, 17), 0, 1), 1),
    ("NotReady", but(range(12, 16), 0, 1), 0),
    ("NotReady", each(HOUR, 0, 1), 0),
    ("NotReady", [], 0),
    ("ProblemStands", but(range(12, 27), 1, 0), 1),
    ("ProblemStands", but(range(12, 26), 1, 0), 0),
    ("ProblemStands", each(range(12, 27), 1, 0), 1),
    ("ConfigRefused", but(range(12, 17), 0, 1), 1),
    ("ConfigRefused", but(range(12, 16), 0, 1), 0),
    ("ConfigRefused", each(range(12, 17), 0, 1), 1),
    ("MessageAge", but([12, 16], 15.1, 0), 1),
    ("MessageAge", but([12, 17], 15.1, 0), 0),
    ("MessageAge", each([12, 16], 15.1, 0), 1),
    ("MessageAge", each(HOUR, 15, 15), 0),
    ("MessageAge", each([12], 100, 100), 0),
    ("QueueAge", but(range(12, 17), 601, 0), 1),
    ("QueueAge", but(range(12, 16), 601, 0), 0),
    ("QueueAge", each(HOUR, 600), 0),
    ("QueueAge", [], 0),
    ("DeadLetters", [(12, 0), (13, 1)], 1),
    ("DeadLetters", each(HOUR, 0), 0),
    ("Throttled", each([10, 12, 14, 16, 19], 3, 2), 1),
    ("Throttled", each([10, 12, 14, 16, 20], 3, 2), 0),
    ("Throttled", each(HOUR, 4), 0),
]


class EachAlarm(unittest.TestCase):
    def setUp(self):
        resources = template.Stack(template.load(TEMPLATE), {"DeadLetterQueueName": "dead"}).resources()
        self.alarms = {name: one["Properties"] for name, one in resources.items() if name != "Dashboard"}

    def test_is_on_as_long_as_it_should(self):
        for name, samples, periods in TABLE:
            with self.subTest(f"{name} {samples}"):
                timed = [(minute * MINUTE + MINUTE // 2, value) for minute, value in samples]
                self.assertEqual(sum(alarms.states(self.alarms[name], timed, 0, 60 * MINUTE)), periods)

    def test_is_seen_both_on_and_off(self):
        self.assertEqual({name for name, _, periods in TABLE if periods}, set(self.alarms))
        self.assertEqual({name for name, _, periods in TABLE if not periods}, set(self.alarms))


if __name__ == "__main__":
    unittest.main()
