"""ECS: clusters, container instances, services, tasks, attributes, and what is refused."""

CLUSTER = "web"
PROVIDER = "web-spot"
SERVICE = "web"
FAMILY = "web"
UNKNOWN = "0" * 32


def run(target):
    clusters(target)
    arns = container_instances(target)
    attributes(target, arns[0])
    services(target)
    definitions(target)
    tasks(target, arns)
    protection(target)
    draining(target, arns)
    deregistered(target, arns)


def clusters(target):
    ecs, step = target.ecs, target.step
    step("all", ecs.list_clusters)
    step("one and an unknown one", ecs.describe_clusters, clusters=[CLUSTER, "nowhere"])
    answer = target.ask(ecs.describe_clusters, clusters=[CLUSTER], include=["SETTINGS"])
    target.note("a cluster whose settings are asked for", settings=bool(answer["clusters"][0].get("settings")))
    step("none named", ecs.describe_clusters)
    step("too many", ecs.describe_clusters, clusters=["x"] * 101)
    step("one and an unknown one", ecs.describe_capacity_providers, capacityProviders=[PROVIDER, "nowhere"])
    step("none named", ecs.describe_capacity_providers)


def container_instances(target):
    ecs, step = target.ecs, target.step
    arns = step("all", ecs.list_container_instances, cluster=CLUSTER)["containerInstanceArns"]
    step("a page", ecs.list_container_instances, cluster=CLUSTER, maxResults=2)
    step("too large a page", ecs.list_container_instances, cluster=CLUSTER, maxResults=101)
    step("those that drain", ecs.list_container_instances, cluster=CLUSTER, status="DRAINING")
    step("a status that is none", ecs.list_container_instances, cluster=CLUSTER, status="NONSENSE")
    step("in an unknown cluster", ecs.list_container_instances, cluster="nowhere")
    described = step("one", ecs.describe_container_instances, cluster=CLUSTER, containerInstances=arns[:1])
    host = described["containerInstances"][0]["ec2InstanceId"]
    step("by host", ecs.list_container_instances, cluster=CLUSTER, filter=f"ec2InstanceId == {host}")
    step("by hosts", ecs.list_container_instances, cluster=CLUSTER, filter=f"ec2InstanceId in [{host},i-0unknown]")
    step("by an unknown host", ecs.list_container_instances, cluster=CLUSTER, filter="ec2InstanceId == i-0unknown")
    step("by agent", ecs.list_container_instances, cluster=CLUSTER, filter="agentConnected == true")
    step("by a filter that is none", ecs.list_container_instances, cluster=CLUSTER, filter="nonsense")
    two = [arns[0], UNKNOWN]
    step("one and an unknown one", ecs.describe_container_instances, cluster=CLUSTER, containerInstances=two)
    step("by id", ecs.describe_container_instances, cluster=CLUSTER, containerInstances=[arns[0].split("/")[-1]])
    step("none", ecs.describe_container_instances, cluster=CLUSTER, containerInstances=[])
    many = [UNKNOWN] * 101
    step("too many", ecs.describe_container_instances, cluster=CLUSTER, containerInstances=many)
    step("in an unknown cluster", ecs.describe_container_instances, cluster="nowhere", containerInstances=arns)
    return sorted(arns)


