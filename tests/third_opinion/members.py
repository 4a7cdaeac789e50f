"""EC2 Auto Scaling: members as they are: attached again, protected, unhealthy."""

GROUP = "web-spot-a-asg"
INVALID = "ValidationError"
NO_GROUP = (INVALID, "name not found")


def run(account):
    autoscaling = account.autoscaling
    attached(account, autoscaling)
    protected(account, autoscaling)
    unhealthy(account, autoscaling)


def attached(account, autoscaling):
    before = account.group(GROUP)["DesiredCapacity"]
    [victim] = account.undisturbed(GROUP)[:1]
    call = {"AutoScalingGroupName": GROUP, "InstanceIds": [victim]}
    account.refuses(INVALID, "already part of", autoscaling.attach_instances, **call)
    autoscaling.detach_instances(**call, ShouldDecrementDesiredCapacity=True)
    account.check(account.group(GROUP)["DesiredCapacity"] == before - 1, "desired after detaching")
    account.becomes(victim, None)
    autoscaling.attach_instances(**call)
    account.check(account.group(GROUP)["DesiredCapacity"] == before, "desired after attaching")
    account.becomes(victim, "InService")
    unknown = {"AutoScalingGroupName": GROUP, "InstanceIds": ["i-0unknown"]}
    account.refuses(INVALID, "i-0unknown", autoscaling.attach_instances, **unknown)
    many = {"AutoScalingGroupName": GROUP, "InstanceIds": ["i-0unknown"] * 21}
    account.refuses(INVALID, "", autoscaling.attach_instances, **many)


def protected(account, autoscaling):
    victims = account.undisturbed(GROUP)[:2]
    call = {"AutoScalingGroupName": GROUP, "InstanceIds": victims}

    def shown():
        found = autoscaling.describe_auto_scaling_instances(InstanceIds=victims)["AutoScalingInstances"]
        return [instance["ProtectedFromScaleIn"] for instance in found]

    for on in (True, False):
        autoscaling.set_instance_protection(**call, ProtectedFromScaleIn=on)
        account.check(shown() == [on, on], f"protection {shown()}")
    for ids, part in (([victims[0], "i-0foreign"], "i-0foreign"), (["i-0"] * 51, "50")):
        given = {**call, "InstanceIds": ids, "ProtectedFromScaleIn": True}
        account.refuses(INVALID, part, autoscaling.set_instance_protection, **given)
    account.check(shown() == [False, False], "a part of a refused protection was done")
    nowhere = {**call, "AutoScalingGroupName": "nope", "ProtectedFromScaleIn": True}
    account.refuses(*NO_GROUP, autoscaling.set_instance_protection, **nowhere)


def unhealthy(account, autoscaling):
    call = autoscaling.set_instance_health
    victim = account.undisturbed(GROUP)[0]
    call(InstanceId=victim, HealthStatus="Healthy")
    account.check(account.lifecycle(victim) == "InService", "a healthy instance leaves")
    call(InstanceId=victim, HealthStatus="Unhealthy", ShouldRespectGracePeriod=False)
    account.becomes(victim, "Terminating", None)
    activities = autoscaling.describe_scaling_activities(AutoScalingGroupName=GROUP)["Activities"]
    about = [activity for activity in activities if victim in activity["Description"]]
    account.check(about and "health check" in about[0]["Cause"], f"activities {about}")
    account.refuses(INVALID, "Ill", call, InstanceId=account.undisturbed(GROUP)[0], HealthStatus="Ill")
    account.refuses(INVALID, "i-0unknown", call, InstanceId="i-0unknown", HealthStatus="Healthy")
