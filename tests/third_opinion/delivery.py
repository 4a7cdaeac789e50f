"""EventBridge: events on their way from whoever puts them to a queue."""

import datetime
import json

RULE = "third-delivery"
GOOD = {"Source": "third.opinion", "DetailType": "Opinion", "Detail": json.dumps({"wanted": True})}


def run(account):
    url, arn = account.queue("delivery")
    pattern = {"source": ["third.opinion"], "detail": {"wanted": [True]}}
    account.events.put_rule(Name=RULE, EventPattern=json.dumps(pattern))
    account.events.put_targets(Rule=RULE, Targets=[{"Id": "queue", "Arn": arn}])
    delivered(account, url)
    failed(account)
    account.refuses("ValidationException", "10", account.events.put_events, Entries=[GOOD] * 11)
    account.events.remove_targets(Rule=RULE, Ids=["queue"])
    account.events.delete_rule(Name=RULE)
    unheard(account, url)


def delivered(account, url):
    time = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
    resources = ["arn:aws:ec2:us-east-1:123456789012:instance/i-0"]
    entries = [{**GOOD, "Detail": json.dumps({"wanted": False})}, {**GOOD, "Time": time, "Resources": resources}]
    answer = account.events.put_events(Entries=entries)
    ids = [entry["EventId"] for entry in answer["Entries"]]
    account.check(answer["FailedEntryCount"] == 0 and len(set(ids)) == 2, f"put {answer}")
    event = account.arrives(url, lambda event: event["source"] == "third.opinion", "an event")
    if event is None:
        return
    expected = {
        "version": "0",
        "id": ids[1],
        "detail-type": "Opinion",
        "source": "third.opinion",
        "account": "123456789012",
        "time": "2026-01-02T03:04:05Z",
        "region": "us-east-1",
        "resources": resources,
        "detail": {"wanted": True},
    }
    for name in sorted(set(event) | set(expected)):
        got, wanted = event.get(name), expected.get(name)
        account.check(got == wanted, f"event: {name} is {got}, not {wanted}")


def failed(account):
    """Each entry for itself."""
    missing = [{name: value for name, value in GOOD.items() if name != left} for left in GOOD]
    broken = [{**GOOD, "Detail": detail} for detail in ("{", "[]", '"text"')]
    entries = [*missing, *broken, {**GOOD, "Source": "aws.ec2"}, GOOD]
    answer = account.events.put_events(Entries=entries)
    codes = [entry.get("ErrorCode") for entry in answer["Entries"]]
    expected = ["InvalidArgument"] * 3 + ["MalformedDetail"] * 3 + ["NotAuthorizedForSourceException", None]
    account.check(codes == expected and answer["FailedEntryCount"] == 7, f"entries that fail: {codes}")


def unheard(account, url):
    """Without a rule nothing arrives; the good entry from before may still."""
    account.events.put_events(Entries=[{**GOOD, "DetailType": "Unheard"}])
    messages = account.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=5).get("Messages", [])
    kinds = [json.loads(message["Body"])["detail-type"] for message in messages]
    account.check("Unheard" not in kinds, "an event without a rule")