def attributes(target, arn):
    ecs, step = target.ecs, target.step
    mine = {"name": "compare.mark", "value": "yes", "targetType": "container-instance", "targetId": arn}
    step("by ARN", ecs.put_attributes, cluster=CLUSTER, attributes=[mine])
    mine["targetId"] = arn.split("/")[-1]
    step("by id", ecs.put_attributes, cluster=CLUSTER, attributes=[mine])
    step("of an unknown instance", ecs.put_attributes, cluster=CLUSTER, attributes=[{**mine, "targetId": UNKNOWN}])
    step("too many", ecs.put_attributes, cluster=CLUSTER, attributes=[{**mine, "name": f"n{n}"} for n in range(11)])
    step("none", ecs.put_attributes, cluster=CLUSTER, attributes=[])
    step("in an unknown cluster", ecs.put_attributes, cluster="nowhere", attributes=[mine])
    listed = {"cluster": CLUSTER, "targetType": "container-instance"}
    step("by name", ecs.list_attributes, attributeName="compare.mark", **listed)
    step("by name and value", ecs.list_attributes, attributeName="compare.mark", attributeValue="no", **listed)
    step("of a kind that is none", ecs.list_attributes, cluster=CLUSTER, targetType="nonsense")
    step("in an unknown cluster", ecs.list_attributes, cluster="nowhere", targetType="container-instance")
    plain = {name: value for name, value in mine.items() if name != "value"}
    step("one", ecs.delete_attributes, cluster=CLUSTER, attributes=[plain])
    step("one again", ecs.delete_attributes, cluster=CLUSTER, attributes=[plain])
    step("of an unknown instance", ecs.delete_attributes, cluster=CLUSTER, attributes=[{**plain, "targetId": UNKNOWN}])
    step("a deleted one", ecs.list_attributes, attributeName="compare.mark", **listed)


def services(target):
    ecs, step = target.ecs, target.step
    step("all", ecs.list_services, cluster=CLUSTER)
    step("in an unknown cluster", ecs.list_services, cluster="nowhere")
    step("one and an unknown one", ecs.describe_services, cluster=CLUSTER, services=[SERVICE, "nowhere"])
    step("none", ecs.describe_services, cluster=CLUSTER, services=[])
    step("too many", ecs.describe_services, cluster=CLUSTER, services=["x"] * 11)
    step("in an unknown cluster", ecs.describe_services, cluster="nowhere", services=[SERVICE])
    step("an unknown one", ecs.update_service, cluster=CLUSTER, service="nowhere", desiredCount=1)
    step("in an unknown cluster", ecs.update_service, cluster="nowhere", service=SERVICE, desiredCount=1)
    step("another count", ecs.update_service, cluster=CLUSTER, service=SERVICE, desiredCount=2)
    target.wait(lambda: counts(target) == (2, 2, 0))
    desired, running, pending = counts(target)
    target.note("a service with another count", desired=desired, running=running, pending=pending)


def counts(target):
    answer = target.ask(target.ecs.describe_services, cluster=CLUSTER, services=[SERVICE])
    service = answer["services"][0]
    return service["desiredCount"], service["runningCount"], service["pendingCount"]


def definitions(target):
    ecs, step = target.ecs, target.step
    step("by family", ecs.describe_task_definition, taskDefinition=FAMILY)
    step("by revision", ecs.describe_task_definition, taskDefinition=f"{FAMILY}:1")
    step("an unknown revision", ecs.describe_task_definition, taskDefinition=f"{FAMILY}:9")
    step("an unknown one", ecs.describe_task_definition, taskDefinition="nowhere")


def tasks(target, arns):
    ecs, step = target.ecs, target.step
    run = {"cluster": CLUSTER, "taskDefinition": FAMILY, "startedBy": "refused"}
    step("too many", ecs.run_task, count=11, **run)
    step("of an unknown definition", ecs.run_task, cluster=CLUSTER, taskDefinition="nowhere")
    step("in an unknown cluster", ecs.run_task, cluster="nowhere", taskDefinition=FAMILY)
    provider = [{"capacityProvider": "nowhere"}]
    step("by an unknown provider", ecs.run_task, capacityProviderStrategy=provider, **run)
    step("on an unknown instance", ecs.start_task, containerInstances=[UNKNOWN], **run)
    step("on none", ecs.start_task, containerInstances=[], **run)
    step("on too many", ecs.start_task, containerInstances=[UNKNOWN] * 11, **run)
    all_stopped(target, "refused")
    run["startedBy"] = "compare"
    task = step("two", ecs.run_task, count=2, **run)["tasks"][0]["taskArn"]
    step("one", ecs.start_task, containerInstances=arns[:1], group="compared", **run)
    listed(target)
    target.wait(lambda: status(target, task) == "RUNNING")
    step("one and an unknown one", ecs.describe_tasks, cluster=CLUSTER, tasks=[task, UNKNOWN])
    step("none", ecs.describe_tasks, cluster=CLUSTER, tasks=[])
    step("too many", ecs.describe_tasks, cluster=CLUSTER, tasks=[UNKNOWN] * 101)
    step("in an unknown cluster", ecs.describe_tasks, cluster="nowhere", tasks=[task])
    stopped(target, task)
    all_stopped(target, "compare")


