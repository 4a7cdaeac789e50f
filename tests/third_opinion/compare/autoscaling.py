"""EC2 Auto Scaling: what a group tells, what may be asked of its members, and what becomes of it."""

GROUP = "web-spot-asg"
STRANGER = "i-0123456789abcdef0"
NOWHERE = "nowhere"
HOOK = "compare"


def run(target):
    described(target)
    bounds(target)
    gone = replaced(target)
    attached(target, gone)
    standby(target)
    protected(target)
    suspended(target)
    hooks(target)
    launched(target)
    unhealthy(target)
    tagged(target)
    attached_wrongly(target)


def described(target):
    asg, step = target.autoscaling, target.step
    step("one and an unknown one", asg.describe_auto_scaling_groups, AutoScalingGroupNames=[GROUP, NOWHERE])
    step("an unknown one", asg.describe_auto_scaling_groups, AutoScalingGroupNames=[NOWHERE])
    step("all", asg.describe_auto_scaling_groups)
    step("too large a page", asg.describe_auto_scaling_groups, MaxRecords=101)
    step("without instances", asg.describe_auto_scaling_groups, IncludeInstances=False)
    step("by an unknown tag", asg.describe_auto_scaling_groups, Filters=[{"Name": "tag-key", "Values": [NOWHERE]}])
    step("by a filter that is none", asg.describe_auto_scaling_groups, Filters=[{"Name": "nonsense", "Values": ["x"]}])
    known = members(target)[0]
    step("all", asg.describe_auto_scaling_instances)
    step("one and an unknown one", asg.describe_auto_scaling_instances, InstanceIds=[known, STRANGER])
    step("too many", asg.describe_auto_scaling_instances, InstanceIds=[STRANGER] * 51)
    step("too large a page", asg.describe_auto_scaling_instances, MaxRecords=51)
    step("of a group", asg.describe_scaling_activities, AutoScalingGroupName=GROUP)
    step("of an unknown group", asg.describe_scaling_activities, AutoScalingGroupName=NOWHERE)
    step("of all groups", asg.describe_scaling_activities)


def bounds(target):
    asg, step = target.autoscaling, target.step
    step("a minimum", asg.update_auto_scaling_group, AutoScalingGroupName=GROUP, MinSize=3)
    step("a minimum above the maximum", asg.update_auto_scaling_group, AutoScalingGroupName=GROUP, MinSize=7)
    step("a desired capacity above", asg.update_auto_scaling_group, AutoScalingGroupName=GROUP, DesiredCapacity=7)
    step("an unknown one", asg.update_auto_scaling_group, AutoScalingGroupName=NOWHERE, MinSize=0)
    step("above the maximum", asg.set_desired_capacity, AutoScalingGroupName=GROUP, DesiredCapacity=7)
    step("below the minimum", asg.set_desired_capacity, AutoScalingGroupName=GROUP, DesiredCapacity=2)
    step("of an unknown group", asg.set_desired_capacity, AutoScalingGroupName=NOWHERE, DesiredCapacity=3)
    step("the same", asg.set_desired_capacity, AutoScalingGroupName=GROUP, DesiredCapacity=3)
    restored(target)


def replaced(target):
    asg, step = target.autoscaling, target.step
    one = members(target)[0]
    keep = {"ShouldDecrementDesiredCapacity": False}
    take = {"ShouldDecrementDesiredCapacity": True}
    own = {"AutoScalingGroupName": GROUP}
    step("a stranger", asg.detach_instances, InstanceIds=[STRANGER], **own, **keep)
    step("a member and a stranger", asg.detach_instances, InstanceIds=[one, STRANGER], **own, **keep)
    step("too many", asg.detach_instances, InstanceIds=[STRANGER] * 21, **own, **keep)
    step("from an unknown group", asg.detach_instances, AutoScalingGroupName=NOWHERE, InstanceIds=[one], **keep)
    terminate = asg.terminate_instance_in_auto_scaling_group
    step("a stranger", terminate, InstanceId=STRANGER, **keep)
    target.note("a group whose members were to leave with a stranger", **size(target), member=one in members(target))
    step("below the minimum", asg.detach_instances, InstanceIds=[members(target)[0]], **own, **take)
    step("below the minimum", terminate, InstanceId=members(target)[0], **take)
    target.note("a group whose members were to leave below its minimum", **size(target))
    restored(target)
    gone, ended = members(target)[:2]
    step("a member", asg.detach_instances, InstanceIds=[gone], **own, **keep)
    step("a member", terminate, InstanceId=ended, **keep)
    settled(target)
    left = members(target)
    target.note("a group that lost two", **size(target), detached=gone in left, terminated=ended in left)
    step("a detached one", asg.describe_auto_scaling_instances, InstanceIds=[gone])
    return gone


