"""How often a program may ask."""

from collections.abc import Iterator

import pytest
from sqlalchemy import URL

from business.rest.limiting import Rates
from tests.business.conftest import GOOD
from tests.business.rest.conftest import Desk


@pytest.fixture
def narrow(database: URL) -> Iterator[Desk]:
    desk = Desk(database, Rates(requests=5, log_ins=3))
    desk.staff()
    yield desk
    desk.close()


def test_a_session_has_so_many_requests_a_minute(narrow: Desk) -> None:
    token, other = narrow.token("viewer"), narrow.token("operator")
    left = [narrow.ask("GET", "/me", token) for _ in range(5)]
    assert [one.headers["ratelimit"].split(";")[1] for one in left] == ["r=4", "r=3", "r=2", "r=1", "r=0"]
    assert left[0].headers["ratelimit-policy"] == '"requests";q=5;w=60'
    over = narrow.ask("GET", "/me", token)
    assert (over.status_code, over.json()["code"]) == (429, "too-many-requests")
    assert 0 < int(over.headers["retry-after"]) <= 60
    assert over.headers["ratelimit"].startswith('"requests";r=0;t=')
    assert narrow.ask("GET", "/me", other).status_code == 200


def test_an_address_has_so_many_log_ins_a_minute_whoever_it_tries(narrow: Desk) -> None:
    statuses = [
        narrow.ask("POST", "/tokens", body={"grant": "password", "user": user, "password": GOOD}).status_code
        for user in ("viewer", "operator", "auditor", "administrator")
    ]
    assert statuses == [200, 200, 200, 429]


def test_tokens_that_are_none_are_counted_by_address(narrow: Desk) -> None:
    statuses = [narrow.ask("GET", "/me", f"guess-{at}").status_code for at in range(6)]
    assert statuses == [401] * 5 + [429]
