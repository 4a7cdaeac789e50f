"""CloudFormation's functions give what its documentation says, and what could not be resolved is refused."""

import unittest

import template

TEMPLATE = """
Parameters:
  Name: {Type: String, Default: one, AllowedPattern: "[a-z]+"}
  Topic: {Type: String, Default: ""}
Conditions:
  HasTopic: !Not [!Equals [!Ref Topic, ""]]
Resources:
  First:
    Type: AWS::CloudWatch::Alarm
    Properties: {AlarmName: !Sub "${Name}-first", AlarmActions: !If [HasTopic, [!Ref Topic], !Ref AWS::NoValue]}
  Second:
    Type: AWS::CloudWatch::Alarm
    Condition: HasTopic
    Properties:
      AlarmName: !Join ["-", [!Ref Name, second]]
      AlarmDescription: !Sub ["${First.Arn} in ${AWS::Region} ${Own}", {Own: !If [HasTopic, yes it has, no]}]
"""


def resources(text=TEMPLATE, **given):
    return template.Stack(template.yaml.load(text, template.Loader), given).resources()


class Stack(unittest.TestCase):
    def test_has_what_the_defaults_give(self):
        found = {name: one["Properties"] for name, one in resources().items()}
        self.assertEqual(found, {"First": {"AlarmName": "one-first"}})

    def test_has_what_the_parameters_give(self):
        found = resources(Name="two", Topic="arn")
        self.assertEqual(found["First"]["Properties"], {"AlarmName": "two-first", "AlarmActions": ["arn"]})
        self.assertEqual(found["Second"]["Properties"]["AlarmName"], "two-second")
        arn = "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:First"
        self.assertEqual(found["Second"]["Properties"]["AlarmDescription"], f"{arn} in eu-central-1 yes it has")

    def test_refuses_what_is_not_there(self):
        for old, new in (
            ("${Name}", "${Nmae}"),
            ("First.Arn", "First.Name"),
            ("First.Arn", "Frist.Arn"),
            ("[HasTopic, [", "[HasTpoic, ["),
            ("!Join", "!Jion"),
            ("${Own}", ""),
            (", Default: one", ""),
        ):
            with self.subTest(new), self.assertRaises(template.Wrong):
                resources(TEMPLATE.replace(old, new), Topic="arn")
        with self.assertRaises(template.Wrong):
            resources(Name="1")


if __name__ == "__main__":
    unittest.main()