def attached(target, gone):
    asg, step = target.autoscaling, target.step
    step("one", asg.attach_instances, AutoScalingGroupName=GROUP, InstanceIds=[gone])
    step("to an unknown group", asg.attach_instances, AutoScalingGroupName=NOWHERE, InstanceIds=[gone])
    state(target, "with one attached")
    restored(target)
    target.note("a group that wants one less", **size(target))


def attached_wrongly(target):
    """At the end, since the emulators then have members twice, or that are none."""
    asg, step = target.autoscaling, target.step
    step("a member", asg.attach_instances, AutoScalingGroupName=GROUP, InstanceIds=members(target)[:1])
    step("an unknown one", asg.attach_instances, AutoScalingGroupName=GROUP, InstanceIds=[STRANGER])


def standby(target):
    asg, step = target.autoscaling, target.step
    one = members(target)[0]
    other = {"AutoScalingGroupName": GROUP, "InstanceIds": [STRANGER]}
    nowhere = {"AutoScalingGroupName": NOWHERE, "InstanceIds": [one]}
    step("a stranger", asg.enter_standby, ShouldDecrementDesiredCapacity=True, **other)
    step("in an unknown group", asg.enter_standby, ShouldDecrementDesiredCapacity=True, **nowhere)
    step("a stranger", asg.exit_standby, **other)
    step("in an unknown group", asg.exit_standby, **nowhere)
    step("one in service", asg.exit_standby, AutoScalingGroupName=GROUP, InstanceIds=[one])
    restored(target, minimum=1)
    one = members(target)[0]
    own = {"AutoScalingGroupName": GROUP, "InstanceIds": [one]}
    step("a member", asg.enter_standby, ShouldDecrementDesiredCapacity=True, **own)
    state(target, "with one in Standby")
    step("one in Standby", asg.describe_auto_scaling_instances, InstanceIds=[one])
    step("a member", asg.exit_standby, **own)
    state(target, "with none in Standby")
    restored(target, minimum=1)
    own["InstanceIds"] = members(target)[:1]
    target.ask(asg.enter_standby, ShouldDecrementDesiredCapacity=True, **own)
    target.wait(lambda: lifecycle(target, own["InstanceIds"][0]) == "Standby")
    step("one in Standby", asg.enter_standby, ShouldDecrementDesiredCapacity=True, **own)
    target.ask(asg.exit_standby, **own)
    restored(target)


def protected(target):
    asg, step = target.autoscaling, target.step
    one = members(target)[0]
    own = {"AutoScalingGroupName": GROUP, "InstanceIds": [one]}
    step("a member", asg.set_instance_protection, ProtectedFromScaleIn=True, **own)
    step("a protected one", asg.describe_auto_scaling_instances, InstanceIds=[one])
    step("a member no more", asg.set_instance_protection, ProtectedFromScaleIn=False, **own)
    other = {"AutoScalingGroupName": GROUP, "InstanceIds": [STRANGER]}
    step("a stranger", asg.set_instance_protection, ProtectedFromScaleIn=True, **other)
    nowhere = {"AutoScalingGroupName": NOWHERE, "InstanceIds": [one]}
    step("in an unknown group", asg.set_instance_protection, ProtectedFromScaleIn=True, **nowhere)


