"""EC2 Auto Scaling: lifecycle hooks, and what they hold."""

from imds import Metadata

GROUP = "web-spot-b-asg"
ENDS = "third-ends"
BEGINS = "third/begins"
ROLE = "arn:aws:iam::123456789012:role/third"
INVALID = "ValidationError"
NO_ACTION = (INVALID, "No active Lifecycle Action found")


def run(account):
    autoscaling = account.autoscaling
    url, arn = account.queue("hooks")
    put(account, autoscaling, url, arn)
    terminating(account, autoscaling, url)
    launching(account, autoscaling, url)
    refusals(account, autoscaling)
    deleted(account, autoscaling, url)


def hooks(autoscaling, *names):
    some = {"LifecycleHookNames": list(names)} if names else {}
    return autoscaling.describe_lifecycle_hooks(AutoScalingGroupName=GROUP, **some)["LifecycleHooks"]


def of(hook, instance=None, **more):
    named = {"InstanceId": instance} if instance else {}
    return {"AutoScalingGroupName": GROUP, "LifecycleHookName": hook, **named, **more}


def put(account, autoscaling, url, arn):
    expected = {
        "LifecycleHookName": ENDS,
        "AutoScalingGroupName": GROUP,
        "LifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING",
        "NotificationTargetARN": arn,
        "NotificationMetadata": "a third opinion",
        "HeartbeatTimeout": 300,
    }
    autoscaling.put_lifecycle_hook(**expected, RoleARN=ROLE)
    account.arrives(url, lambda said: said.get("Event") == "autoscaling:TEST_NOTIFICATION", "the test notification")
    expected |= {"GlobalTimeout": 30_000, "DefaultResult": "ABANDON"}
    [got] = hooks(autoscaling, ENDS)
    account.check(got.pop("RoleARN", None) == ROLE, "a hook without its role")
    account.check(got == expected, f"hook {got}")
    # What is left out stays.
    autoscaling.put_lifecycle_hook(**of(ENDS), DefaultResult="CONTINUE")
    [got] = hooks(autoscaling, ENDS)
    account.check({**got, "RoleARN": ROLE} == {**expected, "RoleARN": ROLE, "DefaultResult": "CONTINUE"}, f"hook {got}")
    transition = "autoscaling:EC2_INSTANCE_LAUNCHING"
    more = {"LifecycleTransition": transition, "NotificationTargetARN": arn, "RoleARN": ROLE}
    autoscaling.put_lifecycle_hook(**of(BEGINS), **more)
    got = hooks(autoscaling, BEGINS)[0]
    account.check((got["HeartbeatTimeout"], got["GlobalTimeout"]) == (3_600, 172_800), f"hook {got}")
    account.check(len(hooks(autoscaling)) == 2 and hooks(autoscaling, "nope") == [], "hooks by their names")


def terminating(account, autoscaling, url):
    victim = account.undisturbed(GROUP)[0]
    call = {"InstanceId": victim, "ShouldDecrementDesiredCapacity": False}
    activity = autoscaling.terminate_instance_in_auto_scaling_group(**call)["Activity"]["ActivityId"]
    account.becomes(victim, "Terminating:Wait")
    known = {"AutoScalingGroupName": GROUP, "ActivityIds": [activity]}
    status = autoscaling.describe_scaling_activities(**known)["Activities"][0]["StatusCode"]
    account.check(status == "MidLifecycleAction", f"the activity is {status}")
    target = Metadata(account, victim).get("meta-data/autoscaling/target-lifecycle-state")
    account.check(target == (200, "Terminated"), f"the instance is told to become {target}")
    said = account.arrives(url, lambda said: said.get("EC2InstanceId") == victim, "the notification of an end")
    told = {name: said[name] for name in ("LifecycleHookName", "NotificationMetadata", "Origin", "Destination")}
    expected = {"LifecycleHookName": ENDS, "NotificationMetadata": "a third opinion"}
    account.check(told == {**expected, "Origin": "AutoScalingGroup", "Destination": "EC2"}, f"notification {said}")
    autoscaling.record_lifecycle_action_heartbeat(**of(ENDS), LifecycleActionToken=said["LifecycleActionToken"])
    autoscaling.record_lifecycle_action_heartbeat(**of(ENDS, victim))
    account.check(account.lifecycle(victim) == "Terminating:Wait", "the hook does not hold")
    done = of(ENDS, victim, LifecycleActionResult="CONTINUE")
    autoscaling.complete_lifecycle_action(**done)
    account.check(account.lifecycle(victim) in ("Terminating:Proceed", None), "the hook does not let go")
    account.refuses(*NO_ACTION, autoscaling.complete_lifecycle_action, **done)
    account.becomes(victim, None)


