# SPDX-License-Identifier: Apache-2.0
"""Lists: pages, order, and which attributes are shown."""

import pytest

from expect import ENTERPRISE, SEARCH, USER, group, made, refused, user

NAMES = ["anna", "Bert", "carl", "Dora", "emil", "Fritz", "gerd"]


@pytest.fixture(scope="module")
def tenant(server):
    """A tenant with seven people; nobody changes them."""
    tenant = server.tenant()
    with tenant.client() as http:
        for number, name in enumerate(NAMES):
            body = user(
                name, schemas=[USER, ENTERPRISE], name={"givenName": name, "familyName": f"F{number % 3}"}
            )
            body["emails"] = [{"value": f"{name}@x.example", "type": "work", "primary": True}]
            body[ENTERPRISE] = {"department": "even" if number % 2 == 0 else "odd"}
            if number < 5:
                body["title"] = f"T{9 - number}"
            made(http.post("/Users", json=body))
        made(http.post("/Groups", json=group("Team")))
    return tenant


def listed(client, **parameters):
    response = client.get("/Users", params=parameters)
    assert response.status_code == 200, response.text
    return response.json()


def names(client, **parameters):
    return [one["userName"] for one in listed(client, **parameters)["Resources"]]


def test_people_come_in_the_order_of_creation(client):
    assert names(client) == NAMES


@pytest.mark.parametrize("count", [1, 2, 3, 7, 100])
def test_pages_of_any_size_show_everybody_once(client, count):
    seen, start = [], 1
    while start <= len(NAMES):
        page = listed(client, startIndex=start, count=count)
        assert page["totalResults"] == len(NAMES) and page["startIndex"] == start
        assert page["itemsPerPage"] == len(page["Resources"]) <= count
        seen += [one["userName"] for one in page["Resources"]]
        start += len(page["Resources"])
    assert seen == NAMES


def test_an_index_below_one_means_one_and_a_count_below_zero_none(client):
    assert listed(client, startIndex=0)["startIndex"] == listed(client, startIndex=-5)["startIndex"] == 1
    for count in (0, -3):
        page = listed(client, count=count)
        assert (page["totalResults"], page["Resources"], page["itemsPerPage"]) == (len(NAMES), [], 0)


def test_a_page_beyond_the_end_is_empty_with_the_true_total(client):
    page = listed(client, startIndex=1000, count=5)
    assert (page["totalResults"], page["Resources"], page["startIndex"]) == (len(NAMES), [], 1000)


@pytest.mark.parametrize(
    "wrong", [{"count": "many"}, {"startIndex": "1.5"}, {"count": ""}, {"startIndex": "9" * 40}]
)
def test_a_number_that_is_none_is_invalid(client, wrong):
    refused(client.get("/Users", params=wrong), 400, "invalidValue")


def test_a_parameter_that_is_given_twice_is_invalid(client):
    refused(client.get("/Users?count=1&count=2"), 400, "invalidValue")


def test_order_by_name_ignores_case_and_turns_around(client):
    assert names(client, sortBy="userName") == NAMES
    assert names(client, sortBy="USERNAME", sortOrder="Descending") == NAMES[::-1]


def test_people_without_a_value_come_last_and_first_when_turned_around(client):
    assert names(client, sortBy="title") == NAMES[4::-1] + NAMES[5:]
    assert set(names(client, sortBy="title", sortOrder="descending")[:2]) == set(NAMES[5:])


def test_order_by_a_sub_attribute_and_by_the_primary_element(client):
    seen = [one["name"]["familyName"] for one in listed(client, sortBy="name.familyName")["Resources"]]
    assert seen == sorted(seen)
    assert names(client, sortBy="emails") == NAMES


def test_sorted_pages_fit_together(client):
    whole = names(client, sortBy="name.familyName")
    parts = [names(client, sortBy="name.familyName", startIndex=start, count=2) for start in (1, 3, 5, 7)]
    assert [name for part in parts for name in part] == whole


@pytest.mark.parametrize("wrong", [{"sortBy": "password"}, {"sortBy": "userName", "sortOrder": "sideways"}])
def test_an_order_that_is_none_is_invalid(client, wrong):
    refused(client.get("/Users", params=wrong), 400, "invalidValue")


def first(client, **parameters):
    return listed(client, count=1, **parameters)["Resources"][0]


def test_only_what_is_asked_for_is_shown(client):
    assert set(first(client, attributes="userName")) == {"schemas", "id", "userName"}
    assert set(first(client, attributes="name.givenName")["name"]) == {"givenName"}
    assert set(first(client, attributes="emails.value")["emails"][0]) == {"value"}
    assert first(client, attributes=f"{ENTERPRISE}:department")[ENTERPRISE] == {"department": "even"}
    assert set(first(client, attributes="noSuchThing, USERNAME")) == {"schemas", "id", "userName"}


def test_what_is_excluded_is_not_shown(client):
    shown = first(client, excludedAttributes=f"name,emails.type,{ENTERPRISE},id")
    assert "name" not in shown and ENTERPRISE not in shown and "type" not in shown["emails"][0]
    assert shown["id"] and shown["emails"][0]["value"]


def test_both_projections_at_once_are_invalid(client):
    refused(client.get("/Users?attributes=userName&excludedAttributes=name"), 400, "invalidValue")


FOUND = {
    'userName eq "ANNA"': ["anna"],
    'userName sw "d" or userName ew "RD"': ["Dora", "gerd"],
    'name.familyName eq "F1" and not (userName eq "bert")': ["emil"],
    f'{ENTERPRISE}:department eq "odd"': ["Bert", "Dora", "Fritz"],
    'emails[type eq "work" and value co "carl@"]': ["carl"],
    "title pr": NAMES[:5],
    "not (title pr)": NAMES[5:],
    'title gt "T6" and title le "T8"': ["Bert", "carl"],
    'title ne "T9"': NAMES[1:],
    "active eq true": NAMES,
    "active eq false": [],
    'meta.resourceType eq "User"': NAMES,
    'meta.created gt "2000-01-01T00:00:00Z"': NAMES,
    'userName eq "anna" or userName eq "bert" and title pr and title eq "nothing"': ["anna"],
}


@pytest.mark.parametrize("text", FOUND)
def test_a_filter_finds_whom_it_means_by_get_and_by_search(client, text):
    assert sorted(names(client, filter=text)) == sorted(FOUND[text])
    body = {"schemas": [SEARCH], "filter": text, "attributes": ["userName"], "sortBy": "userName"}
    response = client.post("/Users/.search", json=body)
    assert [one["userName"] for one in response.json()["Resources"]] == FOUND[text]


def test_the_base_lists_people_and_groups(client):
    kinds = [
        one["meta"]["resourceType"] for one in client.get("/?filter=meta.created%20pr").json()["Resources"]
    ]
    assert sorted(kinds) == ["Group"] + ["User"] * len(NAMES)
    only = client.get("/", params={"filter": 'meta.resourceType eq "Group"'}).json()["Resources"]
    assert [one["displayName"] for one in only] == ["Team"]


@pytest.mark.parametrize("path", ["/Schemas", "/ResourceTypes", "/ServiceProviderConfig"])
def test_discovery_takes_no_filter(client, path):
    refused(client.get(path, params={"filter": 'id eq "x"'}), 403)
