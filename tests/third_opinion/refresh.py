"""EC2 Auto Scaling: instance refreshes."""

GROUP = "web-spot-b-asg"
NAMED = {"AutoScalingGroupName": GROUP}
NO_GROUP = ("ValidationError", "name not found")


def run(account):
    autoscaling = account.autoscaling
    account.check(refreshes(autoscaling) == [], "a refresh out of nothing")
    refused = ("ActiveInstanceRefreshNotFound", GROUP)
    account.refuses(*refused, autoscaling.cancel_instance_refresh, **NAMED)
    begun = autoscaling.start_instance_refresh(**NAMED, Preferences={"MinHealthyPercentage": 90})["InstanceRefreshId"]
    [found] = refreshes(autoscaling, begun)
    account.check(found["Status"] in ("Pending", "InProgress") and found["InstancesToUpdate"] > 0, f"refresh {found}")
    account.refuses("InstanceRefreshInProgress", "", autoscaling.start_instance_refresh, **NAMED)
    account.check(autoscaling.cancel_instance_refresh(**NAMED)["InstanceRefreshId"] == begun, "another was cancelled")
    account.until(lambda: refreshes(autoscaling, begun)[0]["Status"] == "Cancelled", "the refresh is not cancelled")
    account.check("EndTime" in refreshes(autoscaling)[0], f"refreshes {refreshes(autoscaling)}")
    account.check(refreshes(autoscaling, "nope") == [], "a refresh by another id")
    account.refuses(*refused, autoscaling.cancel_instance_refresh, **NAMED)
    start, cancel = autoscaling.start_instance_refresh, autoscaling.cancel_instance_refresh
    for call in (start, cancel, autoscaling.describe_instance_refreshes):
        account.refuses(*NO_GROUP, call, AutoScalingGroupName="nope")


def refreshes(autoscaling, *ids):
    named = {"InstanceRefreshIds": list(ids)} if ids else {}
    return autoscaling.describe_instance_refreshes(**NAMED, **named)["InstanceRefreshes"]
