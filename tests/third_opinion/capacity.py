"""ECS: changing capacity providers."""

NAME = "web-spot-b"
GROUP = "web-spot-b-asg"
HOOK = "ecs-managed-draining-termination-hook"
INVALID = "InvalidParameterException"


def run(account):
    ecs = account.ecs
    scaling(account, ecs)
    draining(account, ecs)
    call = ecs.update_capacity_provider
    account.refuses(INVALID, "does not exist", call, name="nope", autoScalingGroupProvider={})
    given = {"managedScaling": {"status": "ENABLED", "targetCapacity": 101}}
    account.refuses(INVALID, "target", call, name=NAME, autoScalingGroupProvider=given)
    scaled = described(ecs)["managedScaling"]["status"]
    account.check(scaled == "DISABLED", "a refused update of a capacity provider was done")


def described(ecs):
    return ecs.describe_capacity_providers(capacityProviders=[NAME])["capacityProviders"][0]["autoScalingGroupProvider"]


def scaling(account, ecs):
    before = described(ecs)
    steps = {"targetCapacity": 90, "minimumScalingStepSize": 2, "maximumScalingStepSize": 3}
    update = {"managedScaling": {"status": "ENABLED", **steps, "instanceWarmupPeriod": 600}}
    answer = ecs.update_capacity_provider(name=NAME, autoScalingGroupProvider=update)["capacityProvider"]
    account.check(answer["name"] == NAME, f"updated {answer}")
    account.check(described(ecs) == {**before, **update}, f"scaling {described(ecs)}")
    ecs.update_capacity_provider(name=NAME, autoScalingGroupProvider={"managedScaling": before["managedScaling"]})
    account.check(described(ecs) == before, f"no scaling any more {described(ecs)}")


def draining(account, ecs):
    """ECS puts a lifecycle hook of its own on the group, which may take a moment."""

    def state():
        found = account.autoscaling.describe_lifecycle_hooks(AutoScalingGroupName=GROUP)["LifecycleHooks"]
        return described(ecs)["managedDraining"], [hook["LifecycleHookName"] for hook in found]

    for expected in (("ENABLED", [HOOK]), ("DISABLED", [])):
        ecs.update_capacity_provider(name=NAME, autoScalingGroupProvider={"managedDraining": expected[0]})
        account.until(lambda: state() == expected, f"managed draining and its hook: not {expected}")
