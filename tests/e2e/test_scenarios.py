# SPDX-License-Identifier: Apache-2.0
"""Every file of tests/scenarios, step by step, against the real server. One file, one test, one tenant."""

import base64
import gzip
import http.client
import itertools
import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from daemon import PATIENCE_S, ROOT
from issuer import Key, claims
from scenario import Malformed, Reply, check, failures, fill

FOLDER = ROOT / "tests" / "scenarios"
FILES = sorted(FOLDER.glob("*/*.json"))
PACED_S = 6  # of real time that a paced step takes at most
MEMBERS = {"send", "headers", "body", "status", "keep", "check", "parallel", "repeat"}


def load(path):
    return json.loads(path.read_text())


def title(path):
    return f"{path.parent.name}: {load(path)['name']}"


def profiles(scenario):
    """The profiles of a scenario, each with what tells its case from the other's."""
    both = [("rfc", ", rfc"), ("interop", ", interop")]
    return both if scenario["profile"] == "both" else [(scenario["profile"], "")]


CASES = [
    pytest.param(path, profile, id=title(path) + suffix)
    for path in FILES
    for profile, suffix in profiles(load(path))
]


def exchange(address, step):
    """Sends one step as it stands and reads the reply."""
    connection = http.client.HTTPConnection(*address, timeout=PATIENCE_S)
    method, _, target = step["send"].partition(" ")
    body = raw(step.get("body"))
    path = target[1:] if target.startswith("@") else "/scim/v2" + target
    connection.putrequest(method, path, skip_accept_encoding=True)
    for name, value in step["headers"].items():
        connection.putheader(name, value)
    if body is not None:
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)
    response = connection.getresponse()
    reply = received(response)
    connection.close()
    return reply


def raw(body):
    if body is None or isinstance(body, str):
        return None if body is None else body.encode()
    return json.dumps(body, ensure_ascii=False).encode()


def received(response):
    data = response.read()
    headers = {name.lower(): response.getheader(name) for name, _ in response.getheaders()}
    if headers.get("content-encoding") == "gzip":
        data = gzip.decompress(data)
    return Reply(response.status, headers, data.decode())


def prepared(step, names):
    """The step with its names filled and the implied header in place."""
    headers = {"Authorization": "Bearer {{token}}", **step.get("headers", {})}
    sent = {"send": step["send"], "headers": {k: v for k, v in headers.items() if v is not None}}
    return fill({**sent, **({"body": step["body"]} if "body" in step else {})}, names)


def batches(steps):
    """Neighbours that are sent in parallel come together, all others alone."""
    for parallel, group in itertools.groupby(steps, key=lambda step: step.get("parallel", False)):
        group = list(group)
        yield from [group] if parallel else [[step] for step in group]


def run_batch(address, batch, names):
    sent = [prepared(step, names) for step in batch]
    with ThreadPoolExecutor(len(batch)) as pool:
        replies = list(pool.map(lambda step: exchange(address, step), sent))
    for step, reply in zip(batch, replies):
        wrong = failures(step, reply, names)
        assert not wrong, "\n".join([f"{step['send']}", *wrong, f"reply: {reply.status} {reply.text[:1500]}"])
    return sum(1 + len(step["check"]) for step in batch)


def run_repeated(address, step, names):
    """Sends a step again and again; every reply has one of its statuses, the last one is checked."""
    repeat, sent = step["repeat"], prepared(step, names)
    pace = repeat.get("per_second")
    times = min(repeat["times"], PACED_S * pace) if pace else repeat["times"]
    for number in range(times):
        reply = exchange(address, sent)
        assert reply.status in step["status"], f"{step['send']}: {reply.status} after {number} replies"
        if reply.status == repeat.get("until"):
            break
        time.sleep(1 / pace if pace else 0)
    wrong = failures(step, reply, names)
    assert not wrong, "\n".join([f"{step['send']}, repeated", *wrong, f"reply: {reply.text[:1500]}"])
    return 1 + len(step["check"])


@pytest.fixture(scope="module")
def other_tenant(server):
    return server.tenant("other")


def add_schema(server, tenant, declared, folder):
    file = folder / "schema.json"
    file.write_text(json.dumps(declared["document"]))
    options = [*(["--extends", declared["extends"]] if "extends" in declared else [])]
    options += ["--required"] if declared.get("required") else []
    server.do("schema", "add", "--tenant", tenant.name, str(file), *options)


