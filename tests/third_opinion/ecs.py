"""ECS: every action that the model has, and its errors."""

CLUSTER = "web"
NO_CLUSTER = ("ClusterNotFoundException", "Cluster not found.")
INVALID = "InvalidParameterException"


def run(account):
    ecs = account.ecs
    clusters(account, ecs)
    instances = container_instances(account, ecs)
    services(account, ecs)
    tasks(account, ecs, instances)
    draining(account, ecs)
    deregistered(account, ecs)
    account.refuses("UnknownOperationException", "not recognized", ecs.list_account_settings)


def clusters(account, ecs):
    arns = ecs.list_clusters()["clusterArns"]
    account.check(arns == ["arn:aws:ecs:us-east-1:123456789012:cluster/web"], f"clusters {arns}")
    answer = ecs.describe_clusters(clusters=[CLUSTER, "nope"], include=["SETTINGS"])
    account.check(answer["clusters"][0]["registeredContainerInstancesCount"] >= 10, "few container instances")
    account.check(answer["failures"][0]["reason"] == "MISSING", f"failures {answer['failures']}")
    account.refuses(INVALID, "at most 100", ecs.describe_clusters, clusters=["x"] * 101)
    answer = ecs.describe_capacity_providers(capacityProviders=["web-spot-a", "nope"])
    account.check(answer["failures"][0]["reason"] == "MISSING", f"failures {answer['failures']}")
    found = [provider["name"] for provider in ecs.describe_capacity_providers()["capacityProviders"]]
    account.check(found == ["FARGATE", "FARGATE_SPOT", "web-spot-a", "web-spot-b"], f"capacity providers {found}")


def container_instances(account, ecs):
    pages = ecs.get_paginator("list_container_instances").paginate(cluster=CLUSTER, PaginationConfig={"PageSize": 7})
    arns = [arn for page in pages for arn in page["containerInstanceArns"]]
    account.check(len(arns) == len(set(arns)) >= 10, f"pages of container instances: {arns}")
    missing = "0" * 32
    answer = ecs.describe_container_instances(cluster=CLUSTER, containerInstances=[*arns[:2], missing], include=["TAGS"])
    account.check(len(answer["containerInstances"]) == 2, "described container instances")
    account.check(answer["failures"][0]["reason"] == "MISSING", f"failures {answer['failures']}")
    host = answer["containerInstances"][0]["ec2InstanceId"]
    found = ecs.list_container_instances(cluster=CLUSTER, filter=f"ec2InstanceId == {host}")["containerInstanceArns"]
    account.check(found == arns[:1], f"by host: {found}")
    account.refuses(INVALID, "Invalid filter", ecs.list_container_instances, cluster=CLUSTER, filter="nonsense")
    account.refuses(INVALID, "between 1 and 100", ecs.list_container_instances, cluster=CLUSTER, maxResults=101)
    account.refuses(INVALID, "cannot be empty", ecs.describe_container_instances, cluster=CLUSTER, containerInstances=[])
    many = {"containerInstances": [missing] * 101}
    account.refuses(INVALID, "at most 100", ecs.describe_container_instances, cluster=CLUSTER, **many)
    account.refuses(*NO_CLUSTER, ecs.list_container_instances, cluster="nope")
    account.refuses(*NO_CLUSTER, ecs.describe_container_instances, cluster="nope", containerInstances=[missing])
    return answer["containerInstances"]


