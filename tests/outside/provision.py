# SPDX-License-Identifier: Apache-2.0
"""A directory of 1,000 people and 50 groups goes through scim2-client, which validates every answer by its own models.

    provision.py BASE_URL      the bearer token comes from the environment: ROSTER_TOKEN

Runs in the environment that requirements.txt describes, not in the one of our own tests.
"""

import os
import sys

import httpx2
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_models import PatchOp, PatchOperation, SearchRequest

PEOPLE, GROUPS = 1000, 50
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def expect(true, what):
    if not true:
        sys.exit(f"provision: {what}")


def patch(model, *operations):
    return PatchOp[model](operations=[PatchOperation(**operation) for operation in operations])


def person(User, number):
    return User(
        user_name=f"person{number:04}@example.com",
        external_id=f"e{number}",
        display_name=f"Person {number}",
        name={"givenName": "Per", "familyName": f"Son{number}"},
        emails=[{"value": f"person{number:04}@example.com", "type": "work", "primary": True}],
        active=True,
    )


def create_people(client, User):
    people = [client.create(person(User, number)) for number in range(PEOPLE)]
    expect(len({one.id for one in people}) == PEOPLE, "an id was given twice")
    return people


def create_groups(client, Group, people):
    groups = []
    for number in range(GROUPS):
        members = [{"value": one.id, "type": "User"} for one in people[number::GROUPS]]
        groups.append(client.create(Group(display_name=f"Group {number}", members=members)))
    expect(all(len(group.members) == PEOPLE // GROUPS for group in groups), "a group lost members")
    return groups


def walk(client, model, **query):
    """Every resource, page by page, as many as the server gives."""
    found, start = [], 1
    while True:
        page = client.query(model, query_parameters=SearchRequest(start_index=start, count=100, **query))
        found += page.resources or []
        if not page.resources or start + len(page.resources) > page.total_results:
            return found
        start += len(page.resources)


def query(client, User, Group, people):
    listed = walk(client, User)
    expect(sorted(one.id for one in listed) == sorted(one.id for one in people), "the pages do not fit together")
    for one in people[::10]:
        found = client.query(User, query_parameters=SearchRequest(filter=f'userName eq "{one.user_name}"'))
        expect([two.id for two in found.resources] == [one.id], f"{one.user_name} is not found by name")
        expect(client.query(User, one.id).groups, f"{one.user_name} is in no group")
    expect(len(walk(client, Group, excluded_attributes=["members"])) == GROUPS, "groups are missing")


def modify(client, User, Group, people, groups):
    for number, one in enumerate(people):
        changed = client.modify(User, one.id, patch(
            User,
            {"op": "replace", "path": "displayName", "value": f"Changed {number}"},
            {"op": "add", "path": f"{ENTERPRISE}:department", "value": "Flight"},
        ))
        expect(changed.display_name == f"Changed {number}", f"{one.user_name} did not change")
    for one in people[::20]:
        whole = client.query(User, one.id)
        whole.title = "Captain"
        expect(client.replace(whole).title == "Captain", f"{one.user_name} was not replaced")
    for number, group in enumerate(groups):
        client.modify(Group, group.id, patch(
            Group,
            {"op": "add", "path": "members", "value": [{"value": people[(number + 1) % GROUPS].id}]},
            {"op": "remove", "path": f'members[value eq "{people[number].id}"]'},
        ))
        expect(len(client.query(Group, group.id).members) == PEOPLE // GROUPS, "a group has other members")


def delete(client, User, Group, people, groups):
    for one in groups:
        client.delete(Group, one.id)
    for one in people:
        client.delete(User, one.id)
    expect(not walk(client, User) and not walk(client, Group), "something is left")


def main(url):
    headers = {"Authorization": f"Bearer {os.environ['ROSTER_TOKEN']}"}
    with httpx2.Client(base_url=url, headers=headers, timeout=60, trust_env=False) as http:
        client = SyncSCIMClient(http)
        client.discover()
        User, Group = client.get_resource_model("User"), client.get_resource_model("Group")
        people = create_people(client, User)
        groups = create_groups(client, Group, people)
        query(client, User, Group, people)
        modify(client, User, Group, people, groups)
        delete(client, User, Group, people, groups)
    print(f"{PEOPLE} people and {GROUPS} groups were created, queried, modified and deleted")


if __name__ == "__main__":
    main(sys.argv[1])
