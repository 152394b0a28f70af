"""The reasons for which something may be written, in the language of whoever reads them."""

from dataclasses import replace

import pytest

from config.site import Verify, Write
from config.text import Text
from config.writing import reason_in_both, unfounded
from drivers.strict import Strict
from tests.drivers.plant import point

RELAY = replace(
    point("relay", Strict()),
    write=Write(
        0,
        1,
        Verify.READ_BACK,
        "",
        0,
        5,
        "",
        two_person=True,
        reasons=(Text("用户书面申请", "Written request"),),
    ),
)


@pytest.mark.parametrize(
    ("reason", "english"),
    [
        ("用户书面申请", "Written request"),
        ("用户书面申请；户号 301", "Written request; 户号 301"),
        ("别的", "别的"),
    ],
)
def test_a_reason_is_translated_and_what_was_added_stays(reason: str, english: str) -> None:
    assert reason_in_both(RELAY, reason) == Text(reason, english)


def test_a_reason_without_a_list_stays_as_it_is() -> None:
    free = replace(RELAY, write=None)
    assert unfounded(free, "") is None
    assert reason_in_both(free, "维修") == Text("维修", "维修")
