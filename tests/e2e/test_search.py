# SPDX-License-Identifier: Apache-2.0
"""POST .search at its three places: the base, an endpoint, one resource (RFC 7644 section 3.4.3)."""

import pytest

from expect import SEARCH, group, made, refused, total, user


@pytest.fixture(scope="module", params=["interop", "rfc"])
def both(server, request):
    with server.tenant(profile=request.param).client() as http:
        yield http


def search_at(http, target, **more):
    return http.post(f"{target}/.search", json={"schemas": [SEARCH], **more})


def test_a_search_at_one_resource_finds_it_or_nothing(both):
    ana, _ = (made(both.post("/Users", json=user(name, title="x"))) for name in ("one.a", "one.b"))
    for text, count in [(None, 1), ('title eq "x"', 1), ('userName eq "one.b"', 0), ('title eq "y" or title pr', 1)]:
        response = search_at(both, f"/Users/{ana}", **({"filter": text} if text else {}))
        assert total(response) == count, text
        assert [one["id"] for one in response.json()["Resources"]] == [ana] * count
    assert search_at(both, f"/Users/{ana}", attributes=["userName"]).json()["Resources"][0].keys() == {
        "schemas",
        "id",
        "userName",
    }
    assert search_at(both, f"/Users/{ana}", count=0).json()["Resources"] == []


def test_the_total_of_a_probe_is_that_of_all_matches_wherever_the_page_ends(both):
    for name in ("probe.a", "probe.b", "probe.c"):
        made(both.post("/Users", json=user(name, displayName="probed")))
    for start, count, shown in [(1, 100, 3), (1, 4, 3), (1, 3, 3), (1, 2, 2), (1, 0, 0), (2, 100, 2), (3, 1, 1), (4, 9, 0)]:
        response = search_at(both, "/Users", filter='displayName eq "probed"', startIndex=start, count=count)
        assert (total(response), len(response.json()["Resources"])) == (3, shown), (start, count)
    assert total(search_at(both, "/Users", filter='displayName eq "probed" or userName eq "probe.a"', count=2)) == 3


def test_a_search_at_what_is_not_there_is_404(both):
    refused(search_at(both, "/Users/none"), 404)
    group_id = made(both.post("/Groups", json=group("one")))
    refused(search_at(both, f"/Users/{group_id}"), 404)


def test_a_bad_filter_at_one_resource_is_told_where_it_is_wrong(both):
    ana = made(both.post("/Users", json=user("one.c")))
    detail = refused(search_at(both, f"/Users/{ana}", filter='userName regex "x"'), 400, "invalidFilter")["detail"]
    assert "byte 9" in detail
    refused(search_at(both, f"/Users/{ana}", filter='userName pr) or (title pr'), 400, "invalidFilter")
    refused(search_at(both, f"/Users/{ana}", filter=""), 400, "invalidFilter")


def test_a_search_over_all_types_takes_what_each_has(both):
    person = made(both.post("/Users", json=user("all.a", displayName="all of it")))
    team = made(both.post("/Groups", json=group("all of it", person)))
    response = both.post("/.search", json={"schemas": [SEARCH], "filter": 'displayName eq "all of it"'})
    assert {one["id"] for one in response.json()["Resources"]} == {person, team}
    response = both.post("/.search", json={"schemas": [SEARCH], "filter": 'userName eq "all.a"'})
    assert [one["id"] for one in response.json()["Resources"]] == [person]
    text = 'displayName eq "all of it" and meta.resourceType eq "Group"'
    response = both.post("/.search", json={"schemas": [SEARCH], "filter": text, "attributes": ["members", "userName"]})
    assert [set(one) for one in response.json()["Resources"]] == [{"schemas", "id", "members"}]
