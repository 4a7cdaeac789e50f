"""Which alarms would have gone off over a log (CloudWatch User Guide, "Using Amazon CloudWatch alarms")."""

import operator

STATISTICS = {
    "SampleCount": len,
    "Sum": sum,
    "Minimum": min,
    "Maximum": max,
    "Average": lambda values: sum(values) / len(values),
}
COMPARISONS = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}


def fires(alarm, samples, start, end):
    """Whether `alarm` goes off once between two times."""
    return any(states(alarm, samples, start, end))


def states(alarm, samples, start, end):
    """Whether `alarm` is on after each period between two times, for samples of its metric, each as (milliseconds, value)."""
    period = alarm["Period"] * 1000
    values = {}
    for at, value in samples:
        values.setdefault(at // period, []).append(value)
    # The last period is not over, and before the first there was no operator to be missed.
    breaching = [breaches(alarm, values.get(at)) for at in range(start // period, end // period)]
    length, enough = alarm["EvaluationPeriods"], alarm["DatapointsToAlarm"]
    return [sum(breaching[max(0, at - length):at]) >= enough for at in range(1, len(breaching) + 1)]


def breaches(alarm, values):
    if not values:
        return alarm["TreatMissingData"] == "breaching"
    return COMPARISONS[alarm["ComparisonOperator"]](STATISTICS[alarm["Statistic"]](values), alarm["Threshold"])
