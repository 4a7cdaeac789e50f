"""ECS: tasks that no service looks after, and their definitions."""

from account import SOON

CLUSTER = "web"
DEFINITION = "arn:aws:ecs:us-east-1:123456789012:task-definition/worker:1"
NO_CLUSTER = ("ClusterNotFoundException", "Cluster not found.")
NO_DEFINITION = ("ClientException", "TaskDefinition not found.")
INVALID = "InvalidParameterException"
MISSING = "0" * 32


def run(account):
    ecs = account.ecs
    definitions(account, ecs)
    anywhere = run_tasks(account, ecs)
    there = start_tasks(account, ecs)
    ends(account, ecs, anywhere + there)
    refusals(account, ecs)


def definitions(account, ecs):
    for name in ("worker", "worker:1", DEFINITION):
        found = ecs.describe_task_definition(taskDefinition=name, include=["TAGS"])["taskDefinition"]
        account.check((found["taskDefinitionArn"], found["revision"]) == (DEFINITION, 1), f"definition {found}")
        containers = [container["name"] for container in found["containerDefinitions"]]
        account.check(containers == ["worker"], f"definition {found}")
    for name in ("nope", "worker:99"):
        account.refuses("ClientException", "Unable to describe", ecs.describe_task_definition, taskDefinition=name)


def run_tasks(account, ecs):
    call = {"cluster": CLUSTER, "taskDefinition": "worker"}
    answer = ecs.run_task(**call, count=2, startedBy="third-opinion", group="third-group")
    arns = [task["taskArn"] for task in answer["tasks"]]
    account.check((len(set(arns)), answer["failures"]) == (2, []), f"run: {answer}")
    account.check({task["group"] for task in answer["tasks"]} == {"third-group"}, f"groups {answer['tasks']}")
    found = ecs.list_tasks(cluster=CLUSTER, startedBy="third-opinion")["taskArns"]
    account.check(sorted(found) == sorted(arns), f"tasks by who started them: {found}")
    account.check(set(arns) <= set(ecs.list_tasks(cluster=CLUSTER, family="worker")["taskArns"]), "tasks by family")
    task = ecs.run_task(**call, capacityProviderStrategy=[{"capacityProvider": "web-spot-a", "weight": 1}])["tasks"][0]
    account.check(task["capacityProviderName"] == "web-spot-a" and task["group"] == "family:worker", f"task {task}")
    return [*arns, task["taskArn"]]


def start_tasks(account, ecs):
    arn = account.container_instances("web-spot-a-asg")[0]["containerInstanceArn"]
    call = {"cluster": CLUSTER, "taskDefinition": DEFINITION, "containerInstances": [arn, MISSING]}
    answer = ecs.start_task(**call, startedBy="third-opinion")
    account.check([task["containerInstanceArn"] for task in answer["tasks"]] == [arn], f"started: {answer['tasks']}")
    reasons = [failure["reason"] for failure in answer["failures"]]
    account.check(reasons == ["MISSING"], f"failures {answer['failures']}")
    return [task["taskArn"] for task in answer["tasks"]]


def ends(account, ecs, arns):
    ecs.get_waiter("tasks_running").wait(cluster=CLUSTER, tasks=arns, WaiterConfig=SOON)
    for arn in arns:
        ecs.stop_task(cluster=CLUSTER, task=arn)
    ecs.get_waiter("tasks_stopped").wait(cluster=CLUSTER, tasks=arns, WaiterConfig=SOON)
    listed = ecs.list_tasks(cluster=CLUSTER, startedBy="third-opinion")["taskArns"]
    account.check(listed == [], f"stopped tasks are listed: {listed}")
    stopped = ecs.list_tasks(cluster=CLUSTER, startedBy="third-opinion", desiredStatus="STOPPED")["taskArns"]
    account.check(len(stopped) == 3, f"stopped tasks {stopped}")
    again = ecs.stop_task(cluster=CLUSTER, task=arns[0])["task"]
    account.check(again["lastStatus"] == "STOPPED", f"stopped twice: {again}")


def refusals(account, ecs):
    call = {"cluster": CLUSTER, "taskDefinition": "worker"}
    account.refuses(INVALID, "count", ecs.run_task, **call, count=11)
    strategy = [{"capacityProvider": "nope"}]
    account.refuses(INVALID, "nope", ecs.run_task, **call, capacityProviderStrategy=strategy)
    account.refuses(INVALID, "container instances", ecs.start_task, **call, containerInstances=[])
    account.refuses(INVALID, "container instances", ecs.start_task, **call, containerInstances=[MISSING] * 11)
    for name in ("nope", "worker:99"):
        account.refuses(*NO_DEFINITION, ecs.run_task, cluster=CLUSTER, taskDefinition=name)
    nowhere = {"cluster": "nope", "taskDefinition": "worker"}
    account.refuses(*NO_CLUSTER, ecs.run_task, **nowhere)
    account.refuses(*NO_CLUSTER, ecs.start_task, **nowhere, containerInstances=[MISSING])
