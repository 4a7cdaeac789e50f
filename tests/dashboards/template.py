"""CloudFormation templates: their YAML, and what their functions give for some parameters."""

import re

import yaml

PSEUDO = {
    "AWS::Region": "eu-central-1",
    "AWS::AccountId": "123456789012",
    "AWS::Partition": "aws",
    "AWS::StackName": "stack",
    "AWS::NoValue": None,
}


class Wrong(Exception):
    """The template cannot be resolved."""


class Loader(yaml.SafeLoader):
    """Reads `!Ref x` as `{"Ref": x}`, and every other tag as `{"Fn::…": x}`."""


def tagged(loader, suffix, node):
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


Loader.add_multi_constructor("!", tagged)


def load(path):
    return yaml.load(path.read_text(), Loader)


class Stack:
    """A template with values for its parameters: those that are given, and the defaults of the others."""

    def __init__(self, template, given):
        self.template = template
        self.used = set()
        self.values = PSEUDO | self.parameters(given)

    def parameters(self, given):
        found = {}
        for name, parameter in self.template["Parameters"].items():
            if name not in given and "Default" not in parameter:
                raise Wrong(f"the parameter {name} has no default and is not given")
            found[name] = str(given.get(name, parameter.get("Default")))
            if not re.fullmatch(parameter.get("AllowedPattern", ".*"), found[name]):
                raise Wrong(f"the parameter {name} may not be {found[name]!r}")
        return found

    def resources(self):
        """The resources that there would be, by their names in the template."""
        there = {
            name: resource
            for name, resource in self.template["Resources"].items()
            if "Condition" not in resource or self.holds(resource["Condition"])
        }
        resolved = {name: self.resolve(resource["Properties"]) for name, resource in there.items()}
        return {name: resource | {"Properties": resolved[name]} for name, resource in there.items()}

    def outputs(self):
        return self.resolve(self.template.get("Outputs", {}))

    def holds(self, name):
        self.used.add(name)
        if name not in self.template.get("Conditions", {}):
            raise Wrong(f"there is no condition {name}")
        return self.resolve(self.template["Conditions"][name])

    def resolve(self, value):
        if isinstance(value, list):
            return [found for one in value if (found := self.resolve(one)) is not None]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            name, argument = next(iter(value.items()))
            if name in FUNCTIONS:
                return FUNCTIONS[name](self, argument)
            if name.startswith("Fn::"):
                raise Wrong(f"unknown function {name}")
        resolved = {key: self.resolve(one) for key, one in value.items()}
        return {key: one for key, one in resolved.items() if one is not None}

    def reference(self, name):
        self.used.add(name)
        if name in self.values:
            return self.values[name]
        if name in self.template["Resources"]:
            return name
        raise Wrong(f"there is nothing called {name}")

    def attribute(self, argument):
        name, attribute = argument
        resource = self.template["Resources"].get(name)
        if resource is None or (resource["Type"], attribute) != ("AWS::CloudWatch::Alarm", "Arn"):
            raise Wrong(f"there is no {attribute} of {name}")
        if "Condition" in resource and not self.holds(resource["Condition"]):
            raise Wrong(f"{name} is not there, and its {attribute} is asked for")
        return f"arn:aws:cloudwatch:eu-central-1:123456789012:alarm:{name}"

    def substitute(self, argument):
        text, own = (argument, {}) if isinstance(argument, str) else argument
        own = {name: self.resolve(value) for name, value in own.items()}

        def value(match):
            name = match[1]
            if name in own:
                return str(own[name])
            return str(self.attribute(name.split(".", 1)) if "." in name else self.reference(name))

        unused = [name for name in own if f"${{{name}}}" not in text]
        if unused:
            raise Wrong(f"{unused} are given to Fn::Sub and not used")
        return re.sub(r"\$\{([^!}][^}]*)\}", value, text)

    def chosen(self, argument):
        condition, then, otherwise = argument
        return self.resolve(then if self.holds(condition) else otherwise)


FUNCTIONS = {
    "Ref": Stack.reference,
    "Condition": Stack.holds,
    "Fn::Sub": Stack.substitute,
    "Fn::If": Stack.chosen,
    "Fn::GetAtt": Stack.attribute,
    "Fn::Not": lambda stack, argument: not stack.resolve(argument[0]),
    "Fn::And": lambda stack, argument: all(stack.resolve(one) for one in argument),
    "Fn::Or": lambda stack, argument: any(stack.resolve(one) for one in argument),
    "Fn::Equals": lambda stack, argument: stack.resolve(argument[0]) == stack.resolve(argument[1]),
    "Fn::Join": lambda stack, argument: argument[0].join(stack.resolve(argument[1])),
}
