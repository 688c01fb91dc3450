# SPDX-License-Identifier: Apache-2.0
"""Pages by cursor (RFC 9865) and by index, while people come and go."""

import itertools
import os
import random
import stat
import threading

import pytest

from daemon import Daemon
from expect import SEARCH, group, made, refused, user

PEOPLE, CHANGES, PAGE = 2000, 60, 100
SORTED = [
    {},
    {"sortBy": "userName"},
    {"sortBy": "userName", "sortOrder": "descending"},
    {"sortBy": "displayName"},
    {"sortBy": "displayName", "sortOrder": "descending"},
    {"sortBy": "title"},
    {"sortBy": "title", "sortOrder": "descending"},
    {"sortBy": "meta.created", "sortOrder": "descending"},
    {"sortBy": "meta.lastModified"},
    {"sortBy": "id", "sortOrder": "descending"},
]
FILTERED = [
    {"filter": 'title co "1"'},
    {"filter": 'title co "1"', "sortBy": "title", "sortOrder": "descending"},
    {"filter": 'userName sw "p1"', "sortBy": "userName"},
    {"filter": 'userName sw "p1"', "sortBy": "displayName", "sortOrder": "descending"},
    {"filter": 'displayName eq "D1"', "sortBy": "displayName"},
    {"filter": 'displayName ge "d1"', "sortBy": "displayName", "sortOrder": "descending"},
    {"filter": 'not (displayName eq "d1")'},
    {"filter": 'emails[type eq "work" and value co "1"]'},
    {"filter": "active eq true and title pr", "sortBy": "name.familyName"},
]


def person(number):
    body = user(f"p{number}", name={"familyName": f"F{number % 7}"})
    body["emails"] = [{"value": f"p{number}@x.example", "type": "work"}]
    if number % 3:
        body["title"] = f"T{number % 5}"
    if number % 4:
        body["displayName"] = f"d{number % 3}"
    return body


@pytest.fixture(scope="module")
def tenant(server):
    """A tenant with 40 people and 6 groups; nobody changes them."""
    tenant = server.tenant()
    with tenant.client() as http:
        for number in range(40):
            made(http.post("/Users", json=person(number)))
        for number in range(6):
            made(http.post("/Groups", json=group(f"g{number}")))
    return tenant


def page(client, path="/Users", **parameters):
    response = client.get(path, params=parameters)
    assert response.status_code == 200, response.text
    body = response.json()
    assert body["itemsPerPage"] == len(body["Resources"])
    return body


def ids(body):
    return [one["id"] for one in body["Resources"]]


def cursor_pages(client, path="/Users", cursor="", way="nextCursor", **parameters):
    """All pages from a cursor on."""
    while cursor is not None:
        body = page(client, path, cursor=cursor, **parameters)
        assert "startIndex" not in body
        yield body
        cursor = body.get(way)


def index_pages(client, path="/Users", **parameters):
    """All pages, as a client walks them that believes in totalResults."""
    start = 1
    while True:
        body = page(client, path, startIndex=start, **parameters)
        assert body["startIndex"] == start
        yield body
        start += len(body["Resources"])
        if start > body["totalResults"] or not body["Resources"]:
            return


@pytest.mark.parametrize("path", ["/Users", "/"])
@pytest.mark.parametrize("query", SORTED + FILTERED, ids=str)
def test_cursors_cut_the_list_into_pages_in_both_directions(client, path, query):
    whole = ids(page(client, path, count=200, **query))
    assert whole
    for count in (1, 7, len(whole), 200):
        pages = list(cursor_pages(client, path, count=count, **query))
        assert [ids(one) for one in pages] == [whole[at : at + count] for at in range(0, len(whole), count)]
        assert "previousCursor" not in pages[0] and "nextCursor" not in pages[-1]
        assert all("nextCursor" in one for one in pages[:-1])
        assert all("previousCursor" in one for one in pages[1:])
        if len(pages) > 1:
            back = cursor_pages(
                client, path, pages[-1]["previousCursor"], "previousCursor", count=count, **query
            )
            assert [ids(one) for one in back] == [ids(one) for one in pages[-2::-1]]


def test_a_page_back_leads_forward_again(client):
    first = page(client, cursor="", count=5)
    second = page(client, cursor=first["nextCursor"], count=5)
    again = page(client, cursor=second["previousCursor"], count=5)
    assert ids(again) == ids(first) and "previousCursor" not in again
    assert ids(page(client, cursor=again["nextCursor"], count=5)) == ids(second)


