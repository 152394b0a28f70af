"""What processes and browsers say of themselves, as people read it."""

import pytest

from hmi.pages.sessions import browser_of
from hmi.pages.system import figure


@pytest.mark.parametrize(
    ("key", "value", "shown"),
    [
        ("points", 66_400.0, "66,400"),
        ("hot_bytes", 3 * 2**20, "3.0 MB"),
        ("canary_field_ms", 3.14, "3.1 ms"),
        ("journal_p99_ms", 1_234.5, "1,234 ms"),
    ],
)
def test_a_figure_has_its_unit_and_no_more_digits_than_tell_something(
    key: str, value: float, shown: str
) -> None:
    assert figure(key, value) == shown


@pytest.mark.parametrize(
    ("agent", "shown"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge · Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
            "Safari · iPhone",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0", "Firefox · Linux"),
        ("curl/8.0", "—"),
    ],
)
def test_a_browser_is_named_as_people_call_it(agent: str, shown: str) -> None:
    assert browser_of(agent) == shown
