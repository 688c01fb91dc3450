# SPDX-License-Identifier: Apache-2.0
"""Discovery (RFC 7644 section 4): complete, read-only, cacheable, and never a place to search."""

import httpx
import pytest

from expect import ENTERPRISE, GROUP, SEARCH, USER, refused

LISTS = ["/ResourceTypes", "/Schemas"]
SINGLES = ["/ServiceProviderConfig", "/ResourceTypes/User", f"/Schemas/{USER}"]


@pytest.fixture(scope="module", params=["interop", "rfc"])
def tenant(server, request):
    return server.tenant(profile=request.param)


@pytest.mark.parametrize("target", SINGLES)
def test_a_discovery_document_carries_its_place_and_version(client, target):
    response = client.get(target)
    meta = response.json()["meta"]
    assert response.headers["location"] == meta["location"] == f"{client.base_url}".rstrip("/") + target
    assert response.headers["etag"] == meta["version"] and meta["version"].startswith('W/"')


@pytest.mark.parametrize("target", SINGLES + LISTS)
def test_a_known_discovery_document_is_not_sent_again(client, target):
    tag = client.get(target).headers["etag"]
    again = client.get(target, headers={"If-None-Match": tag})
    assert again.status_code == 304 and again.content == b"" and again.headers["etag"] == tag
    assert client.head(target, headers={"If-None-Match": "*"}).status_code == 304
    assert client.get(target, headers={"If-None-Match": '"other"'}).status_code == 200
    refused(client.get(target, headers={"If-Match": '"other"'}), 412)
    assert client.get(target, headers={"If-Match": tag}).status_code == 200


def test_an_entry_of_a_list_is_the_document_itself(client):
    for target in LISTS:
        for entry in client.get(target).json()["Resources"]:
            assert client.get(entry["meta"]["location"]).json() == entry


@pytest.mark.parametrize("target", ["/ServiceProviderConfig", "/ResourceTypes", "/Schemas"])
def test_a_search_below_discovery_is_forbidden(client, target):
    refused(client.post(f"{target}/.search", json={"schemas": [SEARCH], "filter": "id pr"}), 403)
    refused(client.get(target, params={"filter": "id pr"}), 403)


def test_the_plural_name_of_the_configuration_is_understood(server, client):
    plain = client.get("/ServiceProviderConfig")
    plural = client.get("/ServiceProviderConfigs")
    assert plural.status_code == 200 and plural.json() == plain.json()
    assert plural.headers["location"].endswith("/ServiceProviderConfig")
    assert httpx.get(f"{server.url}/scim/v2/ServiceProviderConfigs", trust_env=False).status_code == 200
    assert client.request("OPTIONS", "/ServiceProviderConfigs").headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize("uri", [USER.upper(), USER.lower(), USER.replace(":", "%3A"), ENTERPRISE.replace(":", "%3a")])
def test_a_schema_uri_is_found_in_any_case_and_escaped(client, uri):
    assert client.get(f"/Schemas/{uri}").status_code == 200


PROJECTED = {
    "/ServiceProviderConfig?attributes=patch": {"schemas", "patch"},
    "/ServiceProviderConfig?attributes=bulk.maxOperations": {"schemas", "bulk"},
    "/ResourceTypes/User?attributes=endpoint,name": {"schemas", "id", "endpoint", "name"},
    "/ResourceTypes/User?attributes=unknown": {"schemas", "id"},
    f"/Schemas/{GROUP}?attributes=name": {"schemas", "id", "name"},
    f"/Schemas/{GROUP}?excludedAttributes=attributes,meta,id": {"schemas", "id", "name", "description"},
}


@pytest.mark.parametrize("target,names", PROJECTED.items(), ids=PROJECTED.keys())
def test_a_single_discovery_document_can_be_projected(client, target, names):
    response = client.get(target)
    assert response.status_code == 200 and set(response.json()) == names
    assert response.headers["etag"] == client.get(target.partition("?")[0]).headers["etag"]


def test_a_sub_attribute_of_the_configuration_can_be_asked_for(client):
    assert list(client.get("/ServiceProviderConfig?attributes=bulk.maxOperations").json()["bulk"]) == ["maxOperations"]


def test_projections_of_discovery_exclude_each_other(client):
    refused(client.get("/ResourceTypes/User?attributes=name&excludedAttributes=id"), 400, "invalidValue")


@pytest.mark.parametrize("target", LISTS)
def test_a_list_of_discovery_knows_no_projection_paging_or_order(client, target):
    whole = client.get(target).json()
    asked = f"{target}?attributes=name&startIndex=2&count=1&sortBy=name&sortOrder=descending"
    assert client.get(asked).json() == whole
    assert whole["totalResults"] == whole["itemsPerPage"] == len(whole["Resources"]) and whole["startIndex"] == 1
