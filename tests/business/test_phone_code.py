"""Logging in with a code by phone (S1-4.4, S-04): once, soon, and without telling whose number it is."""

import threading

import pytest

from actors.messages import Stage
from business.access import Refusal
from business.gate import Outcome
from business.identity.account_messages import SetContact, SetUserKind
from business.identity.entry import CODE_AWAITED, WRONG_ENTRY_CODE
from business.identity.entry_messages import RequestPhoneCode
from business.identity.model import Place
from business.identity.phone_codes import TOO_MANY
from business.notifier.messages import SendMessage
from business.notifier.outbox import read, waiting
from tests.business.conftest import Office
from tests.business.logging_in import Browser, enrol, is_in

NUMBER = "13812345678"

pytestmark = pytest.mark.both_databases


def ask(browser: Browser, number: str = NUMBER) -> Outcome:
    return browser.office.do(RequestPhoneCode(browser.visit, number))


def sent(office: Office) -> list[SendMessage]:
    """The codes that are still worth sending."""
    with office.authority.open() as session:
        tasks = [(read(session, one), until_ns) for one, _, until_ns in waiting(session, 100)]
    return [task for task, until_ns in tasks if isinstance(task, SendMessage) and until_ns > office.now_ns]


@pytest.fixture
def reached(office: Office) -> Office:
    """An office in which wang has a phone."""
    office.create("wang", "operator")
    assert office.do(SetContact("wang", NUMBER, "wang@example.com"), office.chief()).stage is Stage.DONE
    return office


def test_the_code_that_is_sent_lets_in_once(reached: Office) -> None:
    browser = Browser(reached)
    assert ask(browser, "+86 138-1234-5678").stage is Stage.DONE
    [message] = sent(reached)
    assert (message.medium, message.receiver, message.event) == ("sms", "+8613812345678", "log-in-code")
    assert message.priority == 1, "nothing holds it up"
    code = message.values["code"]
    assert (len(code), code.isdecimal()) == (6, True)
    assert is_in(browser.code(code))
    assert browser.code(code).detail == WRONG_ENTRY_CODE


def test_an_unknown_number_costs_and_says_the_same_and_sends_nothing(reached: Office) -> None:
    """S-04."""
    told = []
    for at, number in enumerate((NUMBER, "13987654321")):
        browser = Browser(reached, address=f"10.3.0.{at}")
        asked = ask(browser, number)
        before = reached.hasher.checks
        given = browser.code("999999x")
        told.append((asked.stage, asked.detail, given.stage, given.detail, reached.hasher.checks - before))
    assert told[0] == told[1]
    assert told[0] == (Stage.DONE, "", Stage.REFUSED, WRONG_ENTRY_CODE, 1)
    assert len(sent(reached)) == 1


@pytest.mark.parametrize("number", ["", "12", "138123456789999", "not a number", "９" * 300])
def test_what_is_no_number_is_refused(reached: Office, number: str) -> None:
    assert "手机号以 13 至 19 开头" in ask(Browser(reached), number).detail


def test_a_code_dies_after_five_minutes_and_after_five_tries(reached: Office) -> None:
    browser = Browser(reached)
    ask(browser)
    code = sent(reached)[0].values["code"]
    reached.pass_minutes(5.1)
    assert browser.code(code).detail == WRONG_ENTRY_CODE
    assert sent(reached) == [], "nor is it sent any more"
    browser = Browser(reached)
    ask(browser)
    code = sent(reached)[0].values["code"]
    for _ in range(5):
        browser.code("000000x")
    assert browser.code(code).detail == WRONG_ENTRY_CODE
    assert Browser(reached, address="10.9.9.9").password("wang").stage is Stage.DONE, "the name is not locked"


def test_wrong_codes_lock_the_number_out(reached: Office) -> None:
    """S-03."""
    browser = Browser(reached)
    ask(browser)
    for _ in range(5):
        browser.code("000000x")
    reached.pass_minutes(2)
    assert ask(Browser(reached, address="10.9.9.9")).detail == Refusal.LOCKED_OUT


