"""A push service and the browsers that subscribed with it, written from RFC 8030, 8188, 8291 and 8292."""

import base64
import hashlib
import hmac
import json
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from tests.business.notifier.channels.provider import Provider, Request, Response

DAY_S = 24 * 3600
MOST_BYTES = 4096


def text_of(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def bytes_of(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass(frozen=True)
class Message:
    told: dict[str, Any]
    """What the browser reads."""
    ttl: int
    urgency: str
    topic: str
    size: int


class Browser:
    """That subscribed under a sender's public key."""

    def __init__(self, service: str, sender: str) -> None:
        self.sender = sender
        self.token = secrets.token_urlsafe(24)
        self.secret = secrets.token_bytes(16)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.public = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.endpoint = f"{service}/push/{self.token}"

    def subscription(self, **other: Any) -> str:
        """As PushSubscription.toJSON() says it."""
        keys = {"p256dh": text_of(self.public), "auth": text_of(self.secret)}
        return json.dumps({"endpoint": self.endpoint, "expirationTime": None, "keys": keys} | other)

    def open(self, body: bytes) -> dict[str, Any]:
        """Decrypts, step by step as RFC 8291 and RFC 8188 say."""
        salt, record, length = body[:16], int.from_bytes(body[16:20]), body[20]
        sender, sealed = body[21 : 21 + length], body[21 + length :]
        assert length == 65
        assert len(sealed) <= record, "one record only"
        ecdh = self._key.exchange(
            ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        )
        keying = _hmac(_hmac(self.secret, ecdh), b"WebPush: info\0" + self.public + sender + b"\x01")
        pseudo_random = _hmac(salt, keying)
        key = _hmac(pseudo_random, b"Content-Encoding: aes128gcm\0\x01")[:16]
        nonce = _hmac(pseudo_random, b"Content-Encoding: nonce\0\x01")[:12]
        plain = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\0")
        assert plain.endswith(b"\x02"), "the last record"
        told = json.loads(plain[:-1])
        assert isinstance(told, dict)
        return told


class PushService(Provider):
    def __init__(self, wall_s: Callable[[], float] = time.time) -> None:
        super().__init__()
        self.wall_s = wall_s
        self.messages: list[Message] = []
        self.busy_s = ""
        """What Retry-After says; '' while it is not busy."""
        self._browsers: dict[str, Browser] = {}
        self._gone: set[str] = set()

    def browser(self, sender: str) -> Browser:
        one = Browser(self.url, sender)
        self._browsers[f"/push/{one.token}"] = one
        return one

    def forget(self, browser: Browser) -> None:
        """Its person took the permission back."""
        self._gone.add(f"/push/{browser.token}")

    def answer(self, request: Request) -> Response:
        if request.method != "POST" or (browser := self._browsers.get(request.path)) is None:
            return Response(404, b"no such subscription")
        if request.path in self._gone:
            return Response(410, b"unsubscribed")
        if self.busy_s:
            return Response(429, b"", {"Retry-After": self.busy_s})
        headers = request.headers
        if (status := self._signed(headers.get("authorization", ""), browser.sender)) != 200:
            return Response(status, b"the signature is not that of the subscription")
        if len(request.body) > MOST_BYTES:
            return Response(413, b"over 4096 bytes")
        if (
            headers.get("content-encoding") != "aes128gcm"
            or not headers.get("ttl", "").isdigit()
            or headers.get("urgency", "normal") not in {"very-low", "low", "normal", "high"}
            or not re.fullmatch(r"[A-Za-z0-9_-]{0,32}", headers.get("topic", ""))
            or headers.get("host") != self.url.removeprefix("http://")
        ):
            return Response(400, b"bad headers")
        told = browser.open(request.body)
        self.messages.append(
            Message(
                told, int(headers["ttl"]), headers.get("urgency", ""), headers.get("topic", ""),
                len(request.body),
            )
        )  # fmt: skip
        return Response(201, b"", {"Location": f"{self.url}/message/{len(self.messages)}"})

    def _signed(self, header: str, sender: str) -> int:
        found = re.fullmatch(r"vapid t=([^,\s]+), ?k=([A-Za-z0-9_-]+)", header)
        if found is None:
            return 401
        x_and_y = bytes_of(found[2])[1:]
        key = ECKey.import_key(
            {"kty": "EC", "crv": "P-256", "x": text_of(x_and_y[:32]), "y": text_of(x_and_y[32:])}
        )
        try:
            claims = jwt.decode(found[1], key, algorithms=["ES256"]).claims
        except (JoseError, ValueError):
            return 401
        now = self.wall_s()
        if claims.get("aud") != self.url or not now < claims.get("exp", 0) <= now + DAY_S:
            return 401
        if not re.match(r"mailto:|https:", claims.get("sub", "")):
            return 401
        return 200 if found[2] == sender else 403


def _hmac(key: bytes, content: bytes) -> bytes:
    return hmac.new(key, content, hashlib.sha256).digest()
