"""ECS: task scale-in protection."""

import datetime

from account import SOON

CLUSTER = "web"
INVALID = "InvalidParameterException"
MISSING = "0" * 32


def run(account):
    ecs = account.ecs
    task = ecs.list_tasks(cluster=CLUSTER, serviceName="search")["taskArns"][0]
    protected(account, ecs, task)
    failures(account, ecs, task)
    refusals(account, ecs, task)


def protected(account, ecs, task):
    one = {"cluster": CLUSTER, "tasks": [task]}
    for minutes, given in ((120, {}), (5, {"expiresInMinutes": 5})):
        ecs.update_task_protection(**one, protectionEnabled=True, **given)
        [got] = ecs.get_task_protection(**one)["protectedTasks"]
        now = datetime.datetime.fromisoformat(account.state()["time"][:19] + "+00:00")
        left = got["expirationDate"] - now
        expected = datetime.timedelta(minutes=minutes - 1) < left < datetime.timedelta(minutes=minutes + 1)
        account.check(got["protectionEnabled"] and expected, f"protected for {minutes} min: {got}, left {left}")
    everything = ecs.get_task_protection(cluster=CLUSTER)["protectedTasks"]
    found = [found["taskArn"] for found in everything if found["protectionEnabled"]]
    account.check(found == [task], f"protected tasks {found}")
    [got] = ecs.update_task_protection(**one, protectionEnabled=False)["protectedTasks"]
    account.check(got == {"taskArn": task, "protectionEnabled": False}, f"no longer protected: {got}")


def failures(account, ecs, task):
    alone = ecs.run_task(cluster=CLUSTER, taskDefinition="worker")["tasks"][0]["taskArn"]
    ids = {"cluster": CLUSTER, "tasks": [task, alone, MISSING]}
    for answer in (ecs.update_task_protection(**ids, protectionEnabled=False), ecs.get_task_protection(**ids)):
        account.check([found["taskArn"] for found in answer["protectedTasks"]] == [task], f"protection {answer}")
        reasons = {failure["arn"]: failure["reason"] for failure in answer["failures"]}
        account.check(reasons.pop(alone, None) == "TASK_NOT_VALID", f"protection {answer}")
        account.check(list(reasons.values()) == ["MISSING"], f"protection {answer}")
    ecs.stop_task(cluster=CLUSTER, task=alone)
    ecs.get_waiter("tasks_stopped").wait(cluster=CLUSTER, tasks=[alone], WaiterConfig=SOON)


def refusals(account, ecs, task):
    call = {"cluster": CLUSTER, "protectionEnabled": True}
    for tasks in ([], [MISSING] * 11):
        account.refuses(INVALID, "tasks", ecs.update_task_protection, **call, tasks=tasks)
    for minutes in (0, 2_881):
        given = {"tasks": [task], "expiresInMinutes": minutes}
        account.refuses(INVALID, "expiresInMinutes", ecs.update_task_protection, **call, **given)
    account.refuses(INVALID, "", ecs.get_task_protection, cluster=CLUSTER, tasks=[MISSING] * 101)
    nowhere = ("ClusterNotFoundException", "Cluster not found.")
    account.refuses(*nowhere, ecs.get_task_protection, cluster="nope")
    account.refuses(*nowhere, ecs.update_task_protection, cluster="nope", tasks=[task], protectionEnabled=True)
