"""The metadata service of an instance: what a program on it can read of itself."""

import json

GROUP = "web-spot-a-asg"
TOKEN = "X-aws-ec2-metadata-token"
TTL = "X-aws-ec2-metadata-token-ttl-seconds"
NOTICES = ("meta-data/spot/instance-action", "meta-data/spot/termination-time")
REBALANCE = "meta-data/events/recommendations/rebalance"


class Metadata:
    """Of one instance, with a token."""

    def __init__(self, account, instance):
        self.account, self.path = account, f"imds/{instance}/latest"
        status, headers, self.token = self.put("21600")
        account.check(status == 200 and self.token, f"no token: {status} {self.token}")
        # SDKs want to know for how long the token is good.
        account.check(headers.get(TTL) == "21600", f"a token for {headers.get(TTL)} s")

    def put(self, ttl):
        return self.account.request("PUT", f"{self.path}/api/token", headers={} if ttl is None else {TTL: ttl})

    def get(self, path, token=""):
        headers = {} if token is None else {TOKEN: token or self.token}
        status, _, text = self.account.request("GET", f"{self.path}/{path}", headers=headers)
        return status, text


def run(account):
    instance, other = account.undisturbed(GROUP)[:2]
    metadata = Metadata(account, instance)
    tokens(account, metadata, Metadata(account, other))
    told(account, metadata, instance)
    warned(account, metadata, instance)
    status, _, _ = account.request("PUT", "imds/i-0unknown/latest/api/token", headers={TTL: "60"})
    account.check(status == 502, f"an instance that is none answers with {status}")


def tokens(account, metadata, other):
    for ttl in (None, "0", "21601", "x", ""):
        status, _, _ = metadata.put(ttl)
        account.check(status == 400, f"a token for {ttl}: {status}")
    for token in (None, "forged", other.token):
        for path in ("meta-data/instance-id", "nonsense"):
            account.check(metadata.get(path, token)[0] == 401, f"{path} with the token {token}")


def told(account, metadata, instance):
    [described] = account.autoscaling.describe_auto_scaling_instances(InstanceIds=[instance])["AutoScalingInstances"]
    for path, expected in (
        ("meta-data/instance-id", instance),
        ("meta-data/instance-type", described["InstanceType"]),
        ("meta-data/instance-life-cycle", "spot"),
        ("meta-data/placement/availability-zone", described["AvailabilityZone"]),
        ("meta-data/placement/region", "us-east-1"),
        ("meta-data/autoscaling/target-lifecycle-state", "InService"),
        ("meta-data/events/maintenance/scheduled", "[]"),
    ):
        account.check(metadata.get(path) == (200, expected), f"{path}: {metadata.get(path)}, not {expected}")
    identity = json.loads(metadata.get("dynamic/instance-identity/document")[1])
    account.check((identity["instanceId"], identity["accountId"]) == (instance, "123456789012"), f"identity {identity}")
    for path in (*NOTICES, REBALANCE, "meta-data/nonsense", "nonsense"):
        account.check(metadata.get(path)[0] == 404, f"{path}: {metadata.get(path)}")


def warned(account, metadata, instance):
    account.control("POST", "rebalance", {"instanceIds": [instance]})
    status, text = metadata.get(REBALANCE)
    account.check(status == 200 and list(json.loads(text)) == ["noticeTime"], f"recommendation {status} {text}")
    body = {"instanceIds": [instance], "noticeSeconds": 20, "action": "stop"}
    account.control("POST", "interrupt", body)
    [seen] = [seen for seen in account.state()["interruptions"] if seen["instanceId"] == instance]
    time = f"{seen['deadline'][:19]}Z"
    (action, said), (until, when) = (metadata.get(path) for path in NOTICES)
    account.check((action, until, when) == (200, 200, time), f"termination time {until} {when}, not {time}")
    account.check(json.loads(said) == {"action": "stop", "time": time}, f"instance action {said}, {time}")
    account.until(lambda: metadata.get("meta-data/instance-id")[0] == 502, "a stopped instance answers")