def begins(said):
    return said.get("LifecycleHookName") == BEGINS


def launching(account, autoscaling, url):
    """Whoever stands in for the one that is gone is held as well; abandoned, it is replaced in its turn."""
    for result, ends in (("ABANDON", ("Terminating", None)), ("CONTINUE", ("Pending:Proceed", "InService"))):
        said = account.arrives(url, begins, "the notification of a launch")
        instance, token = said["EC2InstanceId"], said["LifecycleActionToken"]
        account.check(account.lifecycle(instance) == "Pending:Wait", f"{instance} does not wait")
        autoscaling.complete_lifecycle_action(**of(BEGINS), LifecycleActionToken=token, LifecycleActionResult=result)
        account.becomes(instance, *ends)


def refusals(account, autoscaling):
    put = autoscaling.put_lifecycle_hook
    account.refuses(INVALID, "", put, **of("third-new"))
    transition = {"LifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING"}
    for wrong in (
        {"LifecycleTransition": "autoscaling:NONSENSE"},
        {**transition, "HeartbeatTimeout": 29},
        {**transition, "HeartbeatTimeout": 7_201},
        {**transition, "DefaultResult": "PERHAPS"},
        {**transition, "NotificationTargetARN": "arn:aws:sqs:us-east-1:123456789012:third.fifo", "RoleARN": ROLE},
    ):
        account.refuses(INVALID, "", put, **of("third-new"), **wrong)
    account.refuses(INVALID, "", put, **of("third new"), **transition)
    account.check(len(hooks(autoscaling)) == 2, "a refused hook was put")
    # An empty ARN is none.
    autoscaling.put_lifecycle_hook(**of(ENDS), NotificationTargetARN="")
    account.check("NotificationTargetARN" not in hooks(autoscaling, ENDS)[0], f"hook {hooks(autoscaling, ENDS)}")
    member, token = account.undisturbed(GROUP)[0], {"LifecycleActionToken": "0" * 36}
    complete, heartbeat = autoscaling.complete_lifecycle_action, autoscaling.record_lifecycle_action_heartbeat
    for call, more in ((complete, {"LifecycleActionResult": "CONTINUE"}), (heartbeat, {})):
        account.refuses(*NO_ACTION, call, **of(ENDS, member), **more)
        account.refuses(*NO_ACTION, call, **of(ENDS), **token, **more)
        account.refuses(INVALID, "", call, **of("nope", member), **more)
        account.refuses(INVALID, "", call, **of(ENDS), **more)
    account.refuses(INVALID, "PERHAPS", complete, **of(ENDS, member), LifecycleActionResult="PERHAPS")
    nowhere = {"AutoScalingGroupName": "nope"}
    account.refuses(INVALID, "name not found", autoscaling.describe_lifecycle_hooks, **nowhere)
    account.refuses(INVALID, "name not found", put, **{**of(ENDS), **nowhere}, **transition)


def deleted(account, autoscaling, url):
    """What a hook holds when it is deleted: terminating instances go on, launching ones are abandoned."""
    victim = account.undisturbed(GROUP)[0]
    call = {"InstanceId": victim, "ShouldDecrementDesiredCapacity": False}
    autoscaling.terminate_instance_in_auto_scaling_group(**call)
    account.becomes(victim, "Terminating:Wait")
    launched = account.arrives(url, begins, "the notification of a launch")["EC2InstanceId"]
    for hook in [hook["LifecycleHookName"] for hook in hooks(autoscaling)]:
        autoscaling.delete_lifecycle_hook(**of(hook))
        account.refuses(INVALID, hook, autoscaling.delete_lifecycle_hook, **of(hook))
    account.check(hooks(autoscaling) == [], f"hooks {hooks(autoscaling)}")
    abandoned = "what a deleted hook held at its launch is not abandoned"
    account.until(lambda: account.lifecycle(launched) in ("Terminating", None), abandoned)
    account.until(lambda: account.lifecycle(victim) is None, "what a deleted hook held at its end does not end")
