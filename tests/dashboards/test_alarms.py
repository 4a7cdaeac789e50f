"""Alarms go off when so many of so many periods breach, and not otherwise."""

import unittest

import alarms

MINUTE = 60_000


def alarm(**other):
    usual = {
        "Period": 60,
        "EvaluationPeriods": 3,
        "DatapointsToAlarm": 2,
        "Statistic": "Sum",
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "Threshold": 2,
        "TreatMissingData": "notBreaching",
    }
    return usual | other


def fires(samples, **other):
    return alarms.fires(alarm(**other), [(round(at * MINUTE), value) for at, value in samples], 0, 10 * MINUTE)


class Alarm(unittest.TestCase):
    def test_counts_the_periods_that_breach(self):
        self.assertTrue(fires([(1.1, 1), (1.2, 1), (3.5, 2)]))
        self.assertFalse(fires([(1.1, 1), (1.2, 1), (4.5, 2)]))
        self.assertFalse(fires([(1.1, 1), (3.5, 2)]))

    def test_goes_by_its_statistic_and_comparison(self):
        self.assertFalse(fires([(1, 1), (1.5, 1), (2, 1), (2.5, 1)], Statistic="Maximum"))
        self.assertTrue(fires([(1, 1), (1.5, 3), (2, 0)], Statistic="Minimum", ComparisonOperator="LessThanThreshold"))

    def test_minds_what_is_missing_where_it_is_told_to(self):
        every_minute = [(at + 0.5, 1) for at in range(10)]
        silent = {"Statistic": "SampleCount", "ComparisonOperator": "LessThanThreshold", "Threshold": 1}
        silent["TreatMissingData"] = "breaching"
        self.assertFalse(fires(every_minute, **silent))
        self.assertFalse(fires(every_minute[:5] + every_minute[6:], **silent))
        self.assertTrue(fires(every_minute[:5] + every_minute[7:], **silent))


if __name__ == "__main__":
    unittest.main()
