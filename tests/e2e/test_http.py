# SPDX-License-Identifier: Apache-2.0
"""HTTP as it comes off the wire: what breaks framing is refused, what reaches the handler is answered in SCIM JSON."""

import json

import pytest

from daemon import SCIM
from expect import SEARCH, made, patch, refused, total, turned_away, user
from wire import Wire, bearer, connected, head, with_body

SMUGGLED = "GET /scim/v2/ServiceProviderConfig HTTP/1.1\r\nHost: roster.example\r\n\r\n"
BODY = '{"userName":"smuggler"}'


@pytest.fixture(scope="module")
def tenant(server):
    """One tenant for all tests of this module: hardly any of them gets as far as its data."""
    return server.tenant()


def people(client):
    return total(client.get("/Users?count=0"))


def framed(tenant, *headers, body=BODY):
    return (
        head("POST", "/scim/v2/Users", bearer(tenant), "Content-Type: application/scim+json", *headers) + body
    )


BROKEN = {
    "two different lengths": ["Content-Length: 23", "Content-Length: 5"],
    "the same length twice": ["Content-Length: 23", "Content-Length: 23"],
    "a list of lengths": ["Content-Length: 23, 23"],
    "a length and chunks": ["Content-Length: 23", "Transfer-Encoding: chunked"],
    "chunks and a length": ["Transfer-Encoding: chunked", "Content-Length: 23"],
    "a coding that is not chunked": ["Transfer-Encoding: gzip"],
    "chunked in a list": ["Transfer-Encoding: gzip, chunked"],
    "chunked twice": ["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"],
    "chunked behind a tab": ["Transfer-Encoding:\tchunked, identity"],
    "a length with a sign": ["Content-Length: +23"],
    "a negative length": ["Content-Length: -1"],
    "a length in hex": ["Content-Length: 0x17"],
    "a length that overflows": ["Content-Length: 99999999999999999999999"],
    "a space before the colon": ["Content-Length: 23", "Foo : bar"],
    "a space before the colon of the length": ["Content-Length : 23"],
    "a folded line": ["Content-Length: 23", "Foo: bar\r\n baz"],
    "a line that ends in a bare line feed": ["Content-Length: 23", "Foo: bar\nBaz: 1"],
    "a zero byte in a value": ["Content-Length: 23", "Foo: a\0b"],
    "a carriage return in a value": ["Content-Length: 23", "Foo: a\rb"],
    "a header without a colon": ["Content-Length: 23", "Foo"],
    "a header without a name": ["Content-Length: 23", ": bar"],
    "a name that is no token": ["Content-Length: 23", "Fo(o: bar"],
}


@pytest.mark.parametrize("headers", BROKEN.values(), ids=BROKEN.keys())
def test_broken_framing_is_refused_and_the_connection_closed(server, tenant, client, headers):
    before = people(client)
    with connected(server) as wire:
        wire.send(framed(tenant, *headers)).send_while_open(SMUGGLED * 2)
        reply = wire.reply()
        assert reply is None or reply.status in (400, 413, 501), reply
        # Version 0.9.75 of the HTTP library writes the head of some refusals twice; nothing else may follow.
        assert b"HTTP/1.1 2" not in wire.rest(), "a second request was answered behind a refused one"
    assert people(client) == before


GARBAGE = {
    "words": "hello there\r\n\r\n",
    "no version": "GET /scim/v2/Users\r\n\r\n",
    "another protocol": "SSH-2.0-OpenSSH_9.2\r\n\r\n",
    "a TLS hello": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "an unknown version": "GET /scim/v2/Users HTTP/7.1\r\nHost: a\r\n\r\n",
    "a bad version": "GET /scim/v2/Users HTTP/x\r\nHost: a\r\n\r\n",
    "only line ends": "\r\n" * 40 + "x\r\n\r\n",
}


@pytest.mark.parametrize("text", GARBAGE.values(), ids=GARBAGE.keys())
def test_garbage_ends_its_connection_and_nothing_else(server, client, text):
    before = people(client)
    with connected(server) as wire:
        wire.send_while_open(text.encode("latin-1"))
        wire.end_of_sending()
        reply = wire.reply()
        assert reply is None or reply.status in (400, 404, 405, 501, 505), reply
        assert reply is None or wire.closed()
    assert people(client) == before


