"""What an ID token must be before anybody is let in (OpenID Connect Core 1.0, 3.1.3.7; S1-4.4)."""

import base64
import hmac
from collections.abc import Mapping
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from business.identity.openid import Claims, Keys, OpenId, ProviderError
from config.settings import Provider
from config.text import Text

ISSUER = "https://id.example.com"
PROVIDER = Provider("corp", Text("集团账号", "Group account"), ISSUER, "steward")
NOW = 1_800_000_000
OWN = RSAKey.generate_key(2048, {"kid": "own", "use": "sig", "alg": "RS256"})
OTHER = RSAKey.generate_key(2048, {"kid": "own", "use": "sig", "alg": "RS256"})
PUBLIC: Mapping[str, Any] = KeySet([OWN]).as_dict(private=False)
GOOD = {
    "iss": ISSUER,
    "aud": "steward",
    "sub": "248289761001",
    "iat": NOW,
    "exp": NOW + 300,
    "nonce": "n-1",
    "email": "li@example.com",
    "email_verified": True,
    "preferred_username": "li",
}


def token(key: Any = OWN, header: Mapping[str, Any] | None = None, **claims: Any) -> str:
    said = {name: value for name, value in {**GOOD, **claims}.items() if value is not None}
    return jwt.encode({"alg": "RS256", "kid": "own", **(header or {})}, said, key)


def claims_of(text: str, nonce: str = "n-1") -> Claims:
    return OpenId(PROVIDER, wall_s=lambda: NOW).claims_of(text, PUBLIC, nonce)


def _part(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def test_a_good_token_says_who_somebody_is() -> None:
    assert claims_of(token()) == Claims("248289761001", "li", "li@example.com")
    assert claims_of(token(aud=["steward", "other"], azp="steward")).subject == "248289761001"
    assert claims_of(token(email_verified=False, preferred_username=None, name="Li")).email == ""
    assert claims_of(token(exp=NOW - 30)).subject, "clocks differ a little"


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example.com"},
        {"iss": None},
        {"aud": "another"},
        {"aud": ["steward", "another"]},
        {"aud": ["steward", "another"], "azp": "another"},
        {"azp": "another"},
        {"aud": None},
        {"nonce": "n-2"},
        {"nonce": None},
        {"exp": NOW - 120},
        {"exp": None},
        {"iat": NOW + 600},
        {"iat": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 300},
    ],
    ids=str,
)
def test_a_token_for_somebody_else_or_another_time_is_worth_nothing(claims: dict[str, Any]) -> None:
    with pytest.raises(ProviderError):
        claims_of(token(**claims))


def test_a_token_that_the_provider_has_not_signed_is_worth_nothing() -> None:
    with pytest.raises(ProviderError):
        claims_of(token(OTHER))
    head, body, _ = token().split(".")
    shared = _part(b'{"alg":"HS256","kid":"own"}')
    mark = hmac.digest(OWN.as_pem(private=False), f"{shared}.{body}".encode(), "sha256")
    with pytest.raises(ProviderError):
        claims_of(f"{shared}.{body}.{_part(mark)}")
    unsigned = "eyJhbGciOiJub25lIn0"
    for bad in (f"{unsigned}.{body}.", f"{head}.{body}.", f"{head}.{body[:-2]}xx.{head}", "", "a.b", "中文"):
        with pytest.raises(ProviderError):
            claims_of(bad)


def test_an_access_token_that_was_swapped_is_noticed() -> None:
    openid = OpenId(PROVIDER, wall_s=lambda: NOW)
    with pytest.raises(ProviderError):
        openid.claims_of(token(at_hash="dNZX1hEZ9wBCzNL40Upu646bdzQA"), PUBLIC, "n-1", "another")


def test_state_nonce_and_verifier_tell_nothing_of_one_another_nor_of_the_cookie() -> None:
    one, other = Keys.of("cookie-1"), Keys.of("cookie-2")
    values = [one.state, one.nonce, one.verifier, other.state, other.nonce, other.verifier]
    assert len(set(values)) == 6
    assert all(43 <= len(value) <= 128 for value in values), "RFC 7636, 4.1"
    assert one.returned(one.state)
    assert not one.returned(other.state)
    assert not one.returned("")
