"""A real OpenID provider on the loopback, held to PKCE, which it would otherwise leave out.

Run as a process of its own: `python -m tests.hmi.openid_provider SUBJECT...`; it ends when its input ends.
"""

import base64
import hashlib
import io
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs
from urllib.request import urlopen

App = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Strict:
    """Refuses a request without a challenge, and a code without the verifier of its challenge (RFC 7636)."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._challenges: set[str] = set()
        self._exchanged = 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == "/exchanged":
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [str(self._exchanged).encode()]
        if path.endswith("/authorize"):
            query = parse_qs(environ["QUERY_STRING"])
            if query.get("code_challenge_method") != ["S256"] or not query.get("nonce"):
                return _refuse(start_response, b"a challenge and a nonce are wanted")
            self._challenges.update(query["code_challenge"])
        if path.endswith("/token"):
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            environ["wsgi.input"] = io.BytesIO(body)
            [verifier] = parse_qs(body.decode()).get("code_verifier", [""])
            digest = hashlib.sha256(verifier.encode()).digest()
            challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            if challenge not in self._challenges:
                return _refuse(start_response, b"the verifier is wrong")
            self._challenges.remove(challenge)
            self._exchanged += 1
        return self._app(environ, start_response)


def _refuse(start_response: Any, why: bytes) -> Iterable[bytes]:
    start_response("400 Bad Request", [("Content-Type", "text/plain")])
    return [why]


class Provider:
    def __init__(self, issuer: str) -> None:
        self.issuer = issuer

    def exchanged(self) -> int:
        """How many codes it has been shown, each with the right verifier."""
        with urlopen(f"{self.issuer}/exchanged") as answer:
            return int(answer.read())


@contextmanager
def provider(*subjects: str) -> Iterator[Provider]:
    """While it runs; the subjects log in with one click."""
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "tests.hmi.openid_provider", *subjects],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        yield Provider(process.stdout.readline().strip())
        process.stdin.close()


def main(subjects: list[str]) -> None:
    from oidc_provider_mock import User, run_server_in_thread  # type: ignore[import-untyped]

    users = [User(sub=one, claims={"preferred_username": one}) for one in subjects]
    with run_server_in_thread(require_nonce=True, user_claims=users) as server:
        server.app = Strict(server.app)
        print(f"http://localhost:{server.server_port}", flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1:])
