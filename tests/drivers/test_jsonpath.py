"""Paths into JSON documents find what is there, and say what they cannot mean."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from drivers.jsonpath import MISSING, Path, path

DOCUMENT = {
    "data": {"items": [{"temp": 21.5, "名称": "空调"}, {"temp": None}], "room temp": 3, "a.b": {"c": True}},
    "0": "zero",
    "o'clock": 12,
}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("data.items[0].temp", 21.5),
        ("$.data.items[0].temp", 21.5),
        ("$", DOCUMENT),
        ("", DOCUMENT),
        ("data.items[-1].temp", None),
        ("data.items[0].名称", "空调"),
        ("data.room temp", 3),
        ('data["a.b"].c', True),
        ("data['a.b']['c']", True),
        ("0", "zero"),
        ('data.["a.b"].c', True),
        ('[""]', MISSING),
        ("o'clock", 12),
        ("$a", MISSING),
        ("data.items[2].temp", MISSING),
        ("data.items[-3]", MISSING),
        ("data.items.temp", MISSING),
        ("data[0]", MISSING),
        ("nothing", MISSING),
        ("data.items[0].temp.more", MISSING),
    ],
)
def test_a_path_finds_what_is_there(text: str, found: object) -> None:
    assert path(text).get(DOCUMENT) == found


@pytest.mark.parametrize(
    "text", ["a..b", ".a", "a.", "a[", "a[x]", "a]", "a[0]b", 'a["x]', "[]", "a[1.5]", "a[]"]
)
def test_what_is_no_path_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(ValueError, match=r"goes wrong at character \d"):
        path(text)


def test_a_path_has_limits() -> None:
    with pytest.raises(ValueError, match="at most 500"):
        path("a" * 501)
    with pytest.raises(ValueError, match="at most 50"):
        path("[0]" * 51)
    with pytest.raises(ValueError, match="index 10000 is beyond 9999"):
        path("[10000]")


STEPS = st.lists(st.integers(-99, 99) | st.text("ab1$.[] 名'\"", max_size=5), max_size=6)


@given(STEPS)
@example(["[0]"])
@example(['["a"]'])
@example([".a"])
def test_a_path_written_out_is_the_same_path(steps: list[str | int]) -> None:
    made = Path(tuple(steps))
    if any(isinstance(step, str) and "'" in step and '"' in step for step in steps):
        return  # no path can be written for such a key
    assert path(str(made)) == made


@given(STEPS.map(lambda steps: [abs(step) if isinstance(step, int) else step for step in steps]))
def test_what_is_put_at_a_path_is_found_there(steps: list[str | int]) -> None:
    made = Path(tuple(steps))
    assert made.get(made.put(None, "value")) == "value"


def test_what_is_put_leaves_its_neighbours_and_counts_from_the_end() -> None:
    document = path("data[1].a").put({"data": [{"b": 1}], "c": 2}, 3)
    assert document == {"data": [{"b": 1}, {"a": 3}], "c": 2}
    assert path("data[-1].a").put(document, 4) == {"data": [{"b": 1}, {"a": 4}], "c": 2}


@given(st.text(max_size=40))
def test_any_text_is_a_path_or_refused(text: str) -> None:
    try:
        path(text).get(DOCUMENT)
    except ValueError:
        return
