# SPDX-License-Identifier: Apache-2.0
"""What many tests say about a reply, in one place."""

import json

from daemon import SCIM

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"


def user(user_name, **more):
    return {"schemas": [USER], "userName": user_name, **more}


def group(name, *members, **more):
    return {"schemas": [GROUP], "displayName": name, "members": [{"value": one} for one in members], **more}


def patch(*operations):
    return {"schemas": [PATCH], "Operations": list(operations)}


def add_members(*ids):
    return patch({"op": "add", "path": "members", "value": [{"value": one} for one in ids]})


def remove_member(one):
    return patch({"op": "remove", "path": f'members[value eq "{one}"]'})


def made(response):
    """The id of what was created."""
    assert response.status_code == 201, response.text
    return response.json()["id"]


def total(response):
    assert response.status_code == 200, response.text
    return response.json()["totalResults"]


def members(client, group_id):
    response = client.get(f"/Groups/{group_id}")
    assert response.status_code == 200, response.text
    return sorted(member["value"] for member in response.json().get("members", []))


def is_error(status, text, headers, scim_type=None):
    """A SCIM error in SCIM JSON that tells its reader something."""
    assert headers.get("content-type") == SCIM, headers
    body = json.loads(text)
    assert body["schemas"] == [ERROR] and body["status"] == str(status), text
    assert body.get("detail"), text
    if scim_type is not None:
        assert body.get("scimType") == scim_type, text
    return body


def refused(response, status, scim_type=None):
    """An httpx response that refuses."""
    assert response.status_code == status, f"{response.status_code} {response.text}"
    return is_error(status, response.text, response.headers, scim_type)


def turned_away(reply, status, scim_type=None):
    """A reply from the wire that refuses in SCIM JSON."""
    assert reply is not None and reply.status == status, reply
    return is_error(status, reply.text, reply.headers, scim_type)
