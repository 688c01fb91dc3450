# SPDX-License-Identifier: Apache-2.0
"""Client certificates as credentials: bound to one tenant, revoked at once, never believed from a header."""

import json
import ssl
import subprocess

import httpx
import pytest

from certificates import Maker, serving, trusting
from daemon import PATIENCE_S, SCIM
from expect import user


@pytest.fixture(scope="module")
def maker(tmp_path_factory):
    return Maker(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def root(maker):
    return maker.make("root", kind="ca")


@pytest.fixture(scope="module")
def secure(tmp_path_factory, maker, root):
    with serving(tmp_path_factory.mktemp("secure"), maker.make("server", root)) as daemon:
        # From now on clients are asked for a certificate.
        daemon.do("tenant", "add", "somebody")
        daemon.do("cert", "add", "--tenant", "somebody", str(maker.make("somebody", kind="client").path))
        yield daemon


@pytest.fixture
def certificate(maker, request):
    return maker.make(f"client-{len(list(maker.folder.iterdir()))}", kind="client")


def bind(server, tenant, certificate, *options):
    return json.loads(server.do("cert", "add", "--tenant", tenant, str(certificate.path), "--json", *options))


def client(server, root, certificate, token=None, prefix="/scim/v2", context=None):
    headers = {"Content-Type": SCIM, **({"Authorization": f"Bearer {token}"} if token else {})}
    return httpx.Client(base_url=server.url + prefix, verify=context or trusting(root, shows=certificate),
                        headers=headers, trust_env=False, timeout=PATIENCE_S)


def ask(server, root, certificate, token=None, prefix="/scim/v2", context=None):
    with client(server, root, certificate, token, prefix, context) as http:
        return http.get("/Users")


def test_a_bound_certificate_opens_its_tenant_without_a_token(secure, root, certificate):
    tenant = secure.tenant()
    bind(secure, tenant.name, certificate)
    with client(secure, root, certificate) as http:
        made = http.post("/Users", json=user("ada"))
        assert made.status_code == 201
        assert http.get("/Users").json()["totalResults"] == 1
        assert http.get(f"{secure.url}/t/{tenant.name}/scim/v2/Users").status_code == 200
    with tenant.client(verify=trusting(root)) as http:
        assert http.get(f"/Users/{made.json()['id']}").json()["userName"] == "ada"


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_both_versions_of_tls_carry_client_certificates(secure, root, certificate, version):
    bind(secure, secure.tenant().name, certificate)
    context = trusting(root, shows=certificate)
    context.minimum_version = context.maximum_version = version
    assert ask(secure, root, certificate, context=context).status_code == 200


def test_an_unknown_certificate_is_as_if_none_was_shown(secure, root, certificate):
    tenant = secure.tenant()
    refused = ask(secure, root, certificate)
    assert refused.status_code == 401 and refused.headers["www-authenticate"].startswith("Bearer")
    assert "client certificate" in refused.json()["detail"]
    assert ask(secure, root, certificate, tenant.token).status_code == 200
    with client(secure, root, certificate) as http:
        assert http.get("/ServiceProviderConfig").status_code == 200


def test_a_certificate_with_the_same_names_is_another(secure, maker, root, certificate):
    bind(secure, secure.tenant().name, certificate)
    twin = maker.make(f"{certificate.name}-twin", kind="client", subject=f"/O=Roster tests/CN={certificate.name}")
    assert ask(secure, root, certificate).status_code == 200
    assert ask(secure, root, twin).status_code == 401


def test_a_revoked_certificate_is_dead_at_once_on_open_connections_too(secure, root, certificate):
    bound = bind(secure, secure.tenant().name, certificate)
    with client(secure, root, certificate) as http:
        assert http.get("/Users").status_code == 200
        secure.do("cert", "revoke", str(bound["id"]))
        assert http.get("/Users").status_code == 401
    assert ask(secure, root, certificate).status_code == 401


def test_a_revoked_certificate_may_be_bound_again_and_elsewhere(secure, root, certificate):
    first, second = secure.tenant(), secure.tenant()
    bound = bind(secure, first.name, certificate)
    taken = secure.command("cert", "add", "--tenant", second.name, str(certificate.path))
    assert taken.returncode == 65 and f"as {bound['id']} of tenant {first.name}" in taken.stderr
    secure.do("cert", "revoke", str(bound["id"]))
    bind(secure, second.name, certificate)
    assert ask(secure, root, certificate, prefix=f"/t/{second.name}/scim/v2").status_code == 200
    assert ask(secure, root, certificate, prefix=f"/t/{first.name}/scim/v2").status_code == 401


def test_an_expired_certificate_is_not_bound(secure, maker):
    expired = maker.make("expired-client", kind="client", begins=-9, ends=-2)
    done = secure.command("cert", "add", "--tenant", secure.tenant().name, str(expired.path))
    assert done.returncode == 65 and "expired already" in done.stderr


def test_a_certificate_is_not_good_before_its_time(secure, maker, root):
    early = maker.make("early-client", kind="client", begins=2, ends=9)
    bind(secure, secure.tenant().name, early)
    assert ask(secure, root, early).status_code == 401


def test_a_binding_ends_with_the_certificate_or_earlier(secure, maker, certificate):
    tenant = secure.tenant()
    short = maker.make("short-client", kind="client", ends=3)
    assert bind(secure, tenant.name, short, "--expires", "90d")["expires"][:10] == \
        bind(secure, tenant.name, certificate, "--expires", "3d")["expires"][:10]


def test_a_token_beside_it_must_be_of_the_same_tenant(secure, root, certificate):
    mine, other = secure.tenant(), secure.tenant()
    bind(secure, mine.name, certificate)
    assert ask(secure, root, certificate, mine.token).status_code == 200
    refused = ask(secure, root, certificate, other.token)
    assert refused.status_code == 401 and "different tenants" in refused.json()["detail"]
    assert 'error="invalid_token"' in refused.headers["www-authenticate"]
    assert ask(secure, root, certificate, "rst_wrong").status_code == 401


def test_a_certificate_of_another_tenant_opens_no_url_of_this_one(secure, root, certificate):
    mine, other = secure.tenant(), secure.tenant()
    bind(secure, mine.name, certificate)
    assert ask(secure, root, certificate, prefix=f"/t/{other.name}/scim/v2").status_code == 401


def test_a_certificate_has_scopes_and_the_token_decides_where_both_are_sent(secure, root, certificate):
    tenant = secure.tenant()
    bind(secure, tenant.name, certificate, "--scope", "read")
    with client(secure, root, certificate) as http:
        assert http.get("/Users").status_code == 200
        assert http.post("/Users", json=user("eve")).status_code == 403
    with client(secure, root, certificate, tenant.token) as http:
        assert http.post("/Users", json=user("eve")).status_code == 201


def test_a_certificate_sees_the_external_ids_of_its_source(secure, root, certificate):
    tenant = secure.tenant()
    bind(secure, tenant.name, certificate, "--source", "partner")
    with client(secure, root, certificate) as http:
        made = http.post("/Users", json=user("ada", externalId="p-1")).json()
        assert made["externalId"] == "p-1"
    with tenant.client(verify=trusting(root)) as http:
        assert "externalId" not in http.get(f"/Users/{made['id']}").json()


def test_certificates_are_listed_with_their_thumbprints(secure, certificate):
    tenant = secure.tenant()
    bound = bind(secure, tenant.name, certificate, "--label", "the bridge")
    assert bound["certificate"] == certificate.thumbprint
    assert sorted(bound["subject"].split(",")) == [f"CN={certificate.name}", "O=Roster tests"]
    listed = secure.do_json("cert", "list", "--tenant", tenant.name)
    assert [(row["id"], row["label"], row["state"]) for row in listed] == [(bound["id"], "the bridge", "active")]
    assert certificate.thumbprint in secure.do("cert", "list", "--tenant", tenant.name)
    assert bound["id"] not in [row["id"] for row in secure.do_json("token", "list", "--tenant", tenant.name)]
    rotated = secure.command("token", "rotate", str(bound["id"]))
    assert rotated.returncode == 65 and "certificate" in rotated.stderr


def test_what_is_no_certificate_alone_is_refused(secure, certificate, tmp_path):
    tenant, file = secure.tenant(), tmp_path / "file.pem"
    for text, says in (("", "empty"), (certificate.pem[:200], "no certificate"),
                       (certificate.pem + certificate.key, "private key")):
        file.write_text(text)
        done = secure.command("cert", "add", "--tenant", tenant.name, str(file))
        assert done.returncode == 65 and says in done.stderr and done.stdout == ""


def test_a_removed_tenant_gives_its_certificates_up(secure, root, certificate):
    gone, next_one = secure.tenant(), secure.tenant()
    bind(secure, gone.name, certificate)
    secure.do("tenant", "remove", gone.name, "--yes")
    assert ask(secure, root, certificate).status_code == 401
    bind(secure, next_one.name, certificate)
    assert ask(secure, root, certificate, prefix=f"/t/{next_one.name}/scim/v2").status_code == 200


def test_what_headers_say_of_certificates_is_not_believed(secure, root, certificate):
    bind(secure, secure.tenant().name, certificate)
    flat = certificate.pem.replace("\n", " ").strip()
    claims = {
        "X-Client-Cert": flat, "X-SSL-Client-Cert": flat, "X-SSL-Client-Verify": "SUCCESS", "SSL_CLIENT_CERT": flat,
        "X-Forwarded-Client-Cert": f"Hash={certificate.thumbprint}", "Client-Cert": f":{certificate.thumbprint}:",
        "X-ARR-ClientCert": flat, "X-Amzn-Mtls-Clientcert": flat,
    }
    with client(secure, root, None) as http:
        assert http.get("/Users", headers=claims).status_code == 401


def test_the_certificate_of_a_proxy_is_not_its_clients(tmp_path, maker, root, certificate):
    with serving(tmp_path, maker.make("behind", root), "--behind-proxy", "127.0.0.1") as daemon:
        tenant = daemon.tenant()
        bind(daemon, tenant.name, certificate)
        assert ask(daemon, root, certificate).status_code == 401
        assert ask(daemon, root, certificate, tenant.token).status_code == 200


def is_asked(server):
    """Whether a handshake asks for a certificate: openssl says so."""
    host, port = server.address
    done = subprocess.run(["openssl", "s_client", "-connect", f"{host}:{port}"], input="", text=True,
                          capture_output=True, check=False, timeout=PATIENCE_S)
    assert "BEGIN CERTIFICATE" in done.stdout
    return "Requested Signature Algorithms" in done.stdout


def test_clients_are_asked_only_once_a_certificate_is_bound_and_after_a_restart(tmp_path, maker, root, certificate):
    with serving(tmp_path, maker.make("asking", root)) as daemon:
        tenant = daemon.tenant()
        assert not is_asked(daemon)
        bind(daemon, tenant.name, certificate)
        assert is_asked(daemon)
        daemon.restart()
        assert is_asked(daemon)
        assert ask(daemon, root, certificate).status_code == 200


def test_a_revoked_certificate_beside_a_token_is_said_to_be_dead(secure, root, certificate):
    tenant = secure.tenant()
    bound = bind(secure, tenant.name, certificate)
    assert ask(secure, root, certificate, tenant.token).status_code == 200
    secure.do("cert", "revoke", str(bound["id"]))
    refused = ask(secure, root, certificate, tenant.token)
    assert refused.status_code == 401 and "revoked" in refused.json()["detail"]
    assert ask(secure, root, None, tenant.token).status_code == 200


def test_a_certificate_of_a_suspended_tenant_opens_nothing_beside_a_token(secure, root, certificate):
    mine, other = secure.tenant(), secure.tenant()
    bind(secure, mine.name, certificate)
    secure.do("tenant", "suspend", mine.name)
    for token in (mine.token, other.token):
        assert ask(secure, root, certificate, token).status_code == 401
    secure.do("tenant", "resume", mine.name)
    assert ask(secure, root, certificate, mine.token).status_code == 200
