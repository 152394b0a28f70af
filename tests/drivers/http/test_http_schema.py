"""What a site file may say about a platform."""

import pytest
from pydantic import ValidationError

from drivers import SCHEMAS
from drivers.http.schema import Connection, Options, Source, Write

HTTP = SCHEMAS["http"]
URL = "https://platform.example/api"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"url": "file:///etc/passwd"}, "none of http:// or https://"),
        ({"url": "ftp://h/a"}, "none of http:// or https://"),
        ({"url": "//h/a"}, "none of http:// or https://"),
        ({"url": "http://a..b/"}, "between two dots"),
        ({"url": "http://user:secret@h/"}, "leave user and password out"),
        ({"url": "http://h:99999/"}, "[Pp]ort"),
        ({"url": URL, "auth": "bearer"}, "needs secret"),
        ({"url": URL, "auth": "basic", "secret": "s"}, "needs user"),
        ({"url": URL, "auth": "header", "secret": "s", "name": "X Key:"}, "needs name"),
        ({"url": "http://h/", "ca": "/ca.pem"}, "belong to https"),
        ({"url": URL, "fingerprint": "abc"}, "64 hexadecimal digits"),
        ({"url": URL, "match": {"a..b": 1}}, "goes wrong at character"),
    ],
)
def test_a_connection_that_leads_nowhere_is_refused(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Connection.model_validate(wrong)


def test_options_and_sources_that_cannot_work_are_refused() -> None:
    for options in (
        {"stale_s": 5},
        {"zone": "Mars"},
        {"headers": {"a b": "c"}},
        {"headers": {"a": "b\r\nc"}},
    ):
        with pytest.raises(ValidationError):
            Options.model_validate(options)
    for path in ("https://other.example/x", "//other.example/x"):
        with pytest.raises(ValidationError, match="leads to another host"):
            Source(path="a", write=Write(path=path))
    with pytest.raises(ValidationError, match="goes wrong at character"):
        Source(path="a[")
    assert list(HTTP.problems(Source(path="a", text=True, map={"x": 1}), Options()))
    assert not list(HTTP.problems(Source(path="a"), Options()))
    assert not HTTP.references(Source(path="a"))


def test_a_fingerprint_may_be_written_in_pairs() -> None:
    pairs = ":".join(["AB"] * 32)
    assert Connection(url=URL, fingerprint=f"sha256:{pairs}").fingerprint == "ab" * 32
