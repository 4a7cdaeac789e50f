"""The evaluator of LogQL answers as the documentation says, and refuses what it does not know."""

import json
import unittest

import logql
from lines import Line


def line(second, **fields):
    return Line(json.dumps({"timestamp": f"2026-01-01T00:00:{second:02}.000Z"} | fields), 0)


LOG = [
    line(1, event="start"),
    line(2, event="end", pool="a", tasks={"killed": 2}),
    line(3, event="end", pool="b", tasks={"killed": 0}),
    line(4, event="end", pool="a", tasks={"killed": 1}),
]
ENDS = '{job="x"} |= "end" | json event="event", pool="pool", killed="tasks.killed" | event="end"'


class Queries(unittest.TestCase):
    def test_filter_lines_and_labels(self):
        self.assertEqual(len(logql.run('{job="x"} |= "end"', LOG)), 3)
        self.assertEqual(len(logql.run('{job="x"} != "end"', LOG)), 1)
        self.assertEqual(len(logql.run(f'{ENDS} | pool=~"b|c" or killed > 1', LOG)), 2)
        self.assertEqual(logql.run(f'{ENDS} | pool!="a" | line_format "{{{{.pool}}}}: {{{{.killed}}}}"', LOG), ["b: 0"])

    def test_count_and_sum_by_labels(self):
        query = f"sum by (pool) (count_over_time({ENDS} [$__auto]))"
        self.assertEqual(logql.run(query, LOG), [({"pool": "a"}, 2), ({"pool": "b"}, 1)])
        self.assertEqual(logql.run(f"sum(sum_over_time({ENDS} | unwrap killed [5m]))", LOG), [({}, 3)])
        query = f"topk(1, sum by (pool) (sum_over_time({ENDS} | unwrap killed [5m])))"
        self.assertEqual(logql.run(query, LOG), [({"pool": "a"}, 3)])

    def test_group_ranges(self):
        query = f"quantile_over_time(0.9, {ENDS} | unwrap killed [$__range]) by (pool)"
        self.assertEqual(logql.run(query, LOG), [({"pool": "a"}, 2), ({"pool": "b"}, 0)])

    def test_are_refused_where_unknown_or_incomplete(self):
        for query in (
            f"count_over_time({ENDS})",
            f"count_over_time({ENDS} [$__nonsense])",
            f"sum_over_time({ENDS} [5m])",
            f"count_over_time({ENDS} | unwrap killed [5m])",
            f"sum_over_time({ENDS} | unwrap killed [5m]) by (pool)",
            f"sum(sum_over_time({ENDS} | unwrap pool [5m]))",
            f"median(count_over_time({ENDS} [5m]))",
            f'{ENDS} | nonsense="1"',
            f'{ENDS} | line_format "{{{{.nonsense}}}}"',
            f'{ENDS} | json x="tasks.murdered"',
            f'{ENDS} | json cluster="pool"',
            f'{ENDS} | json level="pool"',
            f"{ENDS} )",
            '{job="x"} | pool="a"',
            '{job="x"',
        ):
            with self.subTest(query), self.assertRaises(logql.QueryError):
                logql.run(query, LOG)


if __name__ == "__main__":
    unittest.main()