def test_a_request_without_host_is_refused(server, tenant):
    with connected(server) as wire:
        wire.send(head("GET", "/scim/v2/Users", bearer(tenant), host=None))
        assert wire.reply().status == 400


def test_a_second_host_is_refused(server, tenant):
    with connected(server) as wire:
        wire.send(head("GET", "/scim/v2/Users", "Host: other.example", bearer(tenant)))
        assert wire.reply().status == 400


BAD_TARGETS = {
    "a zero byte in the query": "/scim/v2/Users?filter=userName%20eq%20%22a%00b%22",
    "a wrong escape in the query": "/scim/v2/Users?filter=a%zzb",
    "an encoded slash in the tenant": "/t/a%2Fb/scim/v2/Users",
}


@pytest.mark.parametrize("target", BAD_TARGETS.values(), ids=BAD_TARGETS.keys())
def test_a_target_that_cannot_be_meant_is_refused(server, tenant, target):
    with connected(server) as wire:
        wire.send(head("GET", target, bearer(tenant)))
        turned_away(wire.reply(), 400)


TWO_READINGS = {
    "an absolute form": "http://roster.example/scim/v2/Users",
    "an authority form": "roster.example:443",
    "a star": "*",
    "a zero byte in the path": "/scim/v2/Users/a%00b",
    "a cut escape in the path": "/scim/v2/Users/a%2",
    "a wrong escape in the path": "/scim/v2/Users/a%zz",
    "a fragment": "/scim/v2/Users#x",
    "a raw control character": "/scim/v2/Users\x01",
}


@pytest.mark.parametrize("target", TWO_READINGS.values(), ids=TWO_READINGS.keys())
def test_a_target_with_two_readings_is_refused(server, tenant, target):
    with connected(server) as wire:
        assert wire.send(head("GET", target, bearer(tenant))).reply().status == 400


def test_an_encoded_slash_in_an_id_is_part_of_the_id(server, tenant):
    with connected(server) as wire:
        wire.send(head("GET", "/scim/v2/Users/a%2Fb", bearer(tenant)))
        turned_away(wire.reply(), 404)


def test_an_escape_is_decoded_only_once(client):
    made(client.post("/Users", json=user("50%25 off")))
    assert total(client.get("/Users?filter=userName%20eq%20%2250%2525%20off%22")) == 1
    assert total(client.get("/Users?filter=userName%20eq%20%2250%25%20off%22")) == 0


def test_an_oversized_head_is_refused(server, tenant):
    with connected(server) as wire:
        wire.send_while_open(
            head("GET", "/scim/v2/Users", bearer(tenant), *[f"X-{i}: {'x' * 1000}" for i in range(64)])
        )
        reply = wire.reply()
        assert reply is None or reply.status in (400, 413, 431)
        assert wire.closed()


def test_an_oversized_target_is_refused(server, tenant):
    with connected(server) as wire:
        wire.send_while_open(head("GET", "/scim/v2/Users?x=" + "y" * 9000, bearer(tenant)))
        assert wire.reply().status in (400, 414, 431)


def test_an_oversized_body_is_refused_before_it_is_read(server, tenant):
    with connected(server) as wire:
        wire.send(head("POST", "/scim/v2/Users", bearer(tenant), "Content-Length: 1000000000"))
        turned_away(wire.reply(), 413)


def test_an_oversized_body_in_chunks_is_refused(server, tenant, client):
    before = people(client)
    chunk = "100000\r\n" + "x" * 0x100000 + "\r\n"
    with connected(server) as wire:
        wire.send(head("POST", "/scim/v2/Users", bearer(tenant), "Transfer-Encoding: chunked"))
        for _ in range(24):
            wire.send_while_open(chunk)
        reply = wire.send_while_open("0\r\n\r\n").reply()
        assert reply is None or reply.status == 413
    assert people(client) == before


