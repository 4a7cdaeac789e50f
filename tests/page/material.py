"""What an operator would answer: the things of the API, made to order."""

from datetime import datetime, timedelta, timezone

START = datetime(2026, 1, 2, 3, 4, 0, tzinfo=timezone.utc)
VERSION = "ecs-spot-operator/v1"
ZONES = ("us-east-1a", "us-east-1b", "us-east-1c")
TYPES = ("m5.large", "m6i.large", "c5.xlarge")
UNKNOWN_AT_FIRST = (
    *("cluster", "capacity_provider", "auto_scaling_group", "availability_zone", "instance_type"),
    "container_instance_arn",
)

RISK = {"reason": "TasksRunning", "message": "tasks have not got SIGTERM"}


def stamp(when):
    return when.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def seconds(number):
    return timedelta(seconds=number)


def condition(kind, status="True", reason="Fine", message="all is well"):
    told = {"type": kind, "status": status, "reason": reason, "message": message}
    return {**told, "lastTransitionTime": stamp(START - seconds(600)), "observedGeneration": 1}


def operator(**status):
    made = {
        "observedGeneration": 1,
        "conditions": [condition("Ready", reason="Ready"), condition("ConfigAccepted"), condition("Working")],
        "version": "0.1.0",
        "region": "us-east-1",
        "clusters": 2,
        "openInterruptions": 0,
        "budget": [bucket("ecs-modify", 31.5, 32, 16), bucket("autoscaling-modify", 1.2, 20, 4, urgent=3)],
    }
    made.update(status)
    spec = {"queues": [{"url": "https://q/1"}], "paused": False}
    return declared("Operator", "o", spec, made)


def declared(kind, name, spec, status):
    metadata = {"name": name, "generation": 1}
    return {"apiVersion": VERSION, "kind": kind, "metadata": metadata, "spec": spec, "status": status}


def bucket(name, tokens, burst, rate, urgent=0, throttled=0, region="us-east-1"):
    waiting = {"urgent": urgent, "soon": 0, "background": 0}
    counts = {"requests": 120, "throttled": throttled, "dropped": 0}
    return {"region": region, "bucket": name, "tokens": tokens, "burst": burst, "rate": rate, "waiting": waiting, **counts}


def in_ecs(name):
    """What the cluster of a SpotCluster is called in ECS, which is another name."""
    return f"{name}-prod"


def cluster(name, providers=1, **status):
    made = {
        "observedGeneration": 1,
        "conditions": [condition(kind) for kind in ("Observed", "Replaceable", "Prepared", "Working")],
        "region": "us-east-1",
        "instances": 24,
        "draining": 2,
        "openInterruptions": 2,
        "observedAt": stamp(START - seconds(20)),
        "capacityProviders": [provider(f"{name}-spot-{'abcdef'[at]}", at) for at in range(providers)],
    }
    made.update(status)
    arn = f"arn:aws:ecs:us-east-1:123456789012:cluster/{in_ecs(name)}"
    return declared("SpotCluster", name, {"cluster": arn}, made)


def provider(name, at=0):
    made = {"name": name, "autoScalingGroup": f"{name}-asg", "managed": True, "desired": 12, "max": 24, "inService": 12 - at}
    made["interruptionsLastDay"] = 14 * at
    if at != 1:
        made["leadSeconds"] = {"median": 47.2, "slowest": 88.0, "of": 12}
    if at == 2:
        made["fallbackInUse"] = "2 On-Demand instances as base"
    return made


