"""ECS: attributes of container instances."""

CLUSTER = "web"
INVALID = "InvalidParameterException"
NO_CLUSTER = ("ClusterNotFoundException", "Cluster not found.")
KIND = "container-instance"


def run(account):
    ecs = account.ecs
    arn = account.container_instances("web-spot-a-asg")[0]["containerInstanceArn"]
    put(account, ecs, arn)
    pages(account, ecs)
    limits(account, ecs, arn)
    refusals(account, ecs, arn)


def named(ecs, name, **more):
    return ecs.list_attributes(cluster=CLUSTER, targetType=KIND, attributeName=name, **more)["attributes"]


def put(account, ecs, arn):
    # By its ARN, and by its id with what it is.
    colour = {"name": "third.colour", "value": "green", "targetId": arn}
    bare = {"name": "third.bare", "targetType": KIND, "targetId": arn.rpartition("/")[2]}
    answer = ecs.put_attributes(cluster=CLUSTER, attributes=[colour, bare])["attributes"]
    account.check([put["name"] for put in answer] == ["third.colour", "third.bare"], f"put {answer}")
    [got] = named(ecs, "third.colour", attributeValue="green")
    account.check((got["value"], got["targetId"], got["targetType"]) == ("green", arn, KIND), f"attribute {got}")
    account.check(named(ecs, "third.colour", attributeValue="blue") == [], "an attribute by another value")
    account.check("value" not in named(ecs, "third.bare")[0], "a value out of nothing")
    described = ecs.describe_container_instances(cluster=CLUSTER, containerInstances=[arn])["containerInstances"][0]
    shown = {attribute["name"]: attribute.get("value") for attribute in described["attributes"]}
    account.check(shown["third.colour"] == "green" and "third.bare" in shown, f"described {shown}")
    ecs.put_attributes(cluster=CLUSTER, attributes=[{**colour, "value": "blue"}])
    account.check(named(ecs, "third.colour")[0]["value"] == "blue", "an attribute stays as it was")
    for _ in range(2):
        ecs.delete_attributes(cluster=CLUSTER, attributes=[{"name": "third.colour", "targetId": arn}, bare])
        account.check(named(ecs, "third.colour") + named(ecs, "third.bare") == [], "a deleted attribute stays")


def pages(account, ecs):
    everything = {"cluster": CLUSTER, "targetType": KIND}
    first = ecs.list_attributes(**everything, maxResults=7)
    size = len(first["attributes"])
    account.check(size == 7 and "nextToken" in first, f"a page of {size} attributes")
    pages = ecs.get_paginator("list_attributes").paginate(**everything, PaginationConfig={"PageSize": 7})
    found = [(got["targetId"], got["name"]) for page in pages for got in page["attributes"]]
    account.check(len(found) == len(set(found)) >= 30, f"{len(found)} attributes")


def limits(account, ecs, arn):
    ten = [{"name": f"third.{number}", "targetId": arn} for number in range(10)]
    ecs.put_attributes(cluster=CLUSTER, attributes=ten[1:])
    # One of the two would fit; it is all or nothing.
    two = [ten[0], {"name": "third.x", "targetId": arn}]
    account.refuses("AttributeLimitExceededException", "10", ecs.put_attributes, cluster=CLUSTER, attributes=two)
    account.check(named(ecs, "third.0") == [], "a part of refused attributes was put")
    ecs.delete_attributes(cluster=CLUSTER, attributes=ten)


def refusals(account, ecs, arn):
    for call in (ecs.put_attributes, ecs.delete_attributes):
        one = {"name": "third", "targetId": arn}
        for wrong in ([], [one] * 11, [{**one, "name": ""}], [{**one, "name": "with space"}]):
            account.refuses(INVALID, "ttribute", call, cluster=CLUSTER, attributes=wrong)
        missing = [{**one, "targetType": KIND, "targetId": "0" * 32}]
        account.refuses("TargetNotFoundException", "not found", call, cluster=CLUSTER, attributes=missing)
        account.refuses(*NO_CLUSTER, call, cluster="nope", attributes=[one])
    call = ecs.list_attributes
    account.refuses(INVALID, "targetType", call, cluster=CLUSTER, targetType="service")
    account.refuses(INVALID, "maxResults", call, cluster=CLUSTER, targetType=KIND, maxResults=101)
    account.refuses(INVALID, "ttribute", call, cluster=CLUSTER, targetType=KIND, attributeValue="green")
    account.refuses(*NO_CLUSTER, call, cluster="nope", targetType=KIND)