def suspended(target):
    asg, step = target.autoscaling, target.step
    launch = {"AutoScalingGroupName": GROUP, "ScalingProcesses": ["Launch"]}
    step("Launch", asg.suspend_processes, **launch)
    nonsense = {"AutoScalingGroupName": GROUP, "ScalingProcesses": ["Nonsense"]}
    step("one that is none", asg.suspend_processes, **nonsense)
    target.ask(asg.resume_processes, **nonsense)
    step("of an unknown group", asg.suspend_processes, AutoScalingGroupName=NOWHERE)
    step("with Launch suspended", asg.describe_auto_scaling_groups, AutoScalingGroupNames=[GROUP])
    gone = {"InstanceIds": members(target)[:1], "ShouldDecrementDesiredCapacity": False}
    target.ask(asg.detach_instances, AutoScalingGroupName=GROUP, **gone)
    target.wait(lambda: len(members(target)) == 2)
    # Long enough for a launch that must not be.
    target.wait(lambda: len(members(target)) > 2, seconds=1.5)
    target.note("a group that may launch nothing", **size(target))
    step("Launch", asg.resume_processes, **launch)
    step("of an unknown group", asg.resume_processes, AutoScalingGroupName=NOWHERE)
    state(target, "that may launch again")
    step("all", asg.suspend_processes, AutoScalingGroupName=GROUP)
    names = target.ask(asg.describe_auto_scaling_groups, AutoScalingGroupNames=[GROUP])["AutoScalingGroups"][0]
    target.note("a group with all suspended", processes=len(names["SuspendedProcesses"]))
    step("all", asg.resume_processes, AutoScalingGroupName=GROUP)


def hooks(target):
    asg, step = target.autoscaling, target.step
    own = {"AutoScalingGroupName": GROUP, "LifecycleHookName": HOOK}
    nowhere = {**own, "AutoScalingGroupName": NOWHERE}
    ending = {"LifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING"}
    step("none", asg.describe_lifecycle_hooks, AutoScalingGroupName=GROUP)
    step("of an unknown group", asg.describe_lifecycle_hooks, AutoScalingGroupName=NOWHERE)
    step("of an unknown group", asg.put_lifecycle_hook, **nowhere, **ending)
    step("without a transition", asg.put_lifecycle_hook, **own)
    step("a transition that is none", asg.put_lifecycle_hook, LifecycleTransition="nonsense", **own)
    step("too short a heartbeat", asg.put_lifecycle_hook, HeartbeatTimeout=29, **own, **ending)
    step("a result that is none", asg.put_lifecycle_hook, DefaultResult="NONSENSE", **own, **ending)
    step("one", asg.put_lifecycle_hook, HeartbeatTimeout=3600, **own, **ending)
    step("one", asg.describe_lifecycle_hooks, AutoScalingGroupName=GROUP)
    step("another heartbeat", asg.put_lifecycle_hook, HeartbeatTimeout=1800, **own)
    step("one that was changed", asg.describe_lifecycle_hooks, AutoScalingGroupName=GROUP)
    step("an unknown one", asg.describe_lifecycle_hooks, AutoScalingGroupName=GROUP, LifecycleHookNames=[NOWHERE])
    held(target, own, nowhere)
    step("one", asg.delete_lifecycle_hook, **own)
    step("one again", asg.delete_lifecycle_hook, **own)
    step("of an unknown group", asg.delete_lifecycle_hook, **nowhere)


def held(target, own, nowhere):
    """An instance that is terminated while there is a hook."""
    asg, step = target.autoscaling, target.step
    one = members(target)[0]
    go_on = {"LifecycleActionResult": "CONTINUE", "InstanceId": one}
    step("without an active action", asg.complete_lifecycle_action, **own, **go_on)
    step("of an unknown group", asg.complete_lifecycle_action, **nowhere, **go_on)
    step("of an unknown hook", asg.complete_lifecycle_action, **{**own, "LifecycleHookName": NOWHERE}, **go_on)
    step("without an active action", asg.record_lifecycle_action_heartbeat, InstanceId=one, **own)
    end = {"InstanceId": one, "ShouldDecrementDesiredCapacity": False}
    step("one that a hook holds", asg.terminate_instance_in_auto_scaling_group, **end)
    target.wait(lambda: lifecycle(target, one) == "Terminating:Wait")
    target.note("a terminated instance with a hook", lifecycle=lifecycle(target, one))
    step("of an active action", asg.record_lifecycle_action_heartbeat, InstanceId=one, **own)
    nonsense = {"LifecycleActionResult": "NONSENSE", "InstanceId": one}
    step("a result that is none", asg.complete_lifecycle_action, **own, **nonsense)
    step("of an active action", asg.complete_lifecycle_action, **own, **go_on)
    state(target, "whose hook is completed")


