"""Does this event come from the provider? How an event is signed, and how a signature is checked.

`Authorization: Signature <base64>` signs the body's bytes with RSA (PKCS #1 v1.5) and the hash that
`X-MS-Signature-Algorithm` names (`rsa-sha256`), under the certificate at `X-MS-Certificate-Url`. The documented
check: the three headers are there, the certificate is fetched, its chain and its organization are checked, then the
signature. Source: partner-center-webhooks. The address and the issuers that 21Vianet uses are documented nowhere, so
both are settings, and without them nothing is believed.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

BODY_CAP = 1_000_000
SCHEME = "Signature"
ALGORITHM = "rsa-sha256"
CERTIFICATE_URL = "X-MS-Certificate-Url"
SIGNATURE_ALGORITHM = "X-MS-Signature-Algorithm"
SMALLEST_KEY = 2048
LONGEST_CHAIN = 5

# SHA-1 stands in the documentation's own sample code; nobody should believe it any more.
_HASHES = {"rsa-sha256": hashes.SHA256(), "rsa-sha384": hashes.SHA384(), "rsa-sha512": hashes.SHA512()}


class BadSignature(Exception):
    """The event is not shown to come from the provider; the text says why, for our log and never for the sender."""


@dataclass(frozen=True)
class Trust:
    """Whom we believe: the origins certificates are fetched from (`https://host[:port]`), the certificates in whose
    name others are issued (PEM, one or more), and a word of the certificate's organization ("" for any)."""

    origins: frozenset[str]
    issuers: bytes
    organization: str = ""


def signed(body: bytes, key: RSAPrivateKey, certificate_url: str) -> dict[str, str]:
    """The headers under which an event's body is sent."""
    signature = key.sign(body, PKCS1v15(), _HASHES[ALGORITHM])
    return {
        "Authorization": f"{SCHEME} {base64.b64encode(signature).decode()}",
        CERTIFICATE_URL: certificate_url,
        SIGNATURE_ALGORITHM: ALGORITHM,
    }


def check(
    body: bytes, headers: Mapping[str, str], *, trust: Trust, fetch: Callable[[str], bytes], now: datetime
) -> None:
    """Raise BadSignature unless this body was signed by somebody we trust.

    `headers` are looked up in any case; `fetch` returns what stands at an address (http.fetched) and may raise
    anything; `now` is the machine's time, for the certificates' own dates. Nothing is fetched from an address
    that is not trusted."""
    named = {name.lower(): value for name, value in headers.items()}
    scheme, _, encoded = named.get("authorization", "").partition(" ")
    algorithm = named.get(SIGNATURE_ALGORITHM.lower(), "").strip().lower()
    url = named.get(CERTIFICATE_URL.lower(), "").strip()
    if scheme.lower() != SCHEME.lower() or not encoded.strip() or not algorithm or not url:
        raise BadSignature("a header of the three is missing")
    if len(body) > BODY_CAP:
        raise BadSignature("the body is too large")
    if algorithm not in _HASHES:
        raise BadSignature("an algorithm we do not believe")
    if _origin(url) not in trust.origins:
        raise BadSignature("the certificate is at an address we do not trust")
    key = _trusted_key(_certificates(_fetched(url, fetch)), trust, now)
    try:
        key.verify(base64.b64decode(encoded.strip(), validate=True), body, PKCS1v15(), _HASHES[algorithm])
    except (InvalidSignature, binascii.Error, ValueError):
        raise BadSignature("the signature does not fit the body") from None


def _origin(url: str) -> str:
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    if parts.username or parts.password or not parts.hostname:
        return ""
    return f"{parts.scheme}://{parts.hostname}{port}"


def _fetched(url: str, fetch: Callable[[str], bytes]) -> bytes:
    try:
        return fetch(url)
    except Exception as error:
        raise BadSignature(f"the certificate can't be fetched: {type(error).__name__}") from None


def _certificates(data: bytes) -> list[x509.Certificate]:
    """The certificate in DER or PEM, with those of its chain that came along behind it."""
    try:
        if b"-----BEGIN" in data:
            return x509.load_pem_x509_certificates(data)
        return [x509.load_der_x509_certificate(data)]
    except ValueError:
        raise BadSignature("there is no certificate at its address") from None


def _trusted_key(chain: Sequence[x509.Certificate], trust: Trust, now: datetime) -> RSAPublicKey:
    leaf, issuers = chain[0], _certificates(trust.issuers)
    _check_chain(leaf, chain[1:], issuers, now)
    organizations = [str(one.value) for one in leaf.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)]
    if trust.organization and trust.organization not in organizations:
        raise BadSignature("the certificate is of another organization")
    key = leaf.public_key()
    if not isinstance(key, RSAPublicKey) or key.key_size < SMALLEST_KEY:
        raise BadSignature("the certificate has no key of this kind, or a weak one")
    return key


def _check_chain(
    leaf: x509.Certificate, sent: Sequence[x509.Certificate], issuers: Sequence[x509.Certificate], now: datetime
) -> None:
    """Climb from the certificate to one of the issuers we trust, through those that came along."""
    current, anchors = leaf, {one.fingerprint(hashes.SHA256()) for one in issuers}
    _check_dates(current, now)
    for _ in range(LONGEST_CHAIN):
        above = next((one for one in (*issuers, *sent) if _issued(one, current)), None)
        if above is None or above is current:
            break
        _check_dates(above, now)
        if above.fingerprint(hashes.SHA256()) in anchors:
            return
        current = above
    raise BadSignature("the certificate's chain does not end at an issuer we trust")


def _issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        if not issuer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
            return False
        certificate.verify_directly_issued_by(issuer)
    except (x509.ExtensionNotFound, ValueError, TypeError, InvalidSignature):
        return False
    return True


def _check_dates(certificate: x509.Certificate, now: datetime) -> None:
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise BadSignature("a certificate of the chain is not valid now")


def as_der(certificate: x509.Certificate) -> bytes:
    """A certificate as it is served at its address."""
    return certificate.public_bytes(Encoding.DER)
