"""EC2 Auto Scaling: instances launched on request."""

GROUP = "web-spot-b-asg"
ZONE = "us-east-1a"
INVALID = "ValidationError"
REQUEST = {
    "AutoScalingGroupName": GROUP,
    "RequestedCapacity": 2,
    "ClientToken": "third/opinion-1",
    "AvailabilityZones": [ZONE],
}


def run(account):
    autoscaling = account.autoscaling
    launched = [*requested(account, autoscaling), *in_a_subnet(account, autoscaling)]
    refusals(account, autoscaling)
    goes(account, autoscaling, launched)
    in_a_subnet_of_a_zone(account, autoscaling)


def ids(answer):
    return [instance for found in answer["Instances"] for instance in found["InstanceIds"]]


def requested(account, autoscaling):
    before = account.group(GROUP)["DesiredCapacity"]
    answer = autoscaling.launch_instances(**REQUEST)
    found = ids(answer)
    account.check(len(set(found)) == 2 and answer["ClientToken"] == REQUEST["ClientToken"], f"launched {answer}")
    places = {(one["AvailabilityZone"], one["MarketType"]) for one in answer["Instances"]}
    account.check(places == {(ZONE, "spot")}, f"launched in {places}")
    account.check(ids(autoscaling.launch_instances(**REQUEST)) == found, "the same token launches others")
    account.check(account.group(GROUP)["DesiredCapacity"] == before + 2, "desired after a launch")
    account.check({account.lifecycle(instance) for instance in found} == {"Pending"}, "launched and not Pending")
    other = {**REQUEST, "RequestedCapacity": 1}
    account.refuses("IdempotentParameterMismatch", "token", autoscaling.launch_instances, **other)
    for instance in found:
        account.becomes(instance, "InService")
    return found


def in_a_subnet(account, autoscaling):
    subnet = account.group(GROUP)["VPCZoneIdentifier"].split(",")[0]
    call = {"AutoScalingGroupName": GROUP, "RequestedCapacity": 1, "ClientToken": "third-2", "SubnetIds": [subnet]}
    answer = autoscaling.launch_instances(**call, RetryStrategy="retry-with-group-configuration")
    account.check([one["SubnetId"] for one in answer["Instances"]] == [subnet], f"launched {answer}")
    return ids(answer)


def refusals(account, autoscaling):
    call = autoscaling.launch_instances
    new = {**REQUEST, "ClientToken": "third-3"}
    nowhere = {name: value for name, value in new.items() if name != "AvailabilityZones"}
    account.refuses(INVALID, "AvailabilityZone", call, **nowhere)
    for wrong, part in (
        ({"AvailabilityZones": ["eu-central-1a"]}, "eu-central-1a"),
        ({"AvailabilityZones": [ZONE], "AvailabilityZoneIds": ["use1-az1"]}, "AvailabilityZone"),
        ({"RequestedCapacity": 100}, "max value"),
        ({"ClientToken": "with space"}, "lientToken"),
        ({"ClientToken": "t" * 65}, "lientToken"),
        ({"AutoScalingGroupName": "nope"}, "name not found"),
    ):
        account.refuses(INVALID, part, call, **{**new, **wrong})


def goes(account, autoscaling, launched):
    """Out of the way again, with the capacity that they brought."""
    before = account.group(GROUP)["DesiredCapacity"]
    call = {"AutoScalingGroupName": GROUP, "InstanceIds": launched, "ShouldDecrementDesiredCapacity": True}
    autoscaling.terminate_instance_in_auto_scaling_group(**call)
    account.check(account.group(GROUP)["DesiredCapacity"] == before - len(launched), "desired after terminating")


def in_a_subnet_of_a_zone(account, autoscaling):
    subnet = account.group(GROUP)["VPCZoneIdentifier"].split(",")[0]
    call = {**REQUEST, "RequestedCapacity": 1, "ClientToken": "third-4", "SubnetIds": [subnet]}
    if answer := account.answers(autoscaling.launch_instances, **call):
        goes(account, autoscaling, ids(answer))