def client_names(server, tenant):
    """What an OAuth client of the tenant is told."""
    client, secret = server.do("client", "add", "--tenant", tenant.name).split()
    return {
        "tenant": tenant.name,
        "clientId": client,
        "clientSecret": secret,
        "clientBasic": base64.b64encode(f"{client}:{secret}".encode()).decode(),
        "tokenEndpoint": f"@/t/{tenant.name}/oauth/token",
    }


def issuer_names(server, tenant, folder):
    """Trust in an issuer: an assertion of it, and some that are wrong in one thing."""
    key, stranger = Key(folder, "w", "EdDSA"), Key(folder, "x", "EdDSA")
    path = folder / "workload.json"
    path.write_text(json.dumps({"keys": [key.jwk()]}))
    issuer, audience = f"https://login.example/workload/{tenant.name}", f"api://{tenant.name}"
    said = ["--tenant", tenant.name, "--issuer", issuer, "--audience", audience, "--subject", "provisioning"]
    _, client = server.do("issuer", "add", *said, "--jwks-file", str(path)).split()

    def sign(by=key, issuer=issuer, audience=audience, subject="provisioning"):
        return by.token(claims(issuer, audience, sub=subject), typ="JWT", kid="w")

    return {
        "wifClientId": client,
        "wifAssertion": sign(),
        "wifAssertionWrongIssuer": sign(issuer=f"{issuer}x"),
        "wifAssertionWrongSubject": sign(subject="other"),
        "wifAssertionWrongAudience": sign(audience="api://elsewhere"),
        "wifAssertionWrongSignature": sign(by=stranger),
    }


def run_scenario(path, profile, server, other_tenant, folder):
    """All steps of one file on a tenant of its own; how many assertions held."""
    scenario = load(path)
    tenant = server.tenant(profile=profile)
    for key, value in scenario.get("settings", {}).items():
        server.tell("tenant", "set", tenant.name, f"{key}={value}")
    for declared in scenario.get("schemas", []):
        add_schema(server, tenant, declared, folder)
    names = {"token": tenant.token, "otherToken": other_tenant.token, "base": server.url + "/scim/v2"}
    names.update(client_names(server, tenant))
    if scenario.get("issuer"):
        names.update(issuer_names(server, tenant, folder))
    for name, scopes in scenario.get("tokens", {}).items():
        names[name] = server.token(tenant.name, "--scope", scopes)
    for name, policy in scenario.get("sources", {}).items():
        server.tell("source", "add", name, "--tenant", tenant.name, *(f"{key}={value}" for key, value in policy.items()))
        names[name] = server.token(tenant.name, "--source", name)
    assertions = 0
    for batch in batches(scenario["steps"]):
        if "repeat" in batch[0]:
            assertions += run_repeated(server.address, batch[0], names)
        else:
            assertions += run_batch(server.address, batch, names)
    return assertions


@pytest.mark.parametrize("path, profile", CASES)
def test_scenario(path, profile, server, other_tenant, request, tmp_path):
    assertions = run_scenario(path, profile, server, other_tenant, tmp_path)
    request.node.user_properties.append(("assertions", assertions))


def meaning(step):
    """Runs every check on an empty reply: only what makes no sense raises."""
    names = dict.fromkeys(placeholders(step), "x")
    for sentence in step["check"]:
        check(fill(sentence, names), Reply(200))


def placeholders(value):
    text = json.dumps(value)
    return [piece.partition("}}")[0] for piece in text.split("{{")[1:]]


@pytest.mark.parametrize("path", FILES, ids=title)
def test_scenario_file_is_well_formed(path):
    scenario = load(path)
    assert scenario["profile"] in ("interop", "rfc", "both") and scenario["name"] and scenario["steps"]
    for step in scenario["steps"]:
        assert set(step) <= MEMBERS and step["check"] and step["status"]
        assert all(isinstance(status, int) for status in step["status"])
        meaning(step)


def test_a_scenario_that_expects_something_else_fails(server, tenant):
    names = {"token": tenant.token, "base": server.url}
    step = {"send": "GET /Users", "status": [200], "check": ["$.totalResults == 1"]}
    with pytest.raises(AssertionError, match="totalResults == 1"):
        run_batch(server.address, [step], names)


def test_a_scenario_step_without_checks_fails_the_runner(server, tenant):
    step = {"send": "GET /Users", "status": [200], "check": []}
    with pytest.raises(Malformed):
        run_batch(server.address, [step], {"token": tenant.token})
