"""The evaluator of Logs Insights QL answers as the documentation says, and refuses what it does not know."""

import json
import pathlib
import unittest

import insights
from lines import Line, read
from syntax import QueryError


def line(second, **fields):
    return Line(json.dumps({"timestamp": f"2026-01-01T00:00:{second:02}.000Z"} | fields), 0)


LOG = [
    line(1, event="start", version="1"),
    line(2, event="end", pool="a", tasks={"killed": 2}, outcome="lossy", took=30),
    line(3, event="end", pool="b", tasks={"killed": 0}, outcome="late", took=10.5),
    line(14, event="end", pool="a", tasks={"killed": 1}, outcome="lossy", took=20),
    line(15, event="call", error="ecs:Stop: Denied: user: x"),
    Line("some other text", 0),
]


def rows(query):
    return insights.run(query, LOG)[1]


class Filters(unittest.TestCase):
    def count(self, condition):
        return len(rows(f"filter {condition}"))

    def test_compare_texts_and_numbers(self):
        self.assertEqual(self.count('event = "end"'), 3)
        self.assertEqual(self.count("took = 10.5"), 1)
        self.assertEqual(self.count("took >= 20 and tasks.killed < 2"), 1)
        self.assertEqual(self.count('version = 1 or event = "call"'), 2)

    def test_bind_and_before_or_and_not_before_both(self):
        self.assertEqual(self.count('event = "call" or event = "end" and took > 15'), 3)
        self.assertEqual(self.count('(event = "call" or event = "end") and took > 15'), 2)
        self.assertEqual(self.count('event = "end" and not pool = "a"'), 1)

    def test_find_in_lists_texts_and_patterns(self):
        self.assertEqual(self.count('outcome in ["late", "lossy"]'), 3)
        self.assertEqual(self.count('event = "end" and outcome not in ["late"]'), 2)
        self.assertEqual(self.count('@message like "other"'), 1)
        self.assertEqual(self.count("outcome like /^lo/"), 2)
        self.assertEqual(self.count("outcome =~ /(?i)LATE/"), 1)
        self.assertEqual(self.count("@message not like /event/"), 1)
        self.assertEqual(self.count("ispresent(pool)"), 3)

    def test_refuse_to_say_whether_a_missing_field_differs(self):
        self.assertEqual(self.count('event = "end" and pool != "a"'), 1)
        for condition in ('pool != "a"', 'not pool = "a"', 'pool not in ["a"]', "not took > 2", "pool not like /a/"):
            with self.subTest(condition), self.assertRaises(QueryError):
                rows(f"filter {condition}")

    def test_calculate(self):
        self.assertEqual(self.count("took + 1 * 2 > 30"), 1)
        self.assertEqual(self.count("(took - 10) % 10 = 0"), 2)


class Stats(unittest.TestCase):
    def test_aggregate_all(self):
        query = "stats count(*), count(took), sum(took), min(took), max(took), avg(tasks.killed), count_distinct(pool)"
        self.assertEqual(rows(query), [[6, 3, 60.5, 10.5, 30, 1, 2]])

    def test_group_by_fields_and_time(self):
        query = 'filter event = "end" | stats sum(tasks.killed) as killed by pool | sort killed desc'
        self.assertEqual(rows(query), [["a", 3], ["b", 0]])
        self.assertEqual([count for _, count in rows('filter event = "end" | stats count(*) by bin(10s)')], [2, 1])
        self.assertEqual([name for _, name in insights.groups_by("stats count(*) by bin(1m)")], ["bin(1m)"])

    def test_take_percentiles_and_the_last_value(self):
        query = 'filter event = "end" | stats pct(took, 50), pct(took, 100), latest(outcome), earliest(took)'
        self.assertEqual(rows(query), [[20, 30, "lossy", 30]])

    def test_sum_what_a_field_contains(self):
        query = 'filter event = "end" | fields strcontains(outcome, "late") as late | stats sum(late) as late'
        self.assertEqual(rows(query), [[1]])


class Columns(unittest.TestCase):
    def test_are_the_line_if_nothing_is_said(self):
        self.assertEqual(insights.run("limit 1", LOG)[0], ["@timestamp", "@message"])

    def test_are_those_of_fields_and_of_display(self):
        columns, found = insights.run('filter event = "end" | fields pool, took * 2 as twice | limit 1', LOG)
        self.assertEqual((columns, found), (["pool", "twice"], [["a", 60]]))
        columns, _ = insights.run("fields pool | display took", LOG)
        self.assertEqual(columns, ["took"])

    def test_are_sorted_with_what_is_missing_last(self):
        self.assertEqual(rows("fields took | sort took asc | limit 4"), [[10.5], [20], [30], [None]])

    def test_are_single_after_dedup(self):
        query = 'filter event = "end" | sort took desc | dedup pool | display pool, took'
        self.assertEqual(rows(query), [["a", 30], ["b", 10.5]])

    def test_come_out_of_a_text(self):
        query = 'filter event = "call" | parse error "*: *: *" as action, code, said | display action, code, said'
        self.assertEqual(rows(query), [["ecs:Stop", "Denied", "user: x"]])

    def test_may_be_quoted(self):
        self.assertEqual(rows('filter `event` = "call" | stats count(*) as `how many`'), [[1]])


class Refused(unittest.TestCase):
    def test_is_what_is_unknown_or_incomplete(self):
        for query in (
            "serach event",
            "filter",
            'filter event == "end"',
            'filter event = "end" |',
            "filter event = ",
            'filter (event = "end"',
            'filter event = "end" pool',
            "filter nonsense = 1",
            "fields median(took)",
            "fields strcontains(pool)",
            "stats took by pool",
            "stats sum(took, pool)",
            "stats sum(pool)",
            "stats count(*) by nonsense",
            "stats count(*) by bin(5parsecs)",
            "stats count(*) as n by pool | sort took",
            "stats count(*) by pool | sort bin(1m)",
            "sort nonsense",
            "display pool took",
            "limit many",
            "limit 20000",
            'parse error "*: *" as one',
            "filter event like end",
            "fields tasks.murdered",
            "filter container-arn = 1",
        ):
            with self.subTest(query), self.assertRaises(QueryError):
                rows(query)

    def test_is_a_field_that_only_other_lines_have(self):
        with self.assertRaisesRegex(QueryError, "none of 1 lines has the field pool"):
            rows('filter event = "start" | display pool')


class ABadNight(unittest.TestCase):
    """The log of docs/observability.md, of which `ecs-spot-operator report` says what tests/golden/report.txt has."""

    def test_is_told_as_the_report_tells_it(self):
        log = read(pathlib.Path(__file__).parent.parent / "golden/logs/bad-night.log")
        query = """filter event = "case.closed"
        | fields strcontains(outcome, "handed_over") as well
        | stats count(*) as cases, sum(well) as well, sum(tasks.killed) as killed by availability_zone, instance_type
        | sort killed desc | limit 2"""
        expected = [["us-east-1a", "m5.large", 8, 3, 5], ["us-east-1b", "m5.large", 7, 5, 1]]
        self.assertEqual(insights.run(query, log)[1], expected)


if __name__ == "__main__":
    unittest.main()
