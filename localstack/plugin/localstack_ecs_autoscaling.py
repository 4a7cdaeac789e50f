"""LocalStack providers for Amazon ECS and Auto Scaling.

LocalStack's community edition ships moto's backends for both services but has no provider that routes requests to them.
Each provider here hands every operation of its service to moto. They share their state with LocalStack's EC2 provider,
which is built on moto as well, so the instances of an Auto Scaling group are ordinary EC2 instances.
"""

from localstack.aws.spec import load_service
from localstack.aws.skeleton import Skeleton
from localstack.services.moto import call_moto
from localstack.services.plugins import Service, aws_provider


def _moto_service(name: str) -> Service:
    spec = load_service(name)
    table = {operation: lambda context, _request: call_moto(context) for operation in spec.operation_names}
    return Service(name, skeleton=Skeleton(spec, table), start=None)


@aws_provider(api="ecs")
def ecs() -> Service:
    return _moto_service("ecs")


@aws_provider(api="autoscaling")
def autoscaling() -> Service:
    return _moto_service("autoscaling")
