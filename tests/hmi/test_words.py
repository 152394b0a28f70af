"""Both languages are complete, and no page says anything past the catalogue."""

import ast
import re
import string
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

from actors.alarm_states import TRANSITIONS
from actors.messages import AlarmState, Link, Stage, WritePoint
from actors.permissions import PERMISSIONS
from business.access import Refusal
from business.access.model import Duty, ScopeKind
from business.commands import MODULES
from business.identity.model import Place
from business.jobs.model import RunState
from config.rules import RuleKind
from config.text import Text
from hmi import words
from hmi.words import access as access_words
from hmi.words import jobs as job_words
from hmi.words import refusals
from hmi.words.system import FIGURE_NAMES
from supervisor import linkage

ROOT = Path(words.__file__).parents[1]
CHINESE = re.compile("[一-鿿]")
SAME_IN_BOTH = {"SWITCH_LANGUAGE"}
"""Names the other language in that language."""


def catalogue() -> Iterator[tuple[str, Text]]:
    for module in (words, *(import_module(one.name) for one in iter_modules(words.__path__, "hmi.words."))):
        for name, value in vars(module).items():
            if isinstance(value, Text):
                yield name, value
            elif isinstance(value, dict):
                for key, text in value.items():
                    if isinstance(text, Text):
                        yield f"{name}[{key}]", text


def placeholders(text: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(text) if field}


@pytest.mark.parametrize(("name", "text"), list(catalogue()), ids=[name for name, _ in catalogue()])
def test_every_text_stands_in_both_languages(name: str, text: Text) -> None:
    assert text.zh.strip()
    assert text.en.strip()
    assert placeholders(text.zh) == placeholders(text.en)
    if name not in SAME_IN_BOTH:
        assert CHINESE.search(text.zh), f"{name} is not translated into Chinese"
        assert not CHINESE.search(text.en), f"{name} is not translated into English"


@pytest.mark.parametrize(
    ("table", "kind"),
    [
        (words.LINKS, Link),
        (words.STAGES, Stage),
        (words.ALARM_STATES, AlarmState),
        (words.RULES, RuleKind),
        (access_words.DUTIES, Duty),
        (access_words.KINDS, ScopeKind),
        (words.PLACES, Place),
        (refusals.REFUSALS, Refusal),
        (job_words.RUN_STATES, RunState),
    ],
)
def test_every_case_has_its_words(table: dict[object, Text], kind: type) -> None:
    assert set(table) == set(kind)  # type: ignore[call-overload]


def test_every_command_in_the_trail_has_its_words() -> None:
    shown = (*MODULES, *PERMISSIONS, WritePoint)
    audited = (one for one in shown if getattr(one, "audited", True) or hasattr(one, "label"))
    assert set(words.COMMANDS) == {one.__name__ for one in audited}


def test_every_transition_of_the_alarm_journal_has_its_words() -> None:
    named = {case.transition.name for cases in TRANSITIONS.values() for case in cases}
    assert named <= set(words.TRANSITIONS)


def literals(path: Path) -> Iterator[tuple[int, str]]:
    """String literals that are not docstrings, without markup and attribute values."""
    tree = ast.parse(path.read_text())
    documentation = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    logged = {
        id(argument)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and getattr(node.func.value, "id", "") == "logger"
        for argument in node.args
    }
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in documentation | logged
        ):
            yield node.lineno, node.value


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=lambda path: path.name)
def test_no_page_holds_words_of_its_own(path: Path) -> None:
    if path.parent.name == "words":
        return
    for line, literal in literals(path):
        assert not CHINESE.search(literal), f"{path.name}:{line} says {literal!r}; put it into hmi/words"
        shown = " ".join(re.findall(r">([^<>]*)<", literal))
        said = re.findall(r"[A-Za-z]{3,}", re.sub(r"\{\w*\}", "", shown))
        assert not said, f"{path.name}:{line} says {said}; put it into hmi/words"


def test_an_explanation_of_another_process_is_shown_as_it_stands() -> None:
    assert refusals.refusal("en", "idle").startswith("Idle for 15 minutes")
    assert refusals.refusal("zh", "value 35 is over 28 °C") == "value 35 is over 28 °C"


def test_whether_linkage_works_has_a_name_among_the_figures_of_core() -> None:
    assert linkage.NAME in FIGURE_NAMES