def all_stopped(target, starter):
    """Stops what somebody started, and waits until it is."""
    ecs, own = target.ecs, {"cluster": CLUSTER, "startedBy": starter}
    for task in target.ask(ecs.list_tasks, **own)["taskArns"]:
        target.ask(ecs.stop_task, cluster=CLUSTER, task=task)
    tasks = target.ask(ecs.list_tasks, desiredStatus="STOPPED", **own)["taskArns"]
    target.wait(lambda: all(status(target, task) == "STOPPED" for task in tasks))


def listed(target):
    ecs, step = target.ecs, target.step
    step("all", ecs.list_tasks, cluster=CLUSTER)
    step("by who started them", ecs.list_tasks, cluster=CLUSTER, startedBy="compare")
    step("by who started none", ecs.list_tasks, cluster=CLUSTER, startedBy="nobody")
    step("by family", ecs.list_tasks, cluster=CLUSTER, family=FAMILY)
    step("by an unknown family", ecs.list_tasks, cluster=CLUSTER, family="nowhere")
    step("by service", ecs.list_tasks, cluster=CLUSTER, serviceName=SERVICE)
    step("by an unknown service", ecs.list_tasks, cluster=CLUSTER, serviceName="nowhere")
    step("by an unknown instance", ecs.list_tasks, cluster=CLUSTER, containerInstance=UNKNOWN)
    step("that are to stop", ecs.list_tasks, cluster=CLUSTER, desiredStatus="STOPPED")
    step("that are to be pending", ecs.list_tasks, cluster=CLUSTER, desiredStatus="PENDING")
    step("that are to be nonsense", ecs.list_tasks, cluster=CLUSTER, desiredStatus="NONSENSE")
    step("a page", ecs.list_tasks, cluster=CLUSTER, maxResults=1)
    step("too large a page", ecs.list_tasks, cluster=CLUSTER, maxResults=101)
    step("in an unknown cluster", ecs.list_tasks, cluster="nowhere")


def stopped(target, task):
    ecs, step = target.ecs, target.step
    step("one", ecs.stop_task, cluster=CLUSTER, task=task, reason="compared")
    step("that were stopped", ecs.list_tasks, cluster=CLUSTER, startedBy="compare", desiredStatus="STOPPED")
    target.wait(lambda: status(target, task) == "STOPPED")
    step("a stopped one", ecs.describe_tasks, cluster=CLUSTER, tasks=[task])
    step("one again", ecs.stop_task, cluster=CLUSTER, task=task)
    step("an unknown one", ecs.stop_task, cluster=CLUSTER, task=UNKNOWN)
    step("in an unknown cluster", ecs.stop_task, cluster="nowhere", task=task)


def status(target, task):
    answer = target.ask(target.ecs.describe_tasks, cluster=CLUSTER, tasks=[task])
    return answer["tasks"][0]["lastStatus"]


