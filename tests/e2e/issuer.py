# SPDX-License-Identifier: Apache-2.0
"""An issuer of signed tokens: keys made by the openssl command, and a server that publishes them."""

import base64
import json
import ssl
import subprocess
import threading
import time
import uuid
from contextlib import contextmanager

from bad_server import Handler, serving

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
MAKE = {
    "RS256": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
    "PS256": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
    "ES256": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "EdDSA": ["-algorithm", "ED25519"],
}
PSS = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"]


def openssl(*arguments, stdin=None):
    return subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, input=stdin).stdout


def b64(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def part(value):
    return b64(json.dumps(value, separators=(",", ":")).encode())


def integers(der):
    """r and s of an ECDSA signature in DER, 32 octets each."""
    out, at = b"", 2
    for _ in range(2):
        length = der[at + 1]
        out += der[at + 2 : at + 2 + length].lstrip(b"\0").rjust(32, b"\0")
        at += 2 + length
    return out


class Key:
    """One key pair for one algorithm, under a key id."""

    def __init__(self, folder, kid, alg="ES256"):
        self.kid, self.alg = kid, alg
        self.path = folder / f"{kid}.key"
        openssl("genpkey", *MAKE[alg], "-out", self.path)
        self.public = openssl("pkey", "-in", self.path, "-pubout", "-outform", "DER")

    def jwk(self, **more):
        if self.alg in ("RS256", "PS256"):
            text = openssl("rsa", "-in", self.path, "-modulus", "-noout").decode()
            modulus = bytes.fromhex(text.partition("=")[2].strip())
            shape = {"kty": "RSA", "n": b64(modulus), "e": "AQAB"}
        elif self.alg == "ES256":
            shape = {"kty": "EC", "crv": "P-256", "x": b64(self.public[-64:-32]), "y": b64(self.public[-32:])}
        else:
            shape = {"kty": "OKP", "crv": "Ed25519", "x": b64(self.public[-32:])}
        return {**shape, "kid": self.kid, "use": "sig", **({"alg": "PS256"} if self.alg == "PS256" else {}), **more}

    def sign(self, text):
        if self.alg == "EdDSA":
            message = self.path.with_suffix(".in")
            message.write_bytes(text)
            return openssl("pkeyutl", "-sign", "-rawin", "-inkey", self.path, "-in", message)
        signed = openssl("dgst", "-sha256", *(PSS if self.alg == "PS256" else []), "-sign", self.path, stdin=text)
        return integers(signed) if self.alg == "ES256" else signed

    def token(self, claims, **header):
        head = {"alg": self.alg, "kid": self.kid, "typ": "at+jwt", **header}
        text = f"{part({k: v for k, v in head.items() if v is not None})}.{part(claims)}"
        return f"{text}.{b64(self.sign(text.encode()))}"


def claims(issuer, audience="api://roster", **more):
    now = int(time.time())
    base = {"iss": issuer, "aud": audience, "sub": "workload-1", "client_id": "workload-1", "iat": now, "exp": now + 3600, "jti": str(uuid.uuid4())}
    return {k: v for k, v in {**base, **more}.items() if v is not None}


class Published:
    """What the server of an issuer answers, and how often it was asked."""

    def __init__(self, *keys):
        self.keys, self.asked = list(keys), 0
        self.status, self.headers, self.body = 200, {}, None
        self.gate = threading.Event()
        self.gate.set()

    def document(self):
        return self.body if self.body is not None else json.dumps({"keys": [key.jwk() for key in self.keys]}).encode()


@contextmanager
def publishing(*keys, certificate=None):
    """The URL of a JWKS as long as the block lasts, and the hand on it; over https with a certificate."""
    published = Published(*keys)

    class Jwks(Handler):
        def do_GET(self):
            published.asked += 1
            published.gate.wait(30)
            try:
                self.answer(published.status, published.document(), **published.headers)
            except OSError:
                pass  # who asked has lost interest

    tls = None
    if certificate:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate.path, certificate.key_path)
    with serving(Jwks, tls) as url:
        published.url = f"{url}/keys"
        yield published
        published.gate.set()
