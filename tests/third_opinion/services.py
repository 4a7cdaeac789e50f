"""ECS: changing services."""

CLUSTER = "web"
INVALID = "InvalidParameterException"


def run(account):
    ecs = account.ecs
    counts(account, ecs)
    percentages(account, ecs)
    strategies(account, ecs)
    deployments(account, ecs)
    call = ecs.update_service
    account.refuses("ServiceNotFoundException", "not found", call, cluster=CLUSTER, service="nope", desiredCount=1)
    account.refuses("ClusterNotFoundException", "not found", call, cluster="nope", service="worker", desiredCount=1)


def described(ecs, name):
    return ecs.describe_services(cluster=CLUSTER, services=[name])["services"][0]


def counts(account, ecs):
    for count in (13, 12):
        answer = ecs.update_service(cluster=CLUSTER, service="worker", desiredCount=count)["service"]
        account.check(answer["desiredCount"] == count, f"desired {answer['desiredCount']}")
        account.until(lambda: runs(ecs, count), f"the service does not come to {count} tasks")


def runs(ecs, count):
    return described(ecs, "worker")["runningCount"] == count


def percentages(account, ecs):
    before = described(ecs, "worker")["deploymentConfiguration"]
    for bounds in ({"minimumHealthyPercent": 60, "maximumPercent": 150}, before):
        answer = ecs.update_service(cluster=CLUSTER, service="worker", deploymentConfiguration=bounds)["service"]
        got = answer["deploymentConfiguration"]
        account.check({name: got[name] for name in bounds} == bounds, f"bounds {got}")


def strategies(account, ecs):
    call = {"cluster": CLUSTER, "service": "search"}
    before = described(ecs, "search")["capacityProviderStrategy"]
    other = [{"capacityProvider": "web-spot-a", "weight": 2, "base": 1}]
    for service in ("search", "worker"):
        given = {"cluster": CLUSTER, "service": service, "capacityProviderStrategy": other}
        account.refuses(INVALID, "you must force a new deployment", ecs.update_service, **given)
    account.check(described(ecs, "search")["capacityProviderStrategy"] == before, "a refused strategy was taken")
    nobody = [{"capacityProvider": "nope", "weight": 1}]
    given = {**call, "capacityProviderStrategy": nobody, "forceNewDeployment": True}
    account.refuses(INVALID, "nope", ecs.update_service, **given)
    for strategy in (other, before):
        given = {**call, "capacityProviderStrategy": strategy, "forceNewDeployment": True}
        got = ecs.update_service(**given)["service"]["capacityProviderStrategy"]
        account.check(got == strategy, f"strategy {got} instead of {strategy}")


def deployments(account, ecs):
    """A new deployment has an id of its own, which its tasks are started by, and replaces the old one by and by."""
    before = described(ecs, "checkout")["deployments"]
    old = tasks_of(ecs, "checkout")
    after = ecs.update_service(cluster=CLUSTER, service="checkout", forceNewDeployment=True)["service"]["deployments"]
    ids = [[d["id"] for d in found if d["status"] == "PRIMARY"] for found in (before, after)]
    account.check(ids[0] != ids[1] and len(ids[1]) == 1, f"primary deployments {ids}")
    if new := account.until(lambda: tasks_of(ecs, "checkout") - old, "a new deployment starts no tasks"):
        tasks = ecs.describe_tasks(cluster=CLUSTER, tasks=list(new))["tasks"]
        started = {task["startedBy"] for task in tasks}
        account.check(started == set(ids[1]), f"the tasks of {ids[1]} are started by {started}")


def tasks_of(ecs, service):
    return set(ecs.list_tasks(cluster=CLUSTER, serviceName=service)["taskArns"])