def protection(target):
    ecs, step = target.ecs, target.step
    own = target.ask(ecs.list_tasks, cluster=CLUSTER, serviceName=SERVICE)["taskArns"][:1]
    protect = {"cluster": CLUSTER, "tasks": [*own, UNKNOWN]}
    step("one and an unknown one", ecs.update_task_protection, protectionEnabled=True, expiresInMinutes=5, **protect)
    step("one and an unknown one", ecs.get_task_protection, **protect)
    step("for too long", ecs.update_task_protection, protectionEnabled=True, expiresInMinutes=2881, **protect)
    step("of none", ecs.update_task_protection, cluster=CLUSTER, tasks=[], protectionEnabled=True)
    step("of too many", ecs.update_task_protection, cluster=CLUSTER, tasks=[UNKNOWN] * 11, protectionEnabled=True)
    nowhere = {"cluster": "nowhere", "tasks": [UNKNOWN]}
    step("in an unknown cluster", ecs.update_task_protection, protectionEnabled=True, **nowhere)
    step("one no more", ecs.update_task_protection, cluster=CLUSTER, tasks=own, protectionEnabled=False)
    step("in an unknown cluster", ecs.get_task_protection, **nowhere)


def draining(target, arns):
    ecs, step = target.ecs, target.step
    busy = next((arn for arn in arns if running_on(target, arn)), arns[0])
    one = {"cluster": CLUSTER, "containerInstances": [busy]}
    two = {"cluster": CLUSTER, "containerInstances": [busy, UNKNOWN]}
    step("to DRAINING, and an unknown one", ecs.update_container_instances_state, status="DRAINING", **two)
    step("to DRAINING again", ecs.update_container_instances_state, status="DRAINING", **one)
    step("those that now drain", ecs.list_container_instances, cluster=CLUSTER, status="DRAINING")
    step("those that stay active", ecs.list_container_instances, cluster=CLUSTER, status="ACTIVE")
    target.wait(lambda: not running_on(target, busy) and counts(target)[1:] == (2, 0))
    described = target.ask(ecs.describe_container_instances, **one)["containerInstances"][0]
    target.note("an instance that drained", status=described["status"], tasks=running_on(target, busy))
    step("to ACTIVE", ecs.update_container_instances_state, status="ACTIVE", **one)
    step("to ACTIVE again", ecs.update_container_instances_state, status="ACTIVE", **one)
    step("to a status that is none", ecs.update_container_instances_state, status="INACTIVE", **one)
    none, many = [], [UNKNOWN] * 11
    step("of none", ecs.update_container_instances_state, cluster=CLUSTER, containerInstances=none, status="ACTIVE")
    step("of too many", ecs.update_container_instances_state, cluster=CLUSTER, containerInstances=many, status="ACTIVE")
    nowhere = {"cluster": "nowhere", "containerInstances": [busy], "status": "ACTIVE"}
    step("in an unknown cluster", ecs.update_container_instances_state, **nowhere)


def running_on(target, arn):
    answer = target.ask(target.ecs.describe_container_instances, cluster=CLUSTER, containerInstances=[arn])
    return answer["containerInstances"][0]["runningTasksCount"]


def deregistered(target, arns):
    ecs, step = target.ecs, target.step
    free = next((arn for arn in arns if not running_on(target, arn)), arns[0])
    target.wait(lambda: ended_on(target, free))
    step("an unknown one", ecs.deregister_container_instance, cluster=CLUSTER, containerInstance=UNKNOWN)
    step("in an unknown cluster", ecs.deregister_container_instance, cluster="nowhere", containerInstance=free)
    step("one", ecs.deregister_container_instance, cluster=CLUSTER, containerInstance=free)
    step("a deregistered one", ecs.describe_container_instances, cluster=CLUSTER, containerInstances=[free])
    state = {"cluster": CLUSTER, "containerInstances": [free], "status": "DRAINING"}
    step("of a deregistered one", ecs.update_container_instances_state, **state)
    step("all that are left", ecs.list_container_instances, cluster=CLUSTER)


def ended_on(target, arn):
    """Whether all tasks of a container instance that were to stop have stopped."""
    own = {"cluster": CLUSTER, "containerInstance": arn, "desiredStatus": "STOPPED"}
    return all(status(target, task) == "STOPPED" for task in target.ask(target.ecs.list_tasks, **own)["taskArns"])
