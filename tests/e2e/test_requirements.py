# SPDX-License-Identifier: Apache-2.0
"""Requirements of the SCIM family that neither a scenario nor another file here proves."""

import httpx

from expect import made, refused, total, user

NAME = "karla.kolumna@example.org"
PERSONAL = {
    "displayName": "Karla Kolumna",
    "emails": [{"value": "karla@home.example"}],
    "phoneNumbers": [{"value": "tel:+49-30-123456"}],
    "externalId": "employee-4711",
}
WORDS = ["karla", "Kolumna", "home.example", "123456", "employee-4711"]


def provoke(http):
    """People in bodies, filters and refusals."""
    person = made(http.post("/Users", json=user(NAME, **PERSONAL)))
    refused(http.post("/Users", json=user(NAME)), 409, "uniqueness")
    assert total(http.get("/Users", params={"filter": f'userName eq "{NAME}"'})) == 1
    refused(http.get("/Users", params={"filter": f'userName zz "{NAME}"'}), 400)
    refused(http.post("/Users", content='{"userName":"karla.kolumna@example.org"'), 400, "invalidSyntax")
    assert http.delete(f"/Users/{person}").status_code == 204


def test_no_log_line_or_metric_holds_personal_data(own_server):
    with own_server.tenant().client() as http:
        provoke(http)
    shown = own_server.log + httpx.get(own_server.url + "/metrics", trust_env=False).text
    assert "roster_" in shown
    assert [word for word in WORDS if word in shown] == []