def services(account, ecs):
    arns = ecs.list_services(cluster=CLUSTER)["serviceArns"]
    answer = ecs.describe_services(cluster=CLUSTER, services=[*arns, "nope"])
    names = sorted(service["serviceName"] for service in answer["services"])
    account.check(names == ["checkout", "frontend", "search", "worker"], f"services {names}")
    account.check(answer["failures"][0]["reason"] == "MISSING", f"failures {answer['failures']}")
    daemons = ecs.list_services(cluster=CLUSTER, schedulingStrategy="DAEMON")["serviceArns"]
    account.check(daemons == [], f"daemon services {daemons}")
    # Waiters read fields that nobody else does.
    ecs.get_waiter("services_stable").wait(
        cluster=CLUSTER, services=["frontend"], WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
    account.refuses(INVALID, "at most 10", ecs.describe_services, cluster=CLUSTER, services=["x"] * 11)
    account.refuses(*NO_CLUSTER, ecs.list_services, cluster="nope")
    account.refuses(*NO_CLUSTER, ecs.describe_services, cluster="nope", services=["frontend"])


def tasks(account, ecs, instances):
    pages = ecs.get_paginator("list_tasks").paginate(cluster=CLUSTER, PaginationConfig={"PageSize": 30})
    arns = [arn for page in pages for arn in page["taskArns"]]
    account.check(len(arns) == len(set(arns)) >= 60, f"{len(arns)} tasks")
    here = ecs.list_tasks(cluster=CLUSTER, containerInstance=instances[0]["containerInstanceArn"])["taskArns"]
    account.check(set(here) <= set(arns), "tasks of an instance are not among all")
    worker = ecs.list_tasks(cluster=CLUSTER, serviceName="worker", desiredStatus="RUNNING")["taskArns"]
    answer = ecs.describe_tasks(cluster=CLUSTER, tasks=[*worker[:3], "0" * 32], include=["TAGS"])
    account.check({task["group"] for task in answer["tasks"]} == {"service:worker"}, "group of a task")
    account.check(answer["failures"][0]["reason"] == "MISSING", f"failures {answer['failures']}")
    stopped = ecs.stop_task(cluster=CLUSTER, task=worker[0], reason="a third opinion")["task"]
    account.check((stopped["desiredStatus"], stopped["stopCode"]) == ("STOPPED", "UserInitiated"), f"stopped {stopped}")
    ecs.get_waiter("tasks_stopped").wait(
        cluster=CLUSTER, tasks=worker[:1], WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
    task = ecs.describe_tasks(cluster=CLUSTER, tasks=worker[:1])["tasks"][0]
    account.check("exitCode" in task["containers"][0] and task["stoppedReason"] == "a third opinion", f"ended {task}")
    missing = "The referenced task was not found."
    account.refuses(INVALID, missing, ecs.stop_task, cluster=CLUSTER, task="0" * 32)
    account.refuses(INVALID, "cannot be empty", ecs.describe_tasks, cluster=CLUSTER, tasks=[])
    account.refuses("ServiceNotFoundException", "not found", ecs.list_tasks, cluster=CLUSTER, serviceName="nope")
    account.refuses(*NO_CLUSTER, ecs.list_tasks, cluster="nope")
    account.refuses(*NO_CLUSTER, ecs.describe_tasks, cluster="nope", tasks=["0" * 32])
    account.refuses(*NO_CLUSTER, ecs.stop_task, cluster="nope", task="0" * 32)


def draining(account, ecs):
    arns = [account.container_instances("web-spot-a-asg")[0]["containerInstanceArn"]]
    for status in ("DRAINING", "ACTIVE"):
        call = {"cluster": CLUSTER, "containerInstances": [*arns, "0" * 32], "status": status}
        answer = ecs.update_container_instances_state(**call)
        account.check(answer["containerInstances"][0]["status"] == status, f"not {status}")
        account.check(answer["failures"][0]["reason"] == "MISSING", f"failures {answer['failures']}")
    call = ecs.update_container_instances_state
    account.refuses(INVALID, "one of", call, cluster=CLUSTER, containerInstances=arns, status="INACTIVE")
    eleven = {"containerInstances": ["0" * 32] * 11, "status": "DRAINING"}
    account.refuses(INVALID, "at most 10", call, cluster=CLUSTER, **eleven)
    account.refuses(*NO_CLUSTER, call, cluster="nope", containerInstances=arns, status="DRAINING")


def deregistered(account, ecs):
    found = next(found for found in account.container_instances("web-spot-b-asg") if found["runningTasksCount"])
    arn, host = found["containerInstanceArn"], found["ec2InstanceId"]
    tasks = ecs.list_tasks(cluster=CLUSTER, containerInstance=arn)["taskArns"]
    call = ecs.deregister_container_instance
    account.refuses(INVALID, "Found running tasks on the instance", call, cluster=CLUSTER, containerInstance=arn)
    gone = call(cluster=CLUSTER, containerInstance=arn, force=True)["containerInstance"]
    account.check((gone["containerInstanceArn"], gone["status"]) == (arn, "INACTIVE"), f"deregistered {gone}")
    listed = ecs.list_container_instances(cluster=CLUSTER, filter=f"ec2InstanceId == {host}")["containerInstanceArns"]
    account.check(listed == [], f"still listed: {listed}")
    lost = ecs.describe_tasks(cluster=CLUSTER, tasks=tasks)["tasks"]
    account.check({task["desiredStatus"] for task in lost} == {"STOPPED"}, f"tasks of a deregistered instance: {lost}")
    missing = "The referenced container instance was not found"
    account.refuses(INVALID, missing, call, cluster=CLUSTER, containerInstance="0" * 32)
    account.refuses(*NO_CLUSTER, call, cluster="nope", containerInstance=arn)
    # The host is of no use any more.
    account.autoscaling.terminate_instance_in_auto_scaling_group(InstanceId=host, ShouldDecrementDesiredCapacity=False)
