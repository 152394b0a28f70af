"""The manuals in `docs/manual`, a folder for each language, as the help of the pages shows them."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

FOLDER: Final = Path(__file__).parents[1] / "docs" / "manual"
CHAPTERS: Final = ("user", "administrator", "integrator", "data-dictionary")
"""In the order in which they are offered."""

_ANCHOR = re.compile(r'<a id="([a-z0-9_-]+)"></a>')
_LINK = re.compile(r'href="(?!https?:|/|#)([a-z-]+)\.md(#[a-z0-9_-]+)?"')


@dataclass(frozen=True, slots=True)
class Heading:
    anchor: str
    """Of the nearest place above it that can be linked."""
    title: str
    level: int


@dataclass(frozen=True, slots=True)
class Chapter:
    """One file of a manual."""

    name: str
    title: str
    body: Markup
    """Without its title. The text is the project's own, so its HTML is trusted."""
    headings: tuple[Heading, ...]
    anchors: frozenset[str]


@lru_cache
def chapter(language: str, name: str) -> Chapter | None:
    """None for a name that is none of CHAPTERS."""
    if name not in CHAPTERS:
        return None
    renderer = MarkdownIt("commonmark", {"html": True}).enable("table")
    tokens = renderer.parse((FOLDER / language / f"{name}.md").read_text("utf-8"))
    headings = tuple(_headings(tokens))
    html = str(renderer.renderer.render(tokens, renderer.options, {}))
    body = _LINK.sub(r'href="/help/\1\2"', html.partition("</h1>")[2])
    return Chapter(name, headings[0].title, Markup(body), headings[1:], frozenset(_ANCHOR.findall(html)))  # noqa: S704


def help_for(path: str) -> str:
    """Where the help tells of a page: an anchor is called as the first part of the page's address."""
    wanted = path.strip("/").partition("/")[0] or "home"
    for name in CHAPTERS:
        found = chapter("zh", name)
        if found is not None and wanted in found.anchors:
            return f"/help/{name}#{wanted}"
    return "/help"


def _headings(tokens: list[Token]) -> list[Heading]:
    found: list[Heading] = []
    anchor = ""
    for at, token in enumerate(tokens):
        if named := _ANCHOR.findall(token.content):
            anchor = named[-1]
        if token.type == "heading_open":
            found.append(Heading(anchor, tokens[at + 1].content, int(token.tag[1:])))
    return found
