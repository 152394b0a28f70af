"""Requests drawn from the OpenAPI document by the thousand: no defect, and only what it declares (S-41)."""

from collections import Counter
from typing import Any

import pytest
import schemathesis
from argon2 import PasswordHasher
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import negative_data_rejection
from sqlalchemy import select

from business.identity.model import User
from tests.business.conftest import GOOD
from tests.business.rest.conftest import Desk

_REFUSALS = ["4xx", "5xx"]
CONFIG = SchemathesisConfig.from_dict(
    {
        "checks": {
            "positive_data_acceptance": {"enabled": False},
            "negative_data_rejection": {"expected-statuses": _REFUSALS},
        }
    }
)
"""What fits its schema may still be refused, as a common password is; and what does not fit may be refused
for its If-Match before anybody looks at the rest."""


WHO = {
    "alarms": "operator",
    "audit": "auditor",
    "alarm-orders": "manager",
    "jobs": "system",
    "linkage": "operator",
    "notify": "manager",
    "webhooks": "system",
    "registry": "manager",
}
"""Who may ask for what, by the first part of its path; the rest is the administrator's."""


class Caller:
    """Sends drawn requests in the name of whoever may make them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._tokens: dict[str, str] = {}
        self.statuses: Counter[tuple[str, int]] = Counter()

    def call(self, case: Case[Any]) -> None:
        user = WHO.get(case.path.split("/")[1], "administrator")
        token = self._tokens.get(user) or self._enter(user)
        response = case.call(
            base_url=self._desk.address, headers={"Authorization": f"Bearer {token}"}, timeout=30
        )
        case.validate_response(
            response, excluded_checks=[negative_data_rejection] if _is_lost(case) else None
        )
        label = case.operation.label
        self.statuses[label, response.status_code] += 1
        if response.status_code in {401, 423, 429}:
            self._tokens = {}

    def _enter(self, user: str) -> str:
        """Whatever the requests so far have done to the user and the address."""
        desk = self._desk
        desk.pass_minutes(16)
        with desk.sessions.begin() as session:
            row = session.scalars(select(User).where(User.name == user)).one()
            row.password_hash = PasswordHasher(1, 64, 1).hash(GOOD)
            row.disabled = row.password_forced = False
        self._tokens[user] = desk.token(user)
        return self._tokens[user]


def _is_lost(case: Case[Any]) -> bool:
    """Whether what was wrong with it does not come to the wire: an unknown parameter with no value at all."""
    return any(value is None or value in ([], {}) for value in (case.query or {}).values())


@pytest.mark.timeout(300)
def test_no_drawn_request_meets_a_defect(desk: Desk) -> None:
    statuses = bombard(desk, 400)
    assert statuses.total() >= 400
    assert {status // 100 for _, status in statuses} == {2, 4}


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_ten_thousand_drawn_requests_meet_none(desk: Desk) -> None:
    statuses = bombard(desk, 10_000)
    assert statuses.total() >= 10_000
    document = desk.ask("GET", "/openapi.json").json()
    operations = {f"{method.upper()} {path}" for path, told in document["paths"].items() for method in told}
    assert {label for label, _ in statuses} == operations


def bombard(desk: Desk, requests: int) -> Counter[tuple[str, int]]:
    """How often each operation was answered with each status."""
    schema = schemathesis.openapi.from_dict(desk.ask("GET", "/openapi.json").json(), config=CONFIG)
    fit, unfit = (schema.as_strategy(mode) for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE))
    caller = Caller(desk)

    @settings(
        max_examples=requests,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.one_of(fit, unfit))
    def run(case: Case[Any]) -> None:
        caller.call(case)

    run()
    return caller.statuses