def test_search_takes_the_cursor_in_its_body(client):
    body = {"schemas": [SEARCH], "cursor": "", "count": 15, "attributes": ["userName"], "sortBy": "userName"}
    seen, pages = [], 0
    while body["cursor"] is not None:
        reply = client.post("/Users/.search", json=body)
        assert reply.status_code == 200, reply.text
        seen += [one["userName"] for one in reply.json()["Resources"]]
        body["cursor"] = reply.json().get("nextCursor")
        pages += 1
    assert seen == sorted(f"p{number}" for number in range(40)) and pages == 3
    refused(client.post("/Users/.search", json={**body, "cursor": 5}), 400, "invalidSyntax")
    refused(client.post("/Users/.search", json={**body, "cursor": "x"}), 400, "invalidCursor")
    refused(client.post("/Users/.search", json={**body, "cursor": "", "startIndex": 1}), 400, "invalidValue")
    absent = client.post("/Users/.search", json={**body, "cursor": None}).json()
    assert absent["startIndex"] == 1 and "nextCursor" not in absent


def test_without_cursor_and_index_pages_are_by_index(client):
    body = page(client, count=5)
    assert body["startIndex"] == 1 and not {"nextCursor", "previousCursor"} & set(body)


def test_cursor_and_index_together_are_invalid(client):
    refused(client.get("/Users?cursor=&startIndex=1"), 400, "invalidValue")


def test_a_page_of_none_has_the_total_and_no_cursor(client):
    for count in (0, -1):
        body = page(client, cursor="", count=count, filter='title co "1"')
        assert body["Resources"] == [] and body["totalResults"] > 0
        assert not {"nextCursor", "previousCursor", "startIndex"} & set(body)


def test_the_total_is_there_where_it_is_cheap_and_right_where_it_is_there(client):
    assert page(client, cursor="", count=5)["totalResults"] == 40
    assert page(client, "/", cursor="", count=5)["totalResults"] == 46
    assert page(client, cursor="", count=5, filter='userName sw "p1"')["totalResults"] == 11
    scanned = page(client, cursor="", count=3, filter='title co "1"')
    assert "totalResults" not in scanned
    assert "totalResults" not in page(client, cursor=scanned["nextCursor"], count=3, filter='title co "1"')
    assert page(client, cursor="", count=100, filter='title co "1"')["totalResults"] == 5


def test_an_oversized_count_is_cut_and_stays_the_same_count(client):
    with_all = page(client, cursor="", count=100000)
    assert len(with_all["Resources"]) == 40
    first = page(client, cursor="", count=30)
    refused(client.get("/Users", params={"cursor": first["nextCursor"], "count": 31}), 400, "invalidCount")
    refused(client.get("/Users", params={"cursor": first["nextCursor"], "count": -1}), 400, "invalidCount")
    refused(client.get("/Users", params={"cursor": first["nextCursor"]}), 400, "invalidCount")
    default = page(client, cursor="")
    assert len(default["Resources"]) == 40 and "nextCursor" not in default


OTHERS = [
    ("/Groups", {}),
    ("/", {}),
    ("/Users", {"filter": "title pr"}),
    ("/Users", {"sortBy": "userName"}),
    ("/Users", {"attributes": "userName"}),
    ("/Users", {"excludedAttributes": "userName"}),
]


@pytest.mark.parametrize("path, query", OTHERS, ids=str)
def test_a_cursor_of_one_query_is_none_of_another(client, path, query):
    cursor = page(client, cursor="", count=2)["nextCursor"]
    refused(client.get(path, params={"cursor": cursor, "count": 2, **query}), 400, "invalidCursor")


def test_a_cursor_of_a_get_is_none_of_a_search(client):
    cursor = page(client, cursor="", count=2)["nextCursor"]
    body = {"schemas": [SEARCH], "cursor": cursor, "count": 2}
    refused(client.post("/Users/.search", json=body), 400, "invalidCursor")


def test_cursors_of_others_and_forged_ones_are_refused_in_the_same_words(server, tenant, client):
    cursor = page(client, cursor="", count=2)["nextCursor"]
    stranger = server.tenant()
    texts = set()
    with stranger.client() as other, tenant.client(server.token(tenant.name)) as colleague:
        for who, text in (
            (other, cursor),
            (colleague, cursor),
            (client, cursor[:-1]),
            (client, cursor[:-1] + ("A" if cursor[-1] != "A" else "B")),
            (client, cursor + "A"),
            (client, "A" * 72),
            (client, "!"),
            (client, "%00" * 3),
        ):
            body = refused(who.get("/Users", params={"cursor": text, "count": 2}), 400, "invalidCursor")
            texts.add(body["detail"])
    assert len(texts) == 1
    assert ids(page(client, cursor=cursor, count=2))


