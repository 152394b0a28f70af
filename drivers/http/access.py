"""How a request says who asks."""

import httpx

from drivers.http.schema import Access


def authorisation(access: Access, secret: str) -> httpx.Auth | None:
    match access.auth:
        case "basic":
            return httpx.BasicAuth(access.user.encode(), secret.encode())
        case "digest":
            return httpx.DigestAuth(access.user.encode(), secret.encode())
        case _:
            return None


def headers(access: Access, secret: str) -> dict[str, str]:
    match access.auth:
        case "bearer":
            return {"Authorization": f"Bearer {secret}"}
        case "header":
            return {access.name: secret}
        case _:
            return {}


def address(url: str, access: Access, secret: str) -> str:
    """With the key in its query, where the platform wants it there."""
    if access.auth != "query":
        return url
    return str(httpx.URL(url).copy_merge_params({access.name: secret}))
