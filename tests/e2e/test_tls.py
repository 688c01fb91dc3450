# SPDX-License-Identifier: Apache-2.0
"""HTTPS on the listener: versions, chains, certificates that are replaced, clients that stall."""

import os
import re
import signal
import socket
import ssl
import threading
import time

import httpx
import pytest

from certificates import Maker, Place, openssl, serving, trusting
from daemon import PATIENCE_S, Daemon, roster, wait_for
from expect import user
from wire import connected, head

HSTS = "strict-transport-security"


@pytest.fixture(scope="module")
def maker(tmp_path_factory):
    return Maker(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def root(maker):
    return maker.make("root", kind="ca")


@pytest.fixture(scope="module")
def first(maker, root):
    return maker.make("first", root)


@pytest.fixture(scope="module")
def second(maker, root):
    return maker.make("second", root)


@pytest.fixture(scope="module")
def secure(tmp_path_factory, first):
    with serving(tmp_path_factory.mktemp("secure"), first) as daemon:
        yield daemon


def shake(server, context, name="127.0.0.1"):
    with socket.create_connection(server.address, timeout=PATIENCE_S) as plain:
        with context.wrap_socket(plain, server_hostname=name) as wrapped:
            return wrapped.version(), wrapped.cipher()[0], wrapped.getpeercert(binary_form=True)


def shown(server, root):
    """The certificate that a new connection is shown."""
    return shake(server, trusting(root))[2]


def only(root, version):
    context = trusting(root)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    return context


def metric(server, root, name):
    text = httpx.get(f"{server.url}/metrics", verify=trusting(root), trust_env=False).text
    return float(re.search(rf"^{name} (\S+)$", text, re.MULTILINE).group(1))


def test_the_listener_speaks_https_and_says_so(secure, root):
    assert secure.url.startswith("https://127.0.0.1:")
    tenant = secure.tenant()
    with tenant.client(verify=trusting(root)) as http:
        made = http.post("/Users", json=user("ada"))
        assert made.status_code == 201 and made.headers["location"].startswith(secure.url + "/scim/v2/Users/")
        assert http.get(made.headers["location"]).json()["userName"] == "ada"


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_current_versions_of_tls_are_spoken_with_forward_secrecy(secure, root, version):
    spoken, cipher, _ = shake(secure, only(root, version))
    assert spoken == version.name.replace("v1_", "v1.")
    assert re.search("GCM|CHACHA20", cipher) and (spoken == "TLSv1.3" or cipher.startswith("ECDHE-"))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_old_versions_of_tls_are_refused(secure, root, version):
    with pytest.raises((ssl.SSLError, ConnectionError)):
        shake(secure, only(root, version))


@pytest.mark.parametrize("cipher", ["AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-AES128-SHA"])
def test_suites_without_forward_secrecy_or_aead_are_refused(secure, root, cipher):
    context = only(root, ssl.TLSVersion.TLSv1_2)
    context.set_ciphers(f"{cipher}:@SECLEVEL=0")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        shake(secure, context)


def test_every_answer_over_tls_asks_for_strict_transport_security(secure, root):
    with secure.tenant().client(verify=trusting(root)) as http:
        answers = [
            http.get("/Users"),
            http.get("/Users", headers={"Authorization": "Bearer wrong"}),
            http.get(secure.url + "/nowhere"),
        ]
    assert [one.status_code for one in answers] == [200, 401, 404]
    assert [one.headers.get(HSTS) for one in answers] == ["max-age=31536000"] * 3
    with socket.create_connection(secure.address, timeout=PATIENCE_S) as plain:
        with trusting(root).wrap_socket(plain, server_hostname="127.0.0.1") as wrapped:
            wrapped.sendall(head("GET", "/healthz", "Host: another").encode())
            refusal = wrapped.recv(65536).lower()
    assert refusal.startswith(b"http/1.1 400 ") and b"strict-transport-security: max-age=31536000" in refusal


def test_plain_http_asks_for_no_transport_security(server, client):
    assert client.get("/Users").status_code == 200 and HSTS not in client.get("/Users").headers


def test_a_chain_with_an_intermediate_needs_no_more_than_the_root(tmp_path, maker, root):
    between = maker.make("between", root, kind="ca")
    leaf = maker.make("leaf", between)
    with serving(tmp_path, leaf, pem=leaf.pem + between.pem) as daemon:
        assert shown(daemon, root) == leaf.der


def test_a_public_address_is_served_with_tls(tmp_path, first):
    place = Place(tmp_path)
    place.put(first.pem, first.key)
    daemon = Daemon(tmp_path, *place.options, "--listen", "0.0.0.0:0").start()
    assert daemon.url.startswith("https://0.0.0.0:")
    daemon.stop()


# What cannot be used, with what is said of it. The rest of a row fits.
def broken(maker, first, second, root):
    expired = maker.make("expired", root, begins=-9, ends=-2)
    between = maker.make("unsorted", root, kind="ca")
    leaf = maker.make("unsorted-leaf", between)
    return {
        "no certificate": ("nothing", first.key, 0o600, "no chain"),
        "a certificate that is cut off": (first.pem[:300], first.key, 0o600, "no chain"),
        "a chain that is not in order": (between.pem + leaf.pem, between.key, 0o600, "not in order"),
        "a long chain": (first.pem * 11, first.key, 0o600, "up to 10"),
        "no key": (first.pem, "nothing", 0o600, "no private key"),
        "the key of another certificate": (first.pem, second.key, 0o600, "is not that of the first certificate"),
        "a key that a group may read": (first.pem, first.key, 0o640, "chmod 600"),
        "a key that everybody may read": (first.pem, first.key, 0o604, "chmod 600"),
        "an expired certificate": (expired.pem, expired.key, 0o600, "has expired"),
    }


def test_files_that_cannot_be_used_are_refused_at_the_start(tmp_path, maker, root, first, second):
    place = Place(tmp_path)
    for name, (certificate, key, mode, says) in broken(maker, first, second, root).items():
        if name == "an expired certificate":
            continue  # serves: a reload could not make it better
        place.put(certificate, key, mode)
        done = roster("serve", "--store", f"sqlite:{tmp_path}/r.db", "--listen", "127.0.0.1:0", *place.options)
        assert done.returncode == 78 and says in done.stderr and done.stdout == "", (name, done)
    place.key.unlink()
    done = roster("serve", "--store", f"sqlite:{tmp_path}/r.db", "--listen", "127.0.0.1:0", *place.options)
    assert done.returncode == 78 and str(place.key) in done.stderr


def test_certificate_and_key_are_given_together(tmp_path, first):
    for option in ("--tls-cert", "--tls-key"):
        done = roster("serve", "--store", f"sqlite:{tmp_path}/r.db", option, str(first.path))
        assert done.returncode == 78 and "belong together" in done.stderr


def test_an_encrypted_key_is_refused_with_a_remedy(tmp_path, first):
    locked = tmp_path / "locked.key"
    openssl("pkcs8", "-topk8", "-in", first.key_path, "-out", locked, "-passout", "pass:secret")
    os.chmod(locked, 0o600)
    done = roster("serve", "--store", f"sqlite:{tmp_path}/r.db", "--tls-cert", str(first.path), "--tls-key", str(locked))
    assert done.returncode == 78 and "without a passphrase" in done.stderr


def test_a_broken_file_at_a_reload_keeps_the_old_certificate(tmp_path, maker, root, first, second):
    with serving(tmp_path, first) as daemon:
        refused = 0
        for name, (certificate, key, mode, says) in broken(maker, first, second, root).items():
            daemon.place.put(certificate, key, mode)
            daemon.send_signal(signal.SIGHUP)
            wait_for(lambda: metric(daemon, root, "roster_tls_reload_failures_total") > refused, name)
            refused = metric(daemon, root, "roster_tls_reload_failures_total")
            assert shown(daemon, root) == first.der, name
            refusals = [line for line in daemon.log.splitlines() if "tls-reload-refused" in line]
            assert says in refusals[-1], name
        assert metric(daemon, root, "roster_tls_reloads_total") == 0
        daemon.place.put(second.pem, second.key)
        daemon.send_signal(signal.SIGHUP)
        wait_for(lambda: shown(daemon, root) == second.der, "the second certificate")


def test_files_that_are_replaced_are_taken_without_a_signal(tmp_path, root, first, second):
    with serving(tmp_path, first) as daemon:
        daemon.place.put(second.pem, second.key)
        wait_for(lambda: shown(daemon, root) == second.der, "the second certificate")
        assert metric(daemon, root, "roster_tls_reloads_total") == 1


def test_the_end_of_the_certificate_is_logged_and_measured(tmp_path, maker, root):
    soon = maker.make("soon", root, ends=5)
    with serving(tmp_path, soon) as daemon:
        left = metric(daemon, root, "roster_tls_certificate_expires_seconds")
        assert 4 * 86400 < left <= 5 * 86400
        assert '"event":"tls-certificate-expires"' in daemon.log and '"days":4' in daemon.log


class Traffic(threading.Thread):
    """Requests on one connection that is never closed, until it is told to end."""

    def __init__(self, tenant, context, number):
        super().__init__()
        self.tenant, self.context, self.number = tenant, context, number
        self.done, self.count, self.error = threading.Event(), 0, None

    def run(self):
        wire = self.context.wrap_socket(socket.create_connection(self.tenant.server.address, timeout=PATIENCE_S),
                                        server_hostname="127.0.0.1")
        body = b'{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"%d-%d"}'
        try:
            while not self.done.is_set():
                text = body % (self.number, self.count)
                wire.sendall(
                    head("POST", "/scim/v2/Users", f"Authorization: Bearer {self.tenant.token}",
                         "Content-Type: application/scim+json", f"Content-Length: {len(text)}").encode() + text
                )
                answer = b""
                while not (b"\r\n\r\n" in answer and answer.endswith(b"}")):
                    piece = wire.recv(65536)
                    assert piece, "the connection ended"
                    answer += piece
                assert answer.startswith(b"HTTP/1.1 201 "), answer
                self.count += 1
        except (OSError, AssertionError) as error:
            self.error = error
        wire.close()


def test_reloads_drop_no_connection_and_no_request(tmp_path, root, first, second):
    with serving(tmp_path, first) as daemon:
        tenant = daemon.tenant()
        traffic = [Traffic(tenant, trusting(root), number) for number in range(8)]
        for one in traffic:
            one.start()
        for turn in range(12):
            current = (second, first)[turn % 2]
            before = [one.count for one in traffic]
            daemon.place.put(current.pem, current.key)
            daemon.send_signal(signal.SIGHUP)
            wait_for(lambda: shown(daemon, root) == current.der, "the other certificate")
            wait_for(
                lambda: all(one.error or one.count > had for one, had in zip(traffic, before)),
                "requests after the reload",
            )
        for one in traffic:
            one.done.set()
            one.join()
        assert [one.error for one in traffic] == [None] * 8
        with tenant.client(verify=trusting(root)) as http:
            assert http.get("/Users?count=0").json()["totalResults"] == sum(one.count for one in traffic)


def test_plain_http_at_the_tls_port_is_closed_and_harms_nobody(secure, root):
    with connected(secure) as wire:
        assert wire.send(head("GET", "/healthz")).closed()
    assert httpx.get(f"{secure.url}/healthz", verify=trusting(root), trust_env=False).status_code == 200


def half_open(server, count):
    """Connections that say nothing, and some that stop in the middle of their first record."""
    stalled = [socket.create_connection(server.address, timeout=PATIENCE_S) for _ in range(count)]
    for one in stalled[::2]:
        one.sendall(b"\x16\x03\x01\x02\x00\x01\x00")
    return stalled


def test_half_open_handshakes_do_not_hold_up_others(secure, root):
    stalled = half_open(secure, 300)
    with secure.tenant().client(verify=trusting(root)) as http:
        assert [http.get("/Users").status_code for _ in range(20)] == [200] * 20
        assert http.post("/Users", json=user("eve")).status_code == 201
    assert shown(secure, root)
    for one in stalled:
        one.close()


@pytest.mark.long
def test_half_open_handshakes_are_cut_off(secure):
    began = time.monotonic()
    stalled = half_open(secure, 20)
    try:
        assert [one.recv(1) for one in stalled] == [b""] * 20
    except ConnectionResetError:
        pass
    assert time.monotonic() - began > 10  # patience with slow networks
    for one in stalled:
        one.close()