def test_a_cursor_is_of_characters_that_need_no_escape(client):
    cursor = page(client, cursor="", count=2)["nextCursor"]
    assert set(cursor) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def test_a_revoked_token_makes_its_cursors_worthless(server, tenant):
    token = server.token(tenant.name)
    with tenant.client(token) as http:
        cursor = page(http, cursor="", count=2)["nextCursor"]
        number = max(one["id"] for one in server.do_json("token", "list", "--tenant", tenant.name))
        server.do("token", "revoke", str(number))
        refused(http.get("/Users", params={"cursor": cursor, "count": 2}), 401)


def test_the_provider_says_how_it_pages(client):
    pagination = client.get("/ServiceProviderConfig").json()["pagination"]
    assert pagination == {
        "cursor": True,
        "index": True,
        "defaultPaginationMethod": "index",
        "defaultPageSize": 100,
        "maxPageSize": 200,
        "cursorTimeout": 3600,
    }
    schema = client.get("/Schemas/urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig").json()
    declared = next(one for one in schema["attributes"] if one["name"] == "pagination")
    assert {one["name"] for one in declared["subAttributes"]} == set(pagination)


def test_a_cursor_lives_through_a_restart_and_its_keys_are_private(tmp_path):
    before = os.umask(0)
    try:
        server = Daemon(tmp_path).start()
    finally:
        os.umask(before)
    tenant = server.tenant()
    keys = tmp_path / "keys"
    assert not keys.exists()
    with tenant.client() as http:
        everybody = [made(http.post("/Users", json=user(f"k{number}"))) for number in range(4)]
        cursor = page(http, cursor="", count=2)["nextCursor"]
    assert stat.S_IMODE(keys.stat().st_mode) == 0o700
    assert [stat.S_IMODE(one.stat().st_mode) for one in keys.iterdir()] == [0o600]
    server.restart()
    with tenant.client() as http:
        assert ids(page(http, cursor=cursor, count=2)) == everybody[2:]
    server.stop()
    for one in keys.iterdir():
        one.unlink()
    server.start()
    with tenant.client() as http:
        refused(http.get("/Users", params={"cursor": cursor, "count": 2}), 400, "invalidCursor")
        assert page(http, cursor="", count=2)["nextCursor"]
    server.stop()


# A page that was emptied meanwhile.


def test_pages_that_were_emptied_lead_on(server):
    with server.tenant().client() as http:
        everybody = [made(http.post("/Users", json=user(f"e{number}"))) for number in range(6)]
        second = page(http, cursor=page(http, cursor="", count=2)["nextCursor"], count=2)
        for one in everybody[:2]:
            assert http.delete(f"/Users/{one}").status_code == 204
        empty = page(http, cursor=second["previousCursor"], count=2)
        assert ids(empty) == [] and "previousCursor" not in empty
        assert ids(page(http, cursor=empty["nextCursor"], count=2)) == everybody[2:4]
        for one in everybody[4:]:
            assert http.delete(f"/Users/{one}").status_code == 204
        end = page(http, cursor=second["nextCursor"], count=2)
        assert ids(end) == [] and "nextCursor" not in end
        back = page(http, cursor=end["previousCursor"], count=2)
        assert ids(back) == everybody[2:4] and "nextCursor" not in back


# Walks while people come and go.


class Crowd:
    """A tenant whose people change between the pages of a walk."""

    def __init__(self, server, count):
        self.tenant = server.tenant()
        self.http = self.tenant.client()
        self.random = random.Random(count)
        self.numbers = itertools.count()
        self.here = {}
        self.lasting = set()
        self.create(count)

    def create(self, count):
        for number in itertools.islice(self.numbers, count):
            self.here[made(self.http.post("/Users", json=person(number)))] = number

    def begin(self):
        self.lasting = set(self.here)

    def change(self, seen):
        """Three people go, among them one who was seen on the last page, and three come."""
        gone = self.random.sample(sorted(self.here), 2)
        gone += self.random.sample([one for one in seen if one in self.here and one not in gone][-50:], 1)
        for one in gone:
            assert self.http.delete(f"/Users/{one}").status_code == 204
            del self.here[one]
            self.lasting.discard(one)
        self.create(3)


