"""The manuals: complete in both languages, about every page, and true to the models (S1-5)."""

import re

import pytest

from hmi.manual import CHAPTERS, FOLDER, Chapter, chapter, help_for
from hmi.menu import ENTRIES
from scripts.data_dictionary import LANGUAGES, written

CHINESE = re.compile("[一-鿿]")


def found(language: str, name: str) -> Chapter:
    one = chapter(language, name)
    assert one is not None
    return one


@pytest.mark.parametrize("name", CHAPTERS)
def test_both_languages_tell_of_the_same(name: str) -> None:
    chinese, english = found("zh", name), found("en", name)
    assert [(one.anchor, one.level) for one in chinese.headings] == [
        (one.anchor, one.level) for one in english.headings
    ]
    assert chinese.anchors == english.anchors
    assert CHINESE.search(chinese.title)
    assert not CHINESE.search(english.title)


@pytest.mark.parametrize("path", sorted({entry.path for entry in ENTRIES}))
def test_every_page_has_its_section(path: str) -> None:
    assert help_for(path) != "/help", f"no chapter has the anchor of {path}"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CHAPTERS)
def test_links_lead_somewhere(language: str, name: str) -> None:
    one = found(language, name)
    for link in re.findall(r'href="([^"]+)"', one.body):
        if link.startswith("#"):
            assert link[1:] in one.anchors, link
        elif link.startswith("/help/"):
            other, _, anchor = link.removeprefix("/help/").partition("#")
            assert not anchor or anchor in found(language, other).anchors, link
    assert len(re.findall(r'<a id="([^"]+)"', one.body)) == len(one.anchors - {name}), (
        "an anchor is said twice"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_data_dictionary_is_that_of_the_models(language: str) -> None:
    """Renew it by `make docs`."""
    assert (FOLDER / language / "data-dictionary.md").read_text("utf-8") == written(language)


def test_what_is_no_chapter_is_not_there() -> None:
    assert chapter("zh", "../../../README") is None
