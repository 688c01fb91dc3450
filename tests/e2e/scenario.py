# SPDX-License-Identifier: Apache-2.0
"""The check language of tests/scenarios: what it means is said in tests/scenarios/README.md.

Nothing here knows sockets. A reply goes in, a sentence that says what is wrong comes out, or None.
"""

import json
import re
from dataclasses import dataclass, field

ABSENT = object()
PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")
PART = re.compile(r'\.([A-Za-z$_][\w$-]*)|\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|\[(\*)\]|\[([\w$]+)=([^\]]*)\]')
TYPES = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict}


class Malformed(Exception):
    """The scenario itself is wrong, whatever the server answers."""


@dataclass
class Reply:
    status: int
    headers: dict = field(default_factory=dict)  # names in lower case
    text: str = ""

    def json(self):
        try:
            return json.loads(self.text)
        except ValueError:
            return ABSENT


def fill(value, names):
    """Replaces {{name}} in every text of a value."""
    if isinstance(value, str):
        return PLACEHOLDER.sub(lambda found: lookup(found.group(1), names), value)
    if isinstance(value, list):
        return [fill(item, names) for item in value]
    if isinstance(value, dict):
        return {fill(key, names): fill(item, names) for key, item in value.items()}
    return value


def lookup(name, names):
    if name not in names:
        raise Malformed(f"nothing is named {name}")
    return str(names[name])


def read(left, reply):
    """The value that the left side of a check names, or ABSENT."""
    if left == "status":
        return reply.status
    if left == "body":
        return reply.text
    if left.startswith("header."):
        return reply.headers.get(left[len("header.") :].lower(), ABSENT)
    if left.startswith("$"):
        return walk(reply.json(), parts(left))
    raise Malformed(f"{left} is no left side")


def parts(path):
    found, at = [], 1
    while at < len(path):
        part = PART.match(path, at)
        if part is None:
            raise Malformed(f"{path} is no path at {path[at:]}")
        found.append(part.groups())
        at = part.end()
    return found


def walk(value, steps):
    if not steps or value is ABSENT:
        return value
    (name, quoted, index, star, key, wanted), rest = steps[0], steps[1:]
    if star:
        return spread(value, rest)
    if index is not None:
        return walk(element(value, int(index)), rest)
    if key is not None:
        return walk(first_with(value, key, wanted), rest)
    name = name if quoted is None else json.loads(f'"{quoted}"')
    return walk(value.get(name, ABSENT) if isinstance(value, dict) else ABSENT, rest)


def spread(value, rest):
    if not isinstance(value, list):
        return ABSENT
    found = []
    for item in value:
        got = walk(item, rest)
        if got is not ABSENT:
            nested = any(step[3] for step in rest)
            found.extend(got if nested else [got])
    return found


def element(value, index):
    return value[index] if isinstance(value, list) and index < len(value) else ABSENT


def first_with(value, key, wanted):
    for item in value if isinstance(value, list) else []:
        if isinstance(item, dict) and key in item and printed(item[key]) == wanted:
            return item
    return ABSENT


def printed(value):
    return value if isinstance(value, str) else json.dumps(value)


def same(left, right):
    """Equality of JSON values: true is not 1, and what is absent equals null."""
    left = None if left is ABSENT else left
    return json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)


def number(value):
    if isinstance(value, str) and re.fullmatch(r"-?\d+", value):
        return int(value)
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def holds(part, whole):
    if isinstance(whole, str):
        return isinstance(part, str) and part in whole
    return isinstance(whole, list) and any(same(item, part) for item in whole)


def same_set(left, right):
    if not isinstance(left, list):
        return False
    return sorted(map(json.dumps, left)) == sorted(map(json.dumps, right))


def size(value):
    if value is ABSENT or value is None:
        return 0
    return len(value) if isinstance(value, list) else None


def is_type(value, word):
    if word not in TYPES:
        raise Malformed(f"{word} is no type")
    return isinstance(value, TYPES[word]) and (word == "boolean" or not isinstance(value, bool))


def at_least(left, right):
    return number(left) is not None and number(left) >= right


def at_most(left, right):
    return number(left) is not None and number(left) <= right


def is_absent(value):
    return value is ABSENT or value is None or value == "" or value == []


BINARY = {
    "==": same,
    "!=": lambda left, right: not same(left, right),
    ">=": at_least,
    "<=": at_most,
    "contains": lambda left, right: holds(right, left),
    "lacks": lambda left, right: not holds(right, left),
    "set": same_set,
    "count": lambda left, right: size(left) == right,
    "starts": lambda left, right: isinstance(left, str) and left.startswith(right),
}
UNARY = {"exists": lambda value: not is_absent(value), "absent": is_absent}


def check(sentence, reply):
    """None when the sentence holds for the reply, else what was seen instead."""
    left, _, rest = sentence.partition(" ")
    operator, _, right = rest.partition(" ")
    value = read(left, reply)
    if verdict(operator, right, value, sentence):
        return None
    seen = "nothing" if value is ABSENT else json.dumps(value, ensure_ascii=False)
    return f"{sentence}: the reply has {seen[:400]}"


def verdict(operator, right, value, sentence):
    if operator in UNARY and not right:
        return UNARY[operator](value)
    if operator == "is":
        return is_type(value, right)
    if operator not in BINARY:
        raise Malformed(f"{sentence}: {operator or 'nothing'} is no operator")
    return BINARY[operator](value, literal(right, operator, sentence))


def literal(right, operator, sentence):
    try:
        value = json.loads(right)
    except ValueError:
        raise Malformed(f"{sentence}: {right} is no JSON value") from None
    if operator == "set" and not isinstance(value, list):
        raise Malformed(f"{sentence}: a set is compared with a list")
    if operator == "starts" and not isinstance(value, str):
        raise Malformed(f"{sentence}: {right} is no text")
    if operator in (">=", "<=", "count") and number(value) is None:
        raise Malformed(f"{sentence}: {right} is no number")
    return value


def failures(step, reply, names):
    """Everything that is wrong with the reply to one step; keeps names first. Counts are the caller's."""
    if not step.get("check"):
        raise Malformed(f"{step['send']} has no check besides its status")
    wrong = []
    if reply.status not in step["status"]:
        wrong.append(f"status {reply.status} instead of {step['status']}")
    wrong.extend(keep(step, reply, names))
    known = [fill(sentence, names) for sentence in step["check"]] if not wrong else []
    wrong.extend(filter(None, (check(sentence, reply) for sentence in known)))
    return wrong


def keep(step, reply, names):
    for name, left in step.get("keep", {}).items():
        value = read(left, reply)
        if is_absent(value):
            return [f"{left} is not there to be kept as {name}"]
        names[name] = value
    return []
