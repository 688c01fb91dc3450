# SPDX-License-Identifier: Apache-2.0
"""Certificates made at test time by the openssl command."""

import base64
import hashlib
import os
import ssl
import subprocess
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone

from daemon import Daemon

EXTENSIONS = """
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
[server]
subjectAltName = IP:127.0.0.1, DNS:localhost
[client]
extendedKeyUsage = clientAuth
subjectAltName = DNS:client.example
"""


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


def moment(days):
    return (datetime.now(timezone.utc) + timedelta(days=days)).strftime("%Y%m%d%H%M%SZ")


class Certificate:
    """One certificate with its key, in files of their own."""

    def __init__(self, folder, name):
        self.name = name
        self.path, self.key_path = folder / f"{name}.pem", folder / f"{name}.key"

    @property
    def pem(self):
        return self.path.read_text()

    @property
    def key(self):
        return self.key_path.read_text()

    @property
    def der(self):
        return ssl.PEM_cert_to_DER_cert(self.pem)

    @property
    def thumbprint(self):
        """x5t#S256 of RFC 8705 section 3.1."""
        return base64.urlsafe_b64encode(hashlib.sha256(self.der).digest()).rstrip(b"=").decode()


class Maker:
    """Makes certificates in one folder, each signed by another or by itself."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "extensions").write_text(EXTENSIONS)

    def make(self, name, signer=None, kind="server", begins=-1, ends=90, subject=None, extensions=None):
        """`extensions`: lines of an extension file in place of those that `kind` stands for."""
        made = Certificate(self.folder, name)
        request = self.folder / f"{name}.csr"
        openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-subj", subject or f"/O=Roster tests/CN={name}", "-keyout", made.key_path, "-out", request)
        os.chmod(made.key_path, 0o600)
        signer = signer or made
        # `x509 -req` cannot set dates; `ca` wants a database of its own.
        place = self.folder / f"{name}.ca"
        place.mkdir(exist_ok=True)
        (place / "index").write_text("")
        (place / "config").write_text(
            f"[ca]\ndefault_ca = it\n[it]\ndatabase = {place}/index\nnew_certs_dir = {place}\n"
            "default_md = sha256\npolicy = any\nrand_serial = yes\n"
            "[any]\ncommonName = supplied\norganizationName = optional\norganizationalUnitName = optional\n"
        )
        file = self.folder / "extensions"
        if extensions is not None:
            file = place / "extensions"
            file.write_text(f"[{kind}]\n{extensions}\n")
        signing = ["-selfsign"] if signer is made else ["-cert", signer.path]
        openssl("ca", "-batch", "-notext", "-preserveDN", "-config", place / "config", "-in", request,
                "-out", made.path, "-keyfile", signer.key_path, *signing, "-startdate", moment(begins), "-enddate", moment(ends),
                "-extfile", file, "-extensions", kind)
        return made


    def chain(self, certificate, *above):
        """The same certificate, shown together with those that signed it."""
        made = Certificate(self.folder, certificate.name)
        made.path = self.folder / f"{certificate.name}.chain.pem"
        made.path.write_text("".join(one.pem for one in (certificate, *above)))
        return made


def trusting(*certificates, shows=None):
    """A client that believes these certificates alone, and shows one of its own where it is asked."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata="\n".join(one.pem for one in certificates))
    if shows:
        context.load_cert_chain(shows.path, shows.key_path)
    return context


class Place:
    """The two files that a server reads, replaced as a renewal does: each by renaming."""

    def __init__(self, folder):
        self.certificate, self.key = folder / "server.pem", folder / "server.key"
        self.options = ["--tls-cert", str(self.certificate), "--tls-key", str(self.key)]

    def put(self, certificate, key, mode=0o600):
        for path, text, rights in ((self.certificate, certificate, 0o644), (self.key, key, mode)):
            fresh = path.with_suffix(".new")
            fresh.write_text(text)
            os.chmod(fresh, rights)
            os.replace(fresh, path)


@contextmanager
def serving(folder, certificate, *options, pem=None):
    place = Place(folder)
    place.put(pem or certificate.pem, certificate.key)
    daemon = Daemon(folder, *place.options, *options).start()
    daemon.place = place
    yield daemon
    daemon.end()