def interruption(number, age=30.0, window=120.0, now=START, **status):
    """An open case whose notice came `age` seconds ago."""
    said = now - seconds(age)
    instance = f"i-{number:017x}"
    name = f"{instance}@{stamp(said)[:19]}Z"
    deadline = None if window is None else stamp(said + seconds(window))
    provider = f"web-spot-{'abc'[number % 3]}"
    made = {
        "case": name,
        "instance_id": instance,
        "container_instance_arn": f"arn:aws:ecs:us-east-1:123456789012:container-instance/web/{number:032x}",
        "cluster": in_ecs("web"),
        "capacity_provider": provider,
        "auto_scaling_group": f"{provider}-asg",
        "availability_zone": ZONES[number % 3],
        "instance_type": TYPES[number // 3 % 3],
        "signal": "interruption_notice",
        "deadline": deadline,
        "phases": phases(said, age, noticed=0.4, replacement_requested=1.3, draining=1.4),
        "tasks": {"graceful": 0, "killed": 0, "running": 9},
        "taskEnds": [],
        "aws_request_ids": {"detach": f"{number:08x}-1111-4222-8333-444455556666"},
        "open": True,
        "waitingFor": [{"reason": "TasksRunning", "message": "9 of its tasks have not come to their end"}],
        "message": f"{instance}: draining, 75 s left",
        "conditions": [condition("Draining"), condition("TasksStopped", "False", "Running", f"{instance}: running")],
    }
    if age > 40:
        ends = [said + seconds(9 + 4 * at) for at in range(7)]
        made["taskEnds"] = [{"at": stamp(at), "end": "graceful"} for at in ends]
        made["tasks"] = {"graceful": 7, "killed": 0, "running": 2}
        made["waitingFor"][0]["message"] = "2 of its tasks have not come to their end"
    made.update(status)
    made = {key: it for key, it in made.items() if it is not None}
    spec = {"instanceId": instance, "cluster": in_ecs("web"), "spotCluster": "web"}
    spec.update(signal=made["signal"], saidAt=stamp(said))
    if deadline:
        spec["deadline"] = deadline
    return {"apiVersion": VERSION, "kind": "Interruption", "metadata": {"name": name}, "spec": spec, "status": made}


def phases(said, age, **after):
    """Those of these that have been reached."""
    return {name: stamp(said + seconds(at)) for name, at in after.items() if at <= age}


def joined(case, after, replacement):
    """With a replacement that has registered so many seconds after the signal."""
    said = datetime.fromisoformat(case["spec"]["saidAt"])
    case["status"]["phases"]["replacement_registered"] = stamp(said + seconds(after))
    case["status"]["replacement"] = replacement
    return case


def ended(number, outcome="handed_over", ago=300.0, killed=0, now=START):
    """A case that was closed so many seconds ago."""
    age = ago + 125
    case = joined(interruption(number, age=age, now=now), 47.2, f"i-{number + 0x9000:017x}")
    said = now - seconds(age)
    status = case["status"]
    status["phases"].update(phases(said, age, tasks_stopped=44.0, closed=125.0))
    if killed:
        del status["phases"]["tasks_stopped"]
        status["taskEnds"] += [{"at": stamp(said + seconds(120)), "end": "killed"}] * killed
    status.update(open=False, outcome=outcome, waitingFor=[], seconds_left=-5.0)
    status["tasks"] = {"graceful": 7, "killed": killed, "running": 0}
    status["message"] = f"{status['instance_id']} {outcome.replace('_', ' ')}, 7 tasks stopped gracefully"
    return case


def log_of(case):
    """The lines that an operator would have logged of it."""
    instance = case["status"]["instance_id"]
    reached = sorted(case["status"].get("phases", {}).items(), key=lambda it: it[1])
    lines = [(at, name, name.replace("_", " ")) for name, at in reached]
    return [{"time": at, "event": f"case.{name}", "message": f"{instance}: {words}"} for at, name, words in lines]


def some_cases():
    """A handful in several states, as a look at the page would show."""
    risky = interruption(3, age=100, risks=[RISK])
    risky["status"]["taskEnds"].append({"at": stamp(START - seconds(10)), "end": "graceful"})
    risky["status"]["tasks"] = {"graceful": 8, "killed": 0, "running": 1}
    late = joined(interruption(4, age=90), 62.0, "i-0fedcba9876543210")
    waiting = [{"reason": "TasksRunning", "message": "2 of its tasks have not come to their end"},
               {"reason": "ReplacementNotRegistered", "message": "the replacement has not registered in the cluster"}]
    long = interruption(5, age=200, window=900, signal="rebalance_recommendation")
    unknown = interruption(6, age=0.6, **dict.fromkeys(UNKNOWN_AT_FIRST), phases={}, tasks={})
    unknown["status"]["waitingFor"] = [{"reason": "LookingUp", "message": "asking AWS whose instance it is"}]
    for name in ("cluster", "spotCluster"):
        unknown["spec"].pop(name)
    manual = interruption(7, age=60, window=None, signal="manual_drain")
    return [risky, late, interruption(1, age=70, waitingFor=waiting), interruption(2, age=24), unknown, long, manual]


def some_ended():
    outcomes = ("handed_over", "handed_over", "lossy", "late", "not_replaced", "returned", "unannounced", "nothing")
    cases = [ended(100 + at, it, ago=60.0 + 90 * at, killed=2 * (it == "lossy")) for at, it in enumerate(outcomes)]
    del cases[-1]["status"]["outcome"]
    return cases