def test_a_chunked_body_is_read(server, tenant, client):
    with connected(server) as wire:
        wire.send(head("POST", "/scim/v2/Users", bearer(tenant), "Transfer-Encoding: chunked"))
        wire.send('10\r\n{"userName":"chu\r\n').send('7\r\nnked"}\n\r\n0\r\n\r\n')
        assert wire.reply().status == 201
    assert total(client.get('/Users?filter=userName eq "chunked"')) == 1


def test_an_extension_of_a_chunk_is_ignored_or_refused_and_never_part_of_the_body(server, tenant, client):
    """libmicrohttpd ignores it; from 1.0 on its strict mode, which closes other doors, refuses it."""
    with connected(server) as wire:
        wire.send(head("POST", "/scim/v2/Users", bearer(tenant), "Transfer-Encoding: chunked"))
        wire.send('10\r\n{"userName":"chu\r\n').send_while_open('7;x=y\r\ntney"}\n\r\n0\r\n\r\n')
        status = wire.reply().status
        assert status in (201, 400)
        assert status == 201 or wire.closed()
    assert total(client.get('/Users?filter=userName eq "chutney"')) == (1 if status == 201 else 0)


def test_a_broken_chunk_is_refused(server, tenant, client):
    before = people(client)
    with connected(server) as wire:
        wire.send(
            head("POST", "/scim/v2/Users", bearer(tenant), "Transfer-Encoding: chunked")
        ).send_while_open("zz\r\n{}\r\n0\r\n\r\n")
        reply = wire.reply()
        assert reply is None or reply.status == 400
        assert wire.closed()
    assert people(client) == before


def test_a_body_that_is_cut_off_changes_nothing(server, tenant, client):
    before = people(client)
    with connected(server) as wire:
        wire.send(framed(tenant, "Content-Length: 500"))
        assert people(client) == before
        wire.end_of_sending()
        assert wire.closed()
    assert people(client) == before


def test_slow_clients_with_half_a_head_do_not_block_others(server, tenant, client):
    before = people(client)
    slow = [Wire(server.address).send("GET /scim/v2/Users HTTP/1.1\r\nHost: a\r\nX-Slow") for _ in range(100)]
    half = [Wire(server.address).send(framed(tenant, "Content-Length: 500")) for _ in range(20)]
    for _ in range(20):
        assert people(client) == before
    for wire in slow:
        wire.send(f": 1\r\n{bearer(tenant)}\r\n\r\n")
        assert wire.reply().status == 200
    for wire in slow + half:
        wire.close()
    assert people(client) == before


def test_a_client_that_waits_for_continue_is_told_to_go_on(server, tenant):
    body = json.dumps(user("patient"))
    with connected(server) as wire:
        wire.send(
            head(
                "POST",
                "/scim/v2/Users",
                bearer(tenant),
                "Expect: 100-continue",
                f"Content-Length: {len(body)}",
            )
        )
        assert wire.reply().status == 100
        assert wire.send(body).reply().status == 201


@pytest.mark.parametrize("token,length,status", [("wrong", 10_000_000, 401), (None, 900_000_000, 413)])
def test_a_large_body_that_waits_for_continue_is_refused_unread(server, tenant, token, length, status):
    credential = f"Authorization: Bearer {token or tenant.token}"
    with connected(server) as wire:
        wire.send(
            head("POST", "/scim/v2/Users", credential, "Expect: 100-continue", f"Content-Length: {length}")
        )
        turned_away(wire.reply(), status)


def test_pipelined_requests_are_answered_in_order(server, tenant):
    get = head("GET", "/scim/v2/Users?count=0", bearer(tenant)).encode()
    lone = head("GET", "/scim/v2/Users?filter=userName%20eq%20%22piped%22", bearer(tenant)).encode()
    with connected(server) as wire:
        wire.send(get * 5 + with_body("POST", "/scim/v2/Users", tenant, user("piped")) + lone + get)
        seen = [wire.reply() for _ in range(8)]
    assert [reply.status for reply in seen] == [200] * 5 + [201, 200, 200]
    first, found, last = (json.loads(seen[i].text)["totalResults"] for i in (0, 6, 7))
    assert found == 1 and last == first + 1


