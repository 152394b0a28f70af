"""The client's side of OpenID Connect: the authorization code flow with PKCE, state and nonce."""

import hmac
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from business.identity.tokens import fingerprint
from config.secrets import Secret
from config.settings import Provider

SIGNED_WITH = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Never 'none', nor a secret that the provider shares with its clients."""
TIMEOUT_S = 8.0
METADATA_S = 3600.0
LEEWAY_S = 60
LONGEST = 254


class ProviderError(Exception):
    """Raised when the provider does not say who somebody is; for the log, not for the browser."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What holds one log-in together, drawn from a cookie that the browser alone has."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def of(cls, cookie: str) -> "Keys":
        return cls(*(fingerprint(f"{name}:{cookie}") for name in ("state", "nonce", "verifier")))

    def returned(self, state: str) -> bool:
        return hmac.compare_digest(self.state.encode(), state.encode())


@dataclass(frozen=True, slots=True)
class Claims:
    """Whom the provider vouches for. The subject alone is his for ever."""

    subject: str
    name: str
    email: str


class OpenId:
    """One provider."""

    def __init__(
        self,
        provider: Provider,
        secret: Secret | None = None,
        *,
        wall_s: Callable[[], float] = time.time,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.provider = provider
        self._secret = secret
        self._wall_s = wall_s
        self._transport = transport
        self._metadata: dict[str, Any] = {}
        self._read_s = 0.0

    async def address(self, back: str, keys: Keys) -> str:
        """Where the browser goes to log in. Raises ProviderError."""
        metadata = await self._know()
        query = {
            "response_type": "code",
            "client_id": self.provider.client_id,
            "redirect_uri": back,
            "scope": "openid profile email",
            "state": keys.state,
            "nonce": keys.nonce,
            "code_challenge": create_s256_code_challenge(keys.verifier),
            "code_challenge_method": "S256",
        }
        start = str(metadata["authorization_endpoint"])
        return f"{start}{'&' if '?' in start else '?'}{urlencode(query)}"

    async def identify(self, code: str, back: str, keys: Keys) -> Claims:
        """Whose the code is with which the browser came back. Raises ProviderError."""
        metadata = await self._know()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": keys.verifier,
        }
        answer = await self._ask(str(metadata["token_endpoint"]), form)
        if not isinstance(answer.get("id_token"), str):
            raise ProviderError("the provider sent no ID token")
        keyring = await self._ask(str(metadata["jwks_uri"]))
        return self.claims_of(answer["id_token"], keyring, keys.nonce, str(answer.get("access_token", "")))

    def claims_of(
        self, id_token: str, keyring: Mapping[str, Any], nonce: str, access_token: str = ""
    ) -> Claims:
        """What the token says, when it is signed by the provider, for this client and this log-in
        (OpenID Connect Core 1.0, 3.1.3.7). Raises ProviderError."""
        client = self.provider.client_id
        try:
            registry = JWSRegistry(algorithms=list(SIGNED_WITH), strict_check_header=False)
            token = jwt.decode(id_token, KeySet.import_key_set(dict(keyring)), registry=registry)  # type: ignore[arg-type]
            claims = CodeIDToken(
                token.claims,
                token.header,
                {"iss": {"values": [self.provider.issuer]}, "aud": {"values": [client]}},
                {"nonce": nonce, "client_id": client, "access_token": access_token},
            )
            claims.validate(now=int(self._wall_s()), leeway=LEEWAY_S)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise ProviderError(f"the ID token is not valid: {error!r}") from error
        subject, audience = claims["sub"], claims["aud"]
        if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST:
            raise ProviderError(f"the ID token has no usable subject: {subject!r:.300}")
        if isinstance(audience, list) and len(audience) > 1 and claims.get("azp") != client:
            raise ProviderError("the ID token is for several clients and says not which")
        verified = claims.get("email") if claims.get("email_verified") is not False else ""
        name = claims.get("preferred_username") or claims.get("name") or verified or subject
        return Claims(subject, str(name)[:LONGEST], str(verified or "")[:LONGEST])

    async def _know(self) -> dict[str, Any]:
        if not self._metadata or self._wall_s() - self._read_s > METADATA_S:
            found = await self._ask(self.provider.issuer.rstrip("/") + "/.well-known/openid-configuration")
            if found.get("issuer") != self.provider.issuer:
                raise ProviderError(f"the provider calls itself {found.get('issuer')!r}")
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                if not isinstance(found.get(name), str):
                    raise ProviderError(f"the provider has no {name}")
            self._metadata, self._read_s = found, self._wall_s()
        return self._metadata

    async def _ask(self, url: str, form: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Read a JSON object, or post a form to the token endpoint."""
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT_S, transport=self._transport) as client:
                if form is None:
                    response = await client.get(url)
                else:
                    data, basic = self._proof()
                    response = await client.post(url, data={**form, **data}, auth=basic)
                response.raise_for_status()
                found = response.json()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise ProviderError(f"{url} did not answer as it should: {error!r}") from error
        if not isinstance(found, dict):
            raise ProviderError(f"{url} did not answer with an object")
        return found

    def _proof(self) -> tuple[dict[str, str], httpx.Auth]:
        """How this site shows the provider who it is: by header where it can, else in the form."""
        client = self.provider.client_id
        if self._secret is None:
            return {"client_id": client}, httpx.Auth()
        ways = self._metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if "client_secret_basic" in ways:
            return {}, httpx.BasicAuth(*map(_encoded, (client, self._secret.reveal())))
        return {"client_id": client, "client_secret": self._secret.reveal()}, httpx.Auth()


def _encoded(text: str) -> str:
    """As RFC 6749, 2.3.1 wants it in the header."""
    return urlencode({"": text})[1:]
