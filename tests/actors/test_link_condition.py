"""The conditions of a device itself: comm-loss with its delays, and faults."""

import pytest

from actors.link_condition import LinkCondition, active, changed, holds
from actors.messages import Link
from config.rules import COMM_LOSS, DEVICE_FAULT

FOREVER = float("inf")


def test_a_link_must_be_down_for_its_delay() -> None:
    loss = LinkCondition(on_delay_s=5, off_delay_s=0)
    assert not loss.update(holds=True, now=100, time_ns=1)
    assert loss.due == 105
    assert not loss.update(holds=True, now=104.9, time_ns=2)
    assert loss.update(holds=True, now=105, time_ns=3)
    assert (loss.active, loss.since_ns, loss.due) == (True, 3, FOREVER)
    assert loss.update(holds=False, now=106, time_ns=4)
    assert (loss.active, loss.since_ns) == (False, 4)


def test_a_link_that_comes_back_in_between_starts_the_delay_anew() -> None:
    loss = LinkCondition(on_delay_s=5, off_delay_s=10)
    loss.update(holds=True, now=100, time_ns=1)
    loss.update(holds=False, now=103, time_ns=2)
    assert loss.due == FOREVER
    loss.update(holds=True, now=104, time_ns=3)
    assert loss.due == 109
    assert loss.update(holds=True, now=109, time_ns=4)
    assert not loss.update(holds=False, now=110, time_ns=5)
    assert loss.due == 120
    assert not loss.update(holds=True, now=119, time_ns=6)
    assert loss.due == FOREVER


def test_a_link_that_was_never_up_was_found_down() -> None:
    loss = LinkCondition(on_delay_s=5, off_delay_s=0)
    loss.update(holds=True, now=100, time_ns=1)
    assert loss.update(holds=True, now=105, time_ns=3)
    assert changed("ahu-1", COMM_LOSS, loss, 3).found
    assert loss.update(holds=False, now=106, time_ns=4)
    assert not changed("ahu-1", COMM_LOSS, loss, 3).found
    loss.update(holds=True, now=107, time_ns=5)
    assert loss.update(holds=True, now=112, time_ns=6)
    assert not changed("ahu-1", COMM_LOSS, loss, 3).found


@pytest.mark.parametrize(("rule", "fulfilled"), [(COMM_LOSS, {Link.DOWN}), (DEVICE_FAULT, {Link.FAULTED})])
def test_each_rule_has_its_link_state(rule: str, fulfilled: set[Link]) -> None:
    assert {link for link in Link if holds(rule, link)} == fulfilled


def test_other_rules_are_not_the_devices_own() -> None:
    with pytest.raises(ValueError, match="'high' is not a device's own rule"):
        holds("high", Link.UP)


def test_a_device_tells_of_its_own_conditions_without_a_point() -> None:
    loss = LinkCondition(0, 0)
    loss.update(holds=True, now=1, time_ns=7)
    change = changed("ahu-1", COMM_LOSS, loss, 3)
    assert (change.device, change.point, change.rule, change.active) == ("ahu-1", "", COMM_LOSS, True)
    assert (change.time_ns, change.version) == (7, 3)
    assert active(COMM_LOSS, loss).since_ns == 7