def test_a_connection_is_kept_alive_and_closed_when_asked(server, tenant):
    with connected(server) as wire:
        for _ in range(20):
            assert wire.send(head("GET", "/scim/v2/Users", bearer(tenant))).reply().status == 200
        last = wire.send(head("GET", "/scim/v2/Users", bearer(tenant), "Connection: close")).reply()
        assert last.status == 200 and last.headers["connection"].lower() == "close"
        assert wire.closed()


def test_a_connection_survives_a_refused_request(server, tenant):
    with connected(server) as wire:
        turned_away(
            wire.send(with_body("POST", "/scim/v2/Users", tenant, "{broken")).reply(), 400, "invalidSyntax"
        )
        turned_away(wire.send(head("GET", "/scim/v2/Users/none", bearer(tenant))).reply(), 404)
        assert wire.send(head("GET", "/scim/v2/Users", bearer(tenant))).reply().status == 200


HEAD_TARGETS = [
    "/scim/v2/Users",
    "/scim/v2/ServiceProviderConfig",
    "/scim/v2/Schemas",
    "/scim/v2/Users/none",
    "/scim/v2/Nothing",
]


@pytest.mark.parametrize("target", HEAD_TARGETS)
def test_head_answers_as_get_without_a_body(server, tenant, target):
    with connected(server) as wire:
        got = wire.send(head("GET", target, bearer(tenant))).reply()
        seen = wire.send(head("HEAD", target, bearer(tenant))).reply("HEAD")
        assert seen.status == got.status and seen.headers["content-type"] == got.headers["content-type"]
        assert wire.send(head("GET", target, bearer(tenant))).reply().status == got.status


def test_head_of_a_person_carries_its_etag(client):
    person = made(client.post("/Users", json=user("headed")))
    seen = client.head(f"/Users/{person}")
    assert (
        seen.status_code == 200
        and seen.content == b""
        and seen.headers["etag"] == client.get(f"/Users/{person}").headers["etag"]
    )


NOWHERE = [
    "/scim/v2/Nothing",
    "/scim/v2/Users/a/b",
    "/scim/v2/Schemas/urn:none",
    "/scim/v2/ResourceTypes/None",
    "/nothing",
    "/",
    "/scim/v2/../../etc/passwd",
    "/t/",
    "/t/x",
]


@pytest.mark.parametrize("target", NOWHERE)
def test_an_unknown_route_is_answered_in_scim_json(server, tenant, target):
    with connected(server) as wire:
        reply = wire.send(head("GET", target, bearer(tenant))).reply()
        assert reply.status in (401, 404), reply
        turned_away(reply, reply.status)


METHODS = [
    ("DELETE", "/Users"),
    ("PUT", "/Users"),
    ("PATCH", "/Users"),
    ("POST", "/Users/x"),
    ("POST", "/ServiceProviderConfig"),
    ("PUT", "/Schemas"),
    ("DELETE", "/ResourceTypes"),
    ("PATCH", "/ResourceTypes/User"),
    ("GET", "/.search"),
    ("GET", "/Users/.search"),
    ("TRACE", "/Users"),
    ("BREW", "/Users"),
]


@pytest.mark.parametrize("method,path", METHODS)
def test_a_method_that_makes_no_sense_is_405_and_names_those_that_do(client, method, path):
    response = client.request(method, path, content=b"not json")
    refused(response, 405)
    assert response.headers["allow"]


def test_options_names_the_methods(client):
    response = client.options("/Users")
    assert response.status_code in (200, 204) and {"GET", "POST"} <= set(
        response.headers["allow"].replace(" ", "").split(",")
    )


@pytest.mark.parametrize("version", ["v1", "v3", "v22"])
def test_another_protocol_version_is_refused(server, tenant, version):
    with tenant.client(prefix=f"/scim/{version}") as http:
        refused(http.get("/Users"), 400, "invalidVers")


def test_me_is_not_there_for_a_token_without_a_person(client):
    refused(client.get("/Me"), 404)


