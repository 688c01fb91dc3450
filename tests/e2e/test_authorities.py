# SPDX-License-Identifier: Apache-2.0
"""Client certificates that an authority signed: its tenant's alone, and for one exact name (RFC 8705 section 2.1)."""

import json

import pytest

from certificates import Maker, serving, trusting
from expect import user
from test_client_certificates import ask, client

CLIENT = "extendedKeyUsage = clientAuth\n"
DNS = "hr.acme.example"


@pytest.fixture(scope="module")
def maker(tmp_path_factory):
    return Maker(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def root(maker):
    """Signs the server's certificate, and no client's."""
    return maker.make("root", kind="ca")


@pytest.fixture(scope="module")
def authority(maker):
    return maker.make("corp", kind="ca")


@pytest.fixture(scope="module")
def secure(tmp_path_factory, maker, root):
    # Why a certificate is refused is for the log alone.
    with serving(tmp_path_factory.mktemp("secure"), maker.make("server", root), "--log-level", "debug") as daemon:
        # From now on clients are asked for a certificate.
        daemon.do("tenant", "add", "somebody")
        daemon.do("cert", "add", "--tenant", "somebody", str(maker.make("somebody", kind="client").path))
        yield daemon


@pytest.fixture
def fresh(maker):
    """Makes certificates of clients under names of their own."""
    def make(signer, san=None, **options):
        name = f"client-{len(list(maker.folder.iterdir()))}"
        extensions = CLIENT + (f"subjectAltName = {san}\n" if san else "")
        return maker.make(name, signer, **{"kind": "client", "extensions": extensions, **options})
    return make


@pytest.fixture
def name(secure):
    """A host name that no other test binds."""
    return f"{secure.tenant().name}.acme.example"


def bind(server, tenant, authority, kind, value, *options):
    return json.loads(server.do("cert", "add", "--tenant", tenant, "--ca", f"--{kind}", value, "--json", *options,
                                str(authority.path)))


def test_a_certificate_of_the_authority_with_the_name_opens_the_tenant(secure, root, authority, fresh, name):
    tenant = secure.tenant()
    bound = bind(secure, tenant.name, authority, "san-dns", name.upper())
    assert (bound["authority"], bound["kind"], bound["name"]) == ("CN=corp,O=Roster tests", "san-dns", name)
    with client(secure, root, fresh(authority, f"DNS:other.example, DNS:{name}")) as http:
        assert http.post("/Users", json=user("ada")).status_code == 201
    renewed = fresh(authority, f"DNS:{name}")
    assert ask(secure, root, renewed).json()["totalResults"] == 1
    entries = [json.loads(line) for line in secure.do("audit", "export", "--tenant", tenant.name).splitlines()]
    assert f"certificate:{bound['id']}" in [entry["actor"] for entry in entries]
    assert [row["state"] for row in secure.do_json("cert", "list", "--tenant", tenant.name)] == ["active"]
    assert f"any by {bound['authority']}" in secure.do("cert", "list", "--tenant", tenant.name)


@pytest.mark.parametrize("kind, declared, san", [
    ("san-uri", "spiffe://acme.example/{}", "URI:spiffe://acme.example/{}"),
    ("san-email", "hr@{}.EXAMPLE", "email:hr@{}.example"),
    ("san-ip", "2001:db8:0::7", "IP:2001:DB8:0:0:0:0:0:7"),
    ("san-ip", "192.0.2.7", "IP:192.0.2.7"),
])
def test_other_names_are_compared_in_one_form(secure, root, authority, fresh, kind, declared, san):
    tenant = secure.tenant()
    bind(secure, tenant.name, authority, kind, declared.format(tenant.name))
    assert ask(secure, root, fresh(authority, san.format(tenant.name))).status_code == 200
    assert ask(secure, root, fresh(authority, "DNS:nobody.example")).status_code == 401


def test_a_subject_is_compared_whole(secure, root, authority, fresh):
    tenant = secure.tenant()
    bind(secure, tenant.name, authority, "subject", f"cn={tenant.name}, O=Acme\\, Inc")
    subject = f"/O=Acme, Inc/CN={tenant.name}"
    assert ask(secure, root, fresh(authority, subject=subject)).status_code == 200
    for other in (f"/CN={tenant.name}", f"/O=Acme, Inc/CN={tenant.name}x", f"/O=Acme, Inc/OU=x/CN={tenant.name}",
                  f"/O=acme, Inc/CN={tenant.name}", f"/CN={tenant.name}/O=Acme, Inc"):
        assert ask(secure, root, fresh(authority, subject=other)).status_code == 401, other


def test_a_name_of_one_kind_is_none_of_another(secure, root, authority, fresh, name):
    bind(secure, secure.tenant().name, authority, "san-dns", name)
    assert ask(secure, root, fresh(authority, f"URI:https://{name}", subject=f"/CN={name}")).status_code == 401
    assert ask(secure, root, fresh(authority, f"email:{name}")).status_code == 401


UNBOUND = "the client certificate is bound to no tenant, or revoked, or not valid now, or not for clients"


def refused(secure, root, certificate, says=None):
    """Whoever asks learns the same in any case, and not which names are bound; the log may say why."""
    said = len(secure.log)
    answer = ask(secure, root, certificate)
    assert answer.status_code == 401 and answer.json()["detail"].startswith(UNBOUND)
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    assert says is None or says in secure.log[said:], secure.log[said:]


def test_the_same_name_by_another_authority_opens_nothing(secure, maker, root, authority, fresh, name):
    other = maker.make("other-corp", kind="ca")
    twin = maker.make("corp-twin", kind="ca", subject="/O=Roster tests/CN=corp")
    refused(secure, root, fresh(other, f"DNS:{name}"))  # nobody has bound it
    bind(secure, secure.tenant().name, authority, "san-dns", name)
    refused(secure, root, fresh(other, f"DNS:{name}"), "issuer certificate")
    refused(secure, root, fresh(twin, f"DNS:{name}"))
    refused(secure, root, fresh(None, f"DNS:{name}"), "self-signed")
    refused(secure, root, fresh(root, f"DNS:{name}"), "self-signed")
    sent = maker.chain(fresh(other, f"DNS:{name}"), other)
    refused(secure, root, sent, "self-signed")


def test_the_authority_of_one_tenant_says_nothing_for_another(secure, maker, root, authority, fresh, name):
    other = maker.make("their-corp", kind="ca")
    mine, theirs = secure.tenant(), secure.tenant()
    bind(secure, mine.name, authority, "san-dns", name)
    bind(secure, theirs.name, other, "san-dns", name)
    for tenant, signer in ((mine, authority), (theirs, other)):
        shown = fresh(signer, f"DNS:{name}")
        with client(secure, root, shown) as http:
            assert http.post("/Users", json=user(tenant.name)).status_code == 201
        for named in (mine, theirs):
            opened = ask(secure, root, shown, prefix=f"/t/{named.name}/scim/v2").status_code == 200
            assert opened == (named is tenant)
    with mine.client(verify=trusting(root)) as http:
        assert [one["userName"] for one in http.get("/Users").json()["Resources"]] == [mine.name]


@pytest.mark.parametrize("wrong, says", [
    ({"ends": -1, "begins": -9}, "expired"),
    ({"begins": 2}, "not yet valid"),
    ({"extensions": "extendedKeyUsage = serverAuth\nsubjectAltName = DNS:{}"}, "purpose"),
])
def test_a_certificate_is_for_clients_and_for_now(secure, root, authority, fresh, name, wrong, says):
    bind(secure, secure.tenant().name, authority, "san-dns", name)
    options = {key: value.format(name) if key == "extensions" else value for key, value in wrong.items()}
    refused(secure, root, fresh(authority, f"DNS:{name}", **options), says if "extensions" in wrong else None)


def test_certificates_between_are_sent_along_and_may_not_be_many(secure, maker, root, authority, fresh, name):
    bind(secure, secure.tenant().name, authority, "san-dns", name)
    between = [authority]
    for depth in range(1, 6):
        between.append(maker.make(f"between-{depth}", between[-1], kind="ca"))
        shown = fresh(between[-1], f"DNS:{name}")
        sent = maker.chain(shown, *reversed(between[1:]))
        assert ask(secure, root, sent).status_code == (200 if depth <= 4 else 401), depth
    direct = fresh(between[1], f"DNS:{name}")
    refused(secure, root, direct, "issuer certificate")
    # With those between it is good; without them it was not, and is not again.
    assert ask(secure, root, maker.chain(direct, between[1])).status_code == 200
    refused(secure, root, direct)


def test_one_that_is_no_authority_signs_nothing(secure, maker, root, authority, fresh, name):
    bind(secure, secure.tenant().name, authority, "san-dns", name)
    leaf = fresh(authority, "DNS:leaf.example")
    refused(secure, root, maker.chain(fresh(leaf, f"DNS:{name}"), leaf))
    bounded = maker.make("bounded", authority, kind="ca",
                         extensions="basicConstraints = critical, CA:TRUE\nkeyUsage = critical, keyCertSign\n"
                                    "nameConstraints = critical, permitted;DNS:elsewhere.example")
    refused(secure, root, maker.chain(fresh(bounded, f"DNS:{name}"), bounded), "permitted")
    late = maker.make("late", authority, kind="ca", begins=-9, ends=-1)
    refused(secure, root, maker.chain(fresh(late, f"DNS:{name}"), late), "expired")


def test_an_authority_may_stand_below_another(secure, maker, root, authority, fresh, name):
    issuing = maker.make("issuing", authority, kind="ca")
    bind(secure, secure.tenant().name, issuing, "san-dns", name)
    assert ask(secure, root, fresh(issuing, f"DNS:{name}")).status_code == 200
    refused(secure, root, fresh(authority, f"DNS:{name}"))


@pytest.mark.parametrize("value", ["*.acme.example", "hr.*.example", "", " ", "hr acme", "hr\u00e4.example", "a" * 256])
def test_a_name_is_whole_and_exact(secure, authority, value):
    done = secure.command("cert", "add", "--tenant", secure.tenant().name, "--ca", "--san-dns", value,
                          str(authority.path))
    assert done.returncode in (64, 65) and done.stdout == ""


def test_a_wildcard_or_a_nul_in_a_certificate_is_no_more_than_it_says(secure, root, authority, fresh, name):
    bind(secure, secure.tenant().name, authority, "san-dns", name)
    octets = name.encode() + b"\0.evil.example"
    inner = bytes([0x82, len(octets)]) + octets
    forged = bytes([0x30, len(inner)]) + inner
    refused(secure, root, fresh(authority, f"DNS:*.{name.split('.', 1)[1]}"))
    refused(secure, root, fresh(authority, f"DNS:{name}."))
    refused(secure, root, fresh(authority, "DER:" + forged.hex(":")))


@pytest.mark.parametrize("options, says", [
    (["--ca"], "which certificates"),
    (["--san-dns", DNS], "--ca"),
    (["--ca", "--san-dns", DNS, "--subject", "CN=hr"], "one of"),
    (["--ca", "--subject", "/CN=hr"], "RFC2253"),
    (["--ca", "--subject", "CN="], "RFC2253"),
    (["--ca", "--san-ip", "192.0.2.300"], "address"),
    (["--ca", "--san-uri", "no uri"], "URI"),
    (["--ca", "--san-email", "hr"], "address"),
])
def test_what_is_not_said_whole_is_refused_with_the_remedy(secure, authority, options, says):
    done = secure.command("cert", "add", "--tenant", secure.tenant().name, *options, str(authority.path))
    assert done.returncode in (64, 65) and says in done.stderr and done.stdout == ""


def test_a_file_without_an_authority_is_refused(secure, maker, authority, fresh, tmp_path):
    tenant, file = secure.tenant(), tmp_path / "file.pem"
    expired = maker.make("expired-corp", kind="ca", begins=-9, ends=-1)
    for text, says in (("", "empty"), ("junk", "no certificate"), (fresh(authority).pem, "not the certificate of"),
                       (authority.pem + authority.key, "private key"), (authority.pem * 5, "more than"),
                       (expired.pem, "expired already")):
        file.write_text(text)
        done = secure.command("cert", "add", "--tenant", tenant.name, "--ca", "--san-dns", DNS, str(file))
        assert done.returncode == 65 and says in done.stderr and done.stdout == "", says


def test_one_name_is_bound_once_with_one_authority(secure, maker, authority, name, tmp_path):
    first, second = secure.tenant(), secure.tenant()
    bound = bind(secure, first.name, authority, "san-dns", name)
    both = tmp_path / "both.pem"
    both.write_text(maker.make("next-corp", kind="ca").pem + authority.pem)
    for path in (authority.path, both):
        done = secure.command("cert", "add", "--tenant", second.name, "--ca", "--san-dns", name, str(path))
        assert done.returncode == 65 and f"as {bound['id']} of tenant {first.name}" in done.stderr
    secure.do("cert", "revoke", str(bound["id"]))
    assert bind(secure, second.name, authority, "san-dns", name)["id"] > bound["id"]


def test_two_bindings_for_one_certificate_are_none(secure, root, authority, fresh, name):
    bind(secure, secure.tenant().name, authority, "san-dns", name)
    bind(secure, secure.tenant().name, authority, "subject", f"CN={name}")
    both = ask(secure, root, fresh(authority, f"DNS:{name}", subject=f"/CN={name}"))
    assert both.status_code == 401 and "two bindings" in both.json()["detail"]
    assert ask(secure, root, fresh(authority, f"DNS:{name}")).status_code == 200


def test_a_revoked_binding_is_dead_at_once_on_open_connections_too(secure, root, authority, fresh, name):
    bound = bind(secure, secure.tenant().name, authority, "san-dns", name)
    with client(secure, root, fresh(authority, f"DNS:{name}")) as http:
        assert http.get("/Users").status_code == 200
        secure.do("cert", "revoke", str(bound["id"]))
        assert http.get("/Users").status_code == 401


def test_one_certificate_of_an_authority_is_shut_out_by_revoking_it(secure, root, authority, fresh, name):
    tenant = secure.tenant()
    bind(secure, tenant.name, authority, "san-dns", name)
    stolen, good = fresh(authority, f"DNS:{name}"), fresh(authority, f"DNS:{name}")
    assert ask(secure, root, stolen).status_code == 200
    own = json.loads(secure.do("cert", "add", "--tenant", tenant.name, str(stolen.path), "--json"))
    secure.do("cert", "revoke", str(own["id"]))
    assert ask(secure, root, stolen).status_code == 401
    assert ask(secure, root, good).status_code == 200


def test_a_binding_has_scopes_a_source_and_an_end(secure, maker, root, fresh, name):
    tenant, short = secure.tenant(), maker.make("short-corp", kind="ca", ends=3)
    bound = bind(secure, tenant.name, short, "san-dns", name, "--scope", "read", "--source", "okta", "--expires", "90d")
    assert (bound["scope"], bound["source"]) == ("read", "okta")
    sooner = bind(secure, tenant.name, short, "san-dns", "x" + name, "--expires", "2d")
    assert bound["created"] < sooner["expires"] < bound["expires"] < sooner["created"].replace("20", "21", 1)
    with client(secure, root, fresh(short, f"DNS:{name}")) as http:
        assert http.get("/Users").status_code == 200
        assert http.post("/Users", json=user("eve")).status_code == 403


def test_a_token_beside_it_must_be_of_a_tenant_that_lives(secure, root, authority, fresh, name):
    mine, other = secure.tenant(), secure.tenant()
    bind(secure, mine.name, authority, "san-dns", name)
    shown = fresh(authority, f"DNS:{name}")
    assert ask(secure, root, shown, mine.token).status_code == 200
    assert "different tenants" in ask(secure, root, shown, other.token).json()["detail"]
    secure.do("tenant", "suspend", mine.name)
    assert "suspended" in ask(secure, root, shown).json()["detail"]
    assert "different tenants" in ask(secure, root, shown, other.token).json()["detail"]
    secure.do("tenant", "resume", mine.name)
    assert ask(secure, root, shown).status_code == 200
    # Who knows nothing of the name has no say beside a token.
    assert ask(secure, root, fresh(None, f"DNS:{name}"), other.token).status_code == 200


def test_a_removed_tenant_gives_the_name_up(secure, root, authority, fresh, name):
    gone, next_one = secure.tenant(), secure.tenant()
    bind(secure, gone.name, authority, "san-dns", name)
    secure.do("tenant", "remove", gone.name, "--yes")
    shown = fresh(authority, f"DNS:{name}")
    assert ask(secure, root, shown).status_code == 401
    bind(secure, next_one.name, authority, "san-dns", name)
    assert ask(secure, root, shown, prefix=f"/t/{next_one.name}/scim/v2").status_code == 200


def test_behind_a_proxy_its_certificate_is_not_its_clients(tmp_path, maker, root, authority, fresh):
    with serving(tmp_path, maker.make("behind", root), "--behind-proxy", "127.0.0.1") as daemon:
        tenant = daemon.tenant()
        bind(daemon, tenant.name, authority, "san-dns", DNS)
        shown = fresh(authority, f"DNS:{DNS}")
        assert ask(daemon, root, shown).status_code == 401
        assert ask(daemon, root, shown, tenant.token).status_code == 200
