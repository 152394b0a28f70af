"""A phone, paper and a browser, for the tests that log in."""

import pyotp

from actors.messages import Issuer, Stage
from business.gate import Outcome
from business.identity.account_messages import EnrolSecondFactor
from business.identity.entry_messages import GiveCode, Visit
from business.identity.messages import LoggedIn, LogIn
from business.identity.model import Place
from business.identity.tokens import fingerprint, new_token
from business.identity.totp import new_recovery_codes, new_secret, recovery_fingerprint
from tests.business.conftest import GOOD, Office


class Phone:
    """An authenticator, and the paper beside it."""

    def __init__(self, office: Office, secret: str = "") -> None:
        self.office = office
        self.secret = secret or new_secret()
        self.paper = new_recovery_codes()

    @property
    def hashes(self) -> tuple[str, ...]:
        return tuple(map(recovery_fingerprint, self.paper))

    def code(self, minutes: float = 0.0) -> str:
        return pyotp.TOTP(self.secret).at(int(self.office.now_ns / 1e9 + minutes * 60))


class Browser:
    """Logs in step by step, as one browser does."""

    def __init__(self, office: Office, *, place: Place = Place.OFFICE, address: str = "10.0.0.1") -> None:
        self.office = office
        self.visit = Visit(fingerprint(new_token()), fingerprint(new_token()), place.value, address, "b", "")

    def password(self, user: str, password: str = GOOD) -> Outcome:
        visit = self.visit
        return self.office.do(
            LogIn(
                user, password, visit.token_hash, visit.place, visit.address, visit.browser, "",
                visit.challenge_hash,
            )
        )  # fmt: skip

    def code(self, code: str) -> Outcome:
        return self.office.do(GiveCode(self.visit, code))


def is_in(outcome: Outcome) -> bool:
    return outcome.stage is Stage.DONE and any(isinstance(event, LoggedIn) for event in outcome.events)


def enrol(office: Office, user: str, issuer: Issuer) -> Phone:
    phone = Phone(office)
    outcome = office.do(EnrolSecondFactor(GOOD, phone.secret, phone.code(), phone.hashes), issuer)
    assert outcome.stage is Stage.DONE, outcome
    office.pass_minutes(1)
    return phone