def test_me_is_the_person_that_the_token_is_bound_to(server, tenant, client):
    person = made(client.post("/Users", json=user("self")))
    bound = server.token(tenant.name, "--user", person)
    with tenant.client(token=bound) as http:
        me = http.get("/Me")
        assert me.status_code == 200 and me.json()["id"] == person
        assert me.json()["meta"]["location"].endswith(f"/Users/{person}")


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic eDp5",
        "Bearer a b",
        "Bearer " + "x" * 4000,
        "rst_abc",
        "Bearer rst_" + "A" * 40,
    ],
)
def test_a_credential_that_is_none_is_401_with_a_challenge(server, authorization):
    with connected(server) as wire:
        reply = wire.send(head("GET", "/scim/v2/Users", f"Authorization: {authorization}")).reply()
        assert reply.status in (400, 401)
        turned_away(reply, reply.status)
        assert "bearer" in reply.headers["www-authenticate"].lower()


def test_the_scheme_word_may_be_written_in_any_case(server, tenant):
    with connected(server) as wire:
        assert (
            wire.send(head("GET", "/scim/v2/Users", f"Authorization: bEARER {tenant.token}")).reply().status
            == 200
        )


def test_a_token_in_the_url_is_not_a_credential(server, tenant):
    with connected(server) as wire:
        turned_away(wire.send(head("GET", f"/scim/v2/Users?access_token={tenant.token}")).reply(), 401)


def test_two_credentials_are_refused(server, tenant):
    with connected(server) as wire:
        reply = wire.send(
            head("GET", "/scim/v2/Users", bearer(tenant), "Authorization: Bearer wrong")
        ).reply()
        assert reply.status in (400, 401)


TOO_DEEP = '{"userName":"deep","x":' + "[" * 200 + "]" * 200 + "}"
BOMBS = {
    "nothing at all": b"",
    "white space": b"  \n",
    "half an object": b'{"userName":"half"',
    "two objects": b'{"userName":"a"}{"userName":"b"}',
    "a list": b'[{"userName":"a"}]',
    "a text": b'"userName"',
    "a name twice": b'{"userName":"a","userName":"b"}',
    "a name twice in another case": b'{"userName":"a","username":"b"}',
    "a zero character": b'{"userName":"a\\u0000b"}',
    "half a surrogate pair": b'{"userName":"\\ud800"}',
    "bytes that are not UTF-8": b'{"userName":"\xff\xfe"}',
    "an overlong slash": b'{"userName":"\xc0\xaf"}',
    "a raw control character": b'{"userName":"a\nb"}',
    "a comment": b'{"userName":"a" /* b */}',
    "a trailing comma": b'{"userName":"a",}',
    "single quotes": b"{'userName':'a'}",
    "not a number": b'{"userName":"a","x":NaN}',
    "too deep": TOO_DEEP.encode(),
    "far too deep": b"[" * 500000,
}


@pytest.mark.parametrize("body", BOMBS.values(), ids=BOMBS.keys())
def test_json_that_is_none_is_invalid_syntax_and_changes_nothing(client, body):
    before = people(client)
    refused(client.post("/Users", content=body), 400, "invalidSyntax")
    assert people(client) == before


def test_a_byte_order_mark_is_tolerated(client):
    made(client.post("/Users", content=b"\xef\xbb\xbf" + json.dumps(user("marked")).encode()))


FILTERS = {
    "an empty text": "",
    "an open bracket": 'emails[type eq "work"',
    "a missing value": "userName eq",
    "single quotes": "userName eq 'x'",
    "an unknown operator": 'userName regex "x"',
    "not without parentheses": "not userName pr",
    "a bracket in a bracket": "emails[value[x eq 1]]",
    "a dangling and": 'userName eq "x" and',
    "greater than a boolean": "active gt true",
    "statements of SQL": "1=1; DROP TABLE resource; --",
    "a closing quote and a union": '" UNION SELECT 1 --',
    "forty parentheses": "(" * 40 + "userName pr" + ")" * 40,
    "three hundred terms": " or ".join(['userName eq "x"'] * 300),
}


@pytest.mark.parametrize("text", FILTERS.values(), ids=FILTERS.keys())
def test_a_filter_that_is_none_is_invalid_filter(client, text):
    body = refused(client.post("/Users/.search", json={"schemas": [SEARCH], "filter": text}), 400)
    assert body["scimType"] in ("invalidFilter", "tooMany")
    if len(text) < 1000:
        refused(client.get("/Users", params={"filter": text}), 400, body["scimType"])


