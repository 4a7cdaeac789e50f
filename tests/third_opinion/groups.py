"""EC2 Auto Scaling: changing a group as a whole, and what a group without a warm pool says of one."""

import base64

GROUP = "web-spot-a-asg"
INVALID = "ValidationError"
NOWHERE = {"AutoScalingGroupName": "nope"}
NO_GROUP = (INVALID, "name not found")


def run(account):
    autoscaling = account.autoscaling
    settings(account, autoscaling)
    processes(account, autoscaling)
    sizes(account, autoscaling)
    warm = autoscaling.describe_warm_pool(AutoScalingGroupName=GROUP)
    account.check(warm["Instances"] == [] and "WarmPoolConfiguration" not in warm, f"warm pool {warm}")
    account.refuses(*NO_GROUP, autoscaling.describe_warm_pool, **NOWHERE)
    configurations(account, autoscaling)
    without = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[GROUP], IncludeInstances=False)
    account.check("Instances" not in without["AutoScalingGroups"][0], "instances that nobody asked for")


def configurations(account, autoscaling):
    groups = autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"]
    named = {group["LaunchConfigurationName"] for group in groups if "LaunchConfigurationName" in group}
    there = autoscaling.describe_launch_configurations()["LaunchConfigurations"]
    account.check({one["LaunchConfigurationName"] for one in there} == named, f"launch configurations {there}")
    for one in there:
        script = base64.b64decode(one["UserData"]).decode()
        account.check(script.startswith("#!/bin/bash\n") and "ECS_CLUSTER=" in script, f"user data {script}")
    missing = autoscaling.describe_launch_configurations(LaunchConfigurationNames=["nope"])
    account.check(missing["LaunchConfigurations"] == [], f"launch configurations that are none {missing}")


def settings(account, autoscaling):
    switches = ("CapacityRebalance", "NewInstancesProtectedFromScaleIn")
    for on in (True, False):
        autoscaling.update_auto_scaling_group(AutoScalingGroupName=GROUP, **dict.fromkeys(switches, on))
        group = account.group(GROUP)
        account.check([group[name] for name in switches] == [on, on], f"settings {group}")
    account.refuses(*NO_GROUP, autoscaling.update_auto_scaling_group, **NOWHERE, MaxSize=1)


def sizes(account, autoscaling):
    names = ("MinSize", "MaxSize", "DesiredCapacity")

    def got():
        group = account.group(GROUP)
        return tuple(group[name] for name in names)

    low, high, wanted = got()
    # Nobody is to come and go meanwhile.
    asleep = {"AutoScalingGroupName": GROUP, "ScalingProcesses": ["Launch", "Terminate"]}
    autoscaling.suspend_processes(**asleep)
    # A bound that the desired capacity is out of takes it along.
    for changes, expected in (
        ({"MinSize": wanted + 1}, (wanted + 1, high, wanted + 1)),
        ({"MinSize": low}, (low, high, wanted + 1)),
        ({"MaxSize": wanted}, (low, wanted, wanted)),
        ({"MaxSize": high, "DesiredCapacity": wanted}, (low, high, wanted)),
    ):
        autoscaling.update_auto_scaling_group(AutoScalingGroupName=GROUP, **changes)
        account.check(got() == expected, f"{changes} makes {got()}")
    autoscaling.resume_processes(**asleep)
    call = autoscaling.update_auto_scaling_group
    account.refuses(INVALID, "Max bound", call, AutoScalingGroupName=GROUP, MinSize=high + 1)
    for desired in (low - 1, high + 1):
        given = {"AutoScalingGroupName": GROUP, "DesiredCapacity": desired}
        account.refuses(INVALID, f"Desired capacity:{desired}", call, **given)


def processes(account, autoscaling):
    def suspended():
        return sorted(process["ProcessName"] for process in account.group(GROUP)["SuspendedProcesses"])

    some = {"AutoScalingGroupName": GROUP, "ScalingProcesses": ["AZRebalance", "AlarmNotification"]}
    autoscaling.suspend_processes(**some)
    account.check(suspended() == ["AZRebalance", "AlarmNotification"], f"suspended {suspended()}")
    autoscaling.resume_processes(AutoScalingGroupName=GROUP, ScalingProcesses=["AZRebalance"])
    account.check(suspended() == ["AlarmNotification"], f"suspended {suspended()}")
    autoscaling.suspend_processes(AutoScalingGroupName=GROUP)
    account.check(len(suspended()) == 9, f"all suspended: {suspended()}")
    autoscaling.resume_processes(AutoScalingGroupName=GROUP)
    account.check(suspended() == [], f"suspended {suspended()}")
    for call in (autoscaling.suspend_processes, autoscaling.resume_processes):
        account.refuses(INVALID, "Nonsense", call, AutoScalingGroupName=GROUP, ScalingProcesses=["Nonsense"])
        account.refuses(*NO_GROUP, call, **NOWHERE)
