"""A person's matrix of priority, medium and hours, and the rest that only critical alarms break (N02)."""

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from business.notifier.reach import AT_LEAST, LOUD, Reach, Wish, media_for
from config.hours import Hours
from config.notification import Medium

NOON, NIGHT = datetime(2026, 3, 4, 12, 0), datetime(2026, 3, 5, 2, 0)  # noqa: DTZ001  # on the site's clock
ALL = frozenset(Medium) - {Medium.SPEAKER}
REST = Hours(22 * 60, 7 * 60)


def test_by_default_the_urgent_ones_ring_and_the_others_write() -> None:
    assert media_for(Reach(), 1, NIGHT, (), ALL) == (
        Medium.SMS, Medium.VOICE, Medium.EMAIL, Medium.CHAT, Medium.PUSH,
    )  # fmt: skip
    assert Medium.VOICE not in media_for(Reach(), 2, NOON, (), ALL)
    assert media_for(Reach(), 4, NOON, (), ALL) == (Medium.EMAIL,)


def test_rest_is_kept_by_all_but_the_critical() -> None:
    resting = Reach(rest=REST)
    assert media_for(resting, 2, NIGHT, (), ALL) == (Medium.EMAIL, Medium.CHAT)
    assert media_for(resting, 2, NOON, (), ALL) == media_for(Reach(), 2, NOON, (), ALL)
    assert set(AT_LEAST) <= set(media_for(resting, 1, NIGHT, (), ALL))


def test_nobody_can_put_himself_out_of_reach_of_what_is_critical() -> None:
    silent = Reach(wishes=(), rest=Hours())
    assert media_for(silent, 1, NIGHT, (), ALL) == (Medium.SMS, Medium.VOICE)
    assert media_for(silent, 1, NIGHT, (Medium.EMAIL,), frozenset({Medium.PUSH})) == (Medium.PUSH,)
    assert media_for(silent, 2, NOON, (), ALL) == ()


def test_a_step_says_the_order_and_what_it_wants() -> None:
    asked = (Medium.PUSH, Medium.VOICE, Medium.PUSH)
    assert media_for(Reach(), 1, NOON, asked, ALL) == (Medium.PUSH, Medium.VOICE)
    by_day = Reach((Wish(Medium.SMS, frozenset({2}), Hours(480, 1080)),))
    assert media_for(by_day, 2, NOON, (), ALL) == (Medium.SMS,)
    assert media_for(by_day, 2, NIGHT, (), ALL) == ()


MEDIA = st.frozensets(st.sampled_from(list(Medium)))
HOURS = st.builds(Hours, st.integers(0, 1439), st.integers(0, 1440))
REACHES = st.builds(
    Reach,
    st.lists(
        st.builds(Wish, st.sampled_from(list(Medium)), st.frozensets(st.integers(1, 4)), HOURS), max_size=5
    ).map(tuple),
    st.none() | HOURS,
)


@given(REACHES, st.integers(1, 4), st.integers(0, 1439), st.lists(st.sampled_from(list(Medium))), MEDIA)
def test_critical_is_never_silent_and_rest_never_broken_by_less(
    reach: Reach, priority: int, minute: int, asked: list[Medium], has: frozenset[Medium]
) -> None:
    at = NOON.replace(hour=minute // 60, minute=minute % 60)
    found = media_for(reach, priority, at, asked, has)
    assert len(set(found)) == len(found)
    assert set(found) <= has
    if priority == 1:
        assert bool(found) == bool(has)
    elif reach.rest is not None and reach.rest.hold(at):
        assert not LOUD.intersection(found)