QUOTES = [
    "o'malley",
    'say "hi"',
    "back\\slash",
    "per%cent_",
    "x' OR '1'='1",
    "semi;colon--",
    "tab\ttab",
    "né ü 漢字 🙂",
    "a\r\nX-Evil: 1",
]


@pytest.mark.parametrize("name", QUOTES)
def test_a_value_is_data_wherever_it_goes(client, name):
    person = made(client.post("/Users", json=user(f"data{QUOTES.index(name)}", displayName=name)))
    made(client.post("/Users", json=user(f"other{QUOTES.index(name)}", displayName="somebody else")))
    found = client.get("/Users", params={"filter": f"displayName eq {json.dumps(name)}"})
    assert [one["id"] for one in found.json()["Resources"]] == [person]
    assert client.get(f"/Users/{person}").json()["displayName"] == name


def test_an_unsupported_media_type_is_415(client):
    refused(client.post("/Users", content=json.dumps(user("x")), headers={"Content-Type": "text/plain"}), 415)


@pytest.mark.parametrize("kind", ["application/json", "application/scim+json; charset=UTF-8", "text/json"])
def test_the_usual_media_types_are_read_and_answered_in_scim_json(client, kind):
    response = client.post("/Users", content=json.dumps(user(kind)), headers={"Content-Type": kind})
    made(response)
    assert response.headers["content-type"] == SCIM


def test_a_strict_tenant_answers_406_where_nothing_is_acceptable(server):
    with server.tenant(profile="rfc").client() as http:
        refused(http.get("/Users", headers={"Accept": "text/html"}), 406)
        assert http.get("/Users", headers={"Accept": "*/*"}).headers["content-type"] == SCIM
        assert (
            http.get("/Users", headers={"Accept": "application/json"})
            .headers["content-type"]
            .startswith("application/json")
        )


def test_a_lenient_tenant_answers_any_accept(client):
    response = client.get("/Users", headers={"Accept": "text/html, image/png"})
    assert response.status_code == 200 and response.headers["content-type"] == SCIM


def test_a_known_version_is_not_sent_again(client):
    person = made(client.post("/Users", json=user("cached")))
    tag = client.get(f"/Users/{person}").headers["etag"]
    again = client.get(f"/Users/{person}", headers={"If-None-Match": tag})
    assert again.status_code == 304 and again.content == b"" and again.headers["etag"] == tag


def test_a_write_to_a_stale_version_is_412_and_changes_nothing(client):
    person = made(client.post("/Users", json=user("stale")))
    old = client.get(f"/Users/{person}").headers["etag"]
    change = patch({"op": "replace", "path": "title", "value": "first"})
    assert client.patch(f"/Users/{person}", json=change, headers={"If-Match": old}).status_code == 200
    late = patch({"op": "replace", "path": "title", "value": "second"})
    refused(client.patch(f"/Users/{person}", json=late, headers={"If-Match": old}), 412)
    refused(client.put(f"/Users/{person}", json=user("stale"), headers={"If-Match": old}), 412)
    refused(client.delete(f"/Users/{person}", headers={"If-Match": old}), 412)
    assert client.get(f"/Users/{person}").json()["title"] == "first"


def test_read_only_attributes_cannot_be_assigned(client):
    mine = {
        "id": "chosen",
        "groups": [{"value": "g"}],
        "meta": {"created": "1999-01-01T00:00:00Z", "version": 'W/"99"', "location": "http://evil"},
    }
    person = made(client.post("/Users", json=user("assigned", **mine)))
    seen = client.get(f"/Users/{person}").json()
    assert person != "chosen" and "groups" not in seen and not seen["meta"]["created"].startswith("1999")
    assert seen["meta"]["version"] != 'W/"99"' and "evil" not in seen["meta"]["location"]


def test_a_password_in_a_filter_is_sensitive(client):
    refused(client.get("/Users", params={"filter": 'password eq "x"'}), 403, "sensitive")
    refused(
        client.post("/Users/.search", json={"schemas": [SEARCH], "filter": 'password eq "x"'}),
        400,
        "invalidFilter",
    )
