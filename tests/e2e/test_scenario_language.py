# SPDX-License-Identifier: Apache-2.0
"""The check language can say yes, can say no, and refuses what it does not understand."""

import json

import pytest

from scenario import Malformed, Reply, check, failures, fill

PERSON = {
    "id": "u1",
    "active": True,
    "age": 7,
    "title": "",
    "nothing": None,
    "none": [],
    "emails": [{"type": "work", "value": "a@x", "primary": True}, {"type": "home", "value": "b@x"}],
    "urn:x:2.0:User": {"department": "Sales"},
    "groups": [{"members": [{"value": "m1"}]}, {"members": [{"value": "m2"}, {"value": "m3"}]}],
}
REPLY = Reply(200, {"location": "http://h/Users/u1", "retry-after": "5"}, json.dumps(PERSON))

TRUE = [
    '$.id == "u1"',
    '$.id != "u2"',
    '$.missing != "u2"',
    "$.missing == null",
    "$.active == true",
    "$.age == 7",
    "$.age >= 7",
    "$.age <= 7",
    "header.Retry-After >= 5",
    "header.LOCATION exists",
    'header.Location starts "http"',
    "$.missing absent",
    "$.title absent",
    "$.nothing absent",
    "$.none absent",
    "$.none is array",
    "$.none count 0",
    "$.missing count 0",
    "$.emails count 2",
    '$.emails[0].value == "a@x"',
    '$.emails[type=home].value == "b@x"',
    '$.emails[primary=true].value == "a@x"',
    '$.emails[*].value set ["b@x", "a@x"]',
    "$.emails[*].primary count 1",
    '$["urn:x:2.0:User"].department == "Sales"',
    '$.emails[*].value contains "a@x"',
    '$.id contains "u"',
    '$.emails[*].value lacks "c@x"',
    'body lacks "secret"',
    'body contains "a@x"',
    "status == 200",
    "$.age is integer",
    "$.active is boolean",
    "$.id is string",
    "$.emails is array",
    "$.emails[0] is object",
    "$.emails[9] absent",
    '$.groups[*].members[*].value set ["m1", "m2", "m3"]',
    "$ is object",
    '$.id starts "u"',
]
FALSE = [
    '$.id == "u2"',
    '$.id != "u1"',
    "$.active == 1",
    "$.age == true",
    '$.age == "7"',
    "$.age >= 8",
    "$.age <= 6",
    "$.active >= 0",
    "$.missing >= 0",
    "header.Etag exists",
    "$.id absent",
    "$.title exists",
    "$.nothing exists",
    "$.missing exists",
    "$.emails count 1",
    "$.id count 1",
    "$.missing count 1",
    '$.emails[*].value set ["a@x"]',
    '$.emails[*].value set ["a@x", "a@x"]',
    '$.emails[*].value set ["a@x", "b@x", "c@x"]',
    "$.missing set []",
    '$.missing contains "x"',
    '$.emails[*].value contains "c@x"',
    '$.emails[*].value lacks "a@x"',
    'body lacks "a@x"',
    "$.active is integer",
    "$.age is boolean",
    "$.age is string",
    "$.missing is array",
    "status == 201",
    '$.id starts "x"',
    '$.age starts "7"',
    '$.emails[type=fax].value == "a@x"',
    "$.emails[0] == {}",
]
WRONG = [
    "$.id ~ 1",
    "$.id",
    "$.id ==",
    "$.id == u1",
    "id == 1",
    "$.id is text",
    "$.id exists now",
    "$.emails set 5",
    "$.emails count many",
    "$.id[",
    "$..id exists",
    '$.age >= "x"',
    "",
    "header.X  == 1",
    "$.age starts 7",
]


@pytest.mark.parametrize("sentence", TRUE)
def test_a_true_check_holds(sentence):
    assert check(sentence, REPLY) is None


@pytest.mark.parametrize("sentence", FALSE)
def test_a_false_check_is_reported_with_what_was_seen(sentence):
    assert check(sentence, REPLY).startswith(sentence)


@pytest.mark.parametrize("sentence", WRONG)
def test_a_check_that_makes_no_sense_is_refused(sentence):
    with pytest.raises(Malformed):
        check(sentence, REPLY)


def test_a_body_that_is_not_json_has_no_members():
    assert check("$.id absent", Reply(200, {}, "<html>")) is None
    assert check("$.id exists", Reply(200, {}, "<html>")) is not None


def test_a_step_without_checks_is_refused():
    with pytest.raises(Malformed):
        failures({"send": "GET /Users", "status": [200]}, REPLY, {})


def test_a_wrong_status_is_a_failure():
    step = {"send": "GET /Users", "status": [201], "check": ["$.id exists"]}
    assert failures(step, REPLY, {}) == ["status 200 instead of [201]"]


def test_a_wrong_value_is_a_failure():
    step = {"send": "GET /Users", "status": [200], "check": ['$.id == "u1"', '$.id == "u2"']}
    assert len(failures(step, REPLY, {})) == 1


def test_a_value_that_cannot_be_kept_is_a_failure():
    step = {"send": "GET /Users", "status": [200], "keep": {"x": "$.missing"}, "check": ["$.id exists"]}
    assert failures(step, REPLY, {}) == ["$.missing is not there to be kept as x"]


def test_a_kept_name_is_known_to_the_checks_of_its_step():
    names = {}
    step = {"send": "GET /Users", "status": [200], "keep": {"me": "$.id"}, "check": ['$.id == "{{me}}"']}
    assert failures(step, REPLY, names) == [] and names == {"me": "u1"}


def test_placeholders_are_filled_everywhere():
    assert fill({"a": ["{{x}}", 1, None], "{{x}}": "-{{x}}-"}, {"x": "y"}) == {
        "a": ["y", 1, None],
        "y": "-y-",
    }


def test_an_unknown_placeholder_is_refused():
    with pytest.raises(Malformed):
        fill("{{who}}", {})