def launched(target):
    asg, step = target.autoscaling, target.step
    zones = target.ask(asg.describe_auto_scaling_groups, AutoScalingGroupNames=[GROUP])["AutoScalingGroups"][0]
    own = {"AutoScalingGroupName": GROUP, "AvailabilityZones": zones["AvailabilityZones"][:1]}
    step("one", asg.launch_instances, ClientToken="one", RequestedCapacity=1, **own)
    step("one again", asg.launch_instances, ClientToken="one", RequestedCapacity=1, **own)
    step("another with the same token", asg.launch_instances, ClientToken="one", RequestedCapacity=2, **own)
    step("none", asg.launch_instances, ClientToken="none", RequestedCapacity=0, **own)
    step("above the maximum", asg.launch_instances, ClientToken="above", RequestedCapacity=4, **own)
    nowhere = {**own, "AutoScalingGroupName": NOWHERE}
    step("in an unknown group", asg.launch_instances, ClientToken="nowhere", RequestedCapacity=1, **nowhere)
    state(target, "that was asked to launch")
    restored(target)


def unhealthy(target):
    asg, step = target.autoscaling, target.step
    one = members(target)[0]
    step("of a member", asg.set_instance_health, InstanceId=one, HealthStatus="Unhealthy")
    step("of a stranger", asg.set_instance_health, InstanceId=STRANGER, HealthStatus="Unhealthy")
    step("a health that is none", asg.set_instance_health, InstanceId=one, HealthStatus="Nonsense")
    target.wait(lambda: one not in members(target))
    settled(target)
    target.note("a group with an unhealthy member", **size(target), replaced=one not in members(target))


def tagged(target):
    asg, step = target.autoscaling, target.step
    tag = {"ResourceId": GROUP, "ResourceType": "auto-scaling-group", "Key": "compare", "Value": "yes"}
    step("one", asg.create_or_update_tags, Tags=[{**tag, "PropagateAtLaunch": False}])
    step("of an unknown group", asg.create_or_update_tags, Tags=[{**tag, "ResourceId": NOWHERE}])
    by_key = [{"Name": "key", "Values": ["compare"]}]
    step("by key", asg.describe_tags, Filters=by_key)
    step("one", asg.delete_tags, Tags=[tag])
    step("a deleted one", asg.describe_tags, Filters=by_key)


def group(target):
    answer = target.ask(target.autoscaling.describe_auto_scaling_groups, AutoScalingGroupNames=[GROUP])
    return answer["AutoScalingGroups"][0]


def members(target):
    return [instance["InstanceId"] for instance in group(target).get("Instances", [])]


def lifecycle(target, instance):
    found = [known for known in group(target)["Instances"] if known["InstanceId"] == instance]
    return found[0]["LifecycleState"] if found else "gone"


def size(target):
    seen = group(target)
    states = sorted(instance["LifecycleState"] for instance in seen.get("Instances", []))
    return {"desired": seen["DesiredCapacity"], "members": ", ".join(states)}


def settled(target):
    """Waits until a group has what it wants, and nothing is on its way."""

    def steady():
        seen = group(target)
        states = [instance["LifecycleState"] for instance in seen.get("Instances", [])]
        serving = states.count("InService")
        return serving == seen["DesiredCapacity"] and set(states) <= {"InService", "Standby"}

    target.wait(steady)


def restored(target, minimum=3):
    """Gives a group its bounds and its size back, whatever was accepted or refused before."""
    bounds = {"MinSize": minimum, "MaxSize": 6, "DesiredCapacity": 3}
    target.ask(target.autoscaling.update_auto_scaling_group, AutoScalingGroupName=GROUP, **bounds)
    settled(target)


def state(target, when):
    settled(target)
    target.note(f"a group {when}", **size(target))