def test_a_code_of_another_browser_is_worth_nothing(reached: Office) -> None:
    ask(Browser(reached))
    assert Browser(reached).code(sent(reached)[0].values["code"]).detail == WRONG_ENTRY_CODE


def test_codes_are_asked_for_seldom(reached: Office) -> None:
    """The same for a number that nobody has."""
    for number in (NUMBER, "13987654321"):
        said = []
        for _ in range(7):
            said.append(ask(Browser(reached), number).detail)
            reached.pass_minutes(0.5)
            said.append(ask(Browser(reached), number).detail)
            reached.pass_minutes(0.6)
        assert said == ["", TOO_MANY] * 5 + [TOO_MANY] * 4
        reached.pass_minutes(61)


def test_one_address_asks_for_few_numbers(reached: Office) -> None:
    said = [ask(Browser(reached), f"138000000{number:02}").detail for number in range(21)]
    assert said == [""] * 20 + [TOO_MANY]


def test_of_two_who_give_the_same_code_at_once_one_comes_in(reached: Office) -> None:
    browser = Browser(reached)
    ask(browser)
    code = sent(reached)[0].values["code"]
    start, outcomes = threading.Barrier(3), []

    def give() -> None:
        start.wait()
        outcomes.append(browser.code(code))

    threads = [threading.Thread(target=give) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(is_in, outcomes)) == [False, False, True]


def test_a_phone_stands_in_for_the_password_and_not_for_the_second_factor(reached: Office) -> None:
    """S-06."""
    phone = enrol(reached, "wang", reached.log_in("wang"))
    browser = Browser(reached)
    ask(browser)
    assert browser.code(sent(reached)[0].values["code"]).detail == CODE_AWAITED
    assert is_in(browser.code(phone.code()))


def test_a_number_belongs_to_one_account_and_can_be_taken_away(reached: Office) -> None:
    chief = reached.chief()
    reached.create("li", "viewer")
    assert "wang" in reached.do(SetContact("li", NUMBER, ""), chief).detail
    assert reached.do(SetContact("wang", None, ""), chief).stage is Stage.DONE
    assert "wang" in reached.do(SetContact("li", NUMBER, ""), chief).detail, "None left the number alone"
    assert reached.do(SetContact("wang", "", ""), chief).stage is Stage.DONE
    assert reached.do(SetContact("li", NUMBER, ""), chief).stage is Stage.DONE
    for email in ("x", "@", "a@", "a@b@c", "a" * 250 + "@b.cn"):
        assert reached.do(SetContact("li", None, email), chief).stage is Stage.REFUSED


@pytest.mark.parametrize(
    ("kind", "place", "enters"),
    [
        ("staff", Place.CONTROL, True),
        ("owner", Place.OFFICE, True),
        ("tenant", Place.OFFICE, True),
        ("owner", Place.CONTROL, False),
        ("tenant", Place.CONTROL, False),
        ("service", Place.OFFICE, False),
        ("screen", Place.CONTROL, False),
    ],
)
def test_the_kind_of_an_account_decides_where_its_person_enters(
    reached: Office, kind: str, place: Place, enters: bool
) -> None:
    """A03: the control room is for staff; programs and screens have no password."""
    wang = reached.log_in("wang")
    assert reached.do(SetUserKind("wang", kind), reached.chief()).stage is Stage.DONE
    assert reached.authority.person(wang.session) is None
    browser = Browser(reached, place=place)
    outcome = browser.password("wang")
    assert is_in(outcome) == enters
    if not enters:
        assert outcome.detail == Refusal.LOG_IN_FAILED
    ask(browser)
    assert len(sent(reached)) == int(enters)


def test_neither_number_nor_code_stands_anywhere_in_plain(
    reached: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """S-10: not in the database, not in its trail, not in the log."""
    browser = Browser(reached)
    ask(browser)
    code = sent(reached)[0].values["code"]
    browser.code("000000x")
    stored = str(reached.rows())
    assert NUMBER not in stored
    assert NUMBER not in caplog.text
    assert f"'{code}'" not in stored
    assert code not in caplog.text