@pytest.fixture(scope="module")
def crowd(server):
    crowd = Crowd(server, PEOPLE)
    yield crowd
    crowd.http.close()


WALKS = {"by cursor": cursor_pages, "by index": index_pages}
MOVING = [
    {},
    {"sortBy": "userName"},
    {"sortBy": "displayName", "sortOrder": "descending"},
    {"sortBy": "title"},
    {"filter": "title pr"},
    {"filter": 'userName sw "p"', "sortBy": "displayName"},
]


def expect_once(seen, lasting):
    assert lasting <= set(seen), f"{len(lasting - set(seen))} of those who were always there were skipped"
    assert len(seen) == len(set(seen)), "somebody was shown twice"


def expected(crowd, query):
    """Those who are there all the time and match."""
    if query.get("filter") == "title pr":
        return {one for one in crowd.lasting if crowd.here[one] % 3}
    return crowd.lasting


@pytest.mark.parametrize("way", WALKS)
@pytest.mark.parametrize("query", MOVING, ids=str)
def test_a_walk_shows_everybody_who_was_always_there_exactly_once(crowd, way, query):
    seen, changes = [], 0
    crowd.begin()
    for body in WALKS[way](crowd.http, count=PAGE, **query):
        seen += ids(body)
        if changes < CHANGES:
            crowd.change(seen)
            changes += 3
    assert changes >= CHANGES * 0.6
    expect_once(seen, expected(crowd, query))


@pytest.mark.parametrize("way", WALKS)
def test_walks_with_one_token_do_not_disturb_each_other(crowd, way):
    """One walks in step behind, one at its own pace; each on its own connection."""
    crowd.begin()
    seen, stop = {"ahead": [], "behind": [], "apart": []}, threading.Event()

    def walk_apart():
        with crowd.tenant.client() as http:
            while not stop.is_set():
                seen["apart"] = [one for body in WALKS[way](http, count=PAGE) for one in ids(body)]

    thread = threading.Thread(target=walk_apart)
    thread.start()
    try:
        with crowd.tenant.client() as ahead, crowd.tenant.client() as behind:
            walks = {"ahead": WALKS[way](ahead, count=PAGE), "behind": WALKS[way](behind, count=PAGE)}
            for _ in range(PEOPLE // PAGE + 5):
                for name, walk in walks.items():
                    seen[name] += ids(next(walk, {"Resources": []}))
                    crowd.change(seen[name])
    finally:
        stop.set()
        thread.join()
    for name in ("ahead", "behind"):
        expect_once(seen[name], crowd.lasting)
    assert len(seen["apart"]) == len(set(seen["apart"]))


def test_a_total_counts_what_was_passed_and_what_is_left(server):
    with server.tenant().client() as http:
        everybody = [made(http.post("/Users", json=user(f"t{number}"))) for number in range(30)]
        assert page(http, startIndex=1, count=10)["totalResults"] == 30
        for one in everybody[:4] + everybody[20:21]:
            assert http.delete(f"/Users/{one}").status_code == 204
        second = page(http, startIndex=11, count=10)
        assert ids(second) == everybody[10:20] and second["totalResults"] == 29
        third = page(http, startIndex=21, count=10)
        assert ids(third) == everybody[21:] and third["totalResults"] == 29
        assert page(http, startIndex=1, count=1)["totalResults"] == 25
        # An index that no walk was at is counted off.
        assert ids(page(http, startIndex=8, count=2)) == everybody[11:13]


def test_a_walk_over_people_and_groups_goes_on_in_the_type_it_was_in(server):
    with server.tenant().client() as http:
        people = [made(http.post("/Users", json=user(f"b{number}"))) for number in range(4)]
        groups = [made(http.post("/Groups", json=group(f"b{number}"))) for number in range(4)]
        assert ids(page(http, "/", startIndex=1, count=3)) == people[:3]
        assert http.delete(f"/Users/{people[0]}").status_code == 204
        second = page(http, "/", startIndex=4, count=3)
        assert ids(second) == people[3:] + groups[:2] and second["totalResults"] == 8
        for one in (people[1], groups[0]):
            assert http.delete(("/Users/" if one in people else "/Groups/") + one).status_code == 204
        third = page(http, "/", startIndex=7, count=3)
        assert ids(third) == groups[2:] and third["totalResults"] == 8
