"""LocalStack providers for Amazon ECS and Auto Scaling.

LocalStack's community edition ships moto's backends for both services but has no provider that routes requests to them.
Each provider here hands every operation of its service to moto. They share their state with LocalStack's EC2 provider,
which is built on moto as well, so the instances of an Auto Scaling group are ordinary EC2 instances.
"""

from localstack.aws.skeleton import Skeleton
from localstack.aws.spec import load_service
from localstack.services.moto import call_moto
from localstack.services.plugins import Service, aws_provider


def _as_specified(shape, value):
    """Writes numbers as strings where the service's model has strings, such as the CPU of a task's container.

    Python does not mind the difference, but SDKs with typed responses reject the whole answer.
    """
    if shape is None or value is None:
        return value
    if shape.type_name == "structure":
        return {key: _as_specified(shape.members.get(key), member) for key, member in value.items()}
    if shape.type_name == "list":
        return [_as_specified(shape.member, member) for member in value]
    if shape.type_name == "string" and isinstance(value, (int, float)):
        return str(value)
    return value


def _handle(context, _request):
    return _as_specified(context.operation.output_shape, call_moto(context))


def _moto_service(name: str) -> Service:
    spec = load_service(name)
    table = {operation: _handle for operation in spec.operation_names}
    return Service(name, skeleton=Skeleton(spec, table), start=None)


@aws_provider(api="ecs")
def ecs() -> Service:
    return _moto_service("ecs")


@aws_provider(api="autoscaling")
def autoscaling() -> Service:
    return _moto_service("autoscaling")
