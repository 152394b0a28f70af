"""Every error of a driver says in Chinese, and in English, what is wrong."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import drivers
from config.text import Explained
from drivers import errors

DRIVERS = Path(drivers.__file__).parent
KINDS = {name for name, kind in vars(errors).items() if isinstance(kind, type) and kind is not Explained}
CHINESE = re.compile("[\u4e00-\u9fff]")


def _made() -> Iterator[tuple[str, ast.Call]]:
    """Every place at which such an error, or one derived from it, is made of texts."""
    trees = {path: ast.parse(path.read_text("utf-8")) for path in sorted(DRIVERS.rglob("*.py"))}
    kinds = set(KINDS)
    for tree in (*trees.values(), *trees.values()):  # twice: a class may derive from one that stands later
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and any(
                isinstance(base, ast.Name) and base.id in kinds for base in node.bases
            ):
                kinds.add(node.name)
    for path, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in kinds:
                yield f"{path.relative_to(DRIVERS)}:{node.lineno}", node


def _is_chinese(text: ast.expr) -> bool:
    """It has Chinese in it, or hands on the Chinese of another."""
    return any(
        (isinstance(part, ast.Constant) and isinstance(part.value, str) and bool(CHINESE.search(part.value)))
        or (isinstance(part, ast.Attribute) and part.attr == "zh")
        or (isinstance(part, ast.Name) and part.id.startswith("zh"))
        for part in ast.walk(text)
    )


def _is_english(text: ast.expr) -> bool:
    return not any(
        isinstance(part, ast.Constant) and isinstance(part.value, str) and CHINESE.search(part.value)
        for part in ast.walk(text)
    )


def test_every_error_is_made_of_a_chinese_and_an_english_text() -> None:
    made = list(_made())
    assert len(made) > 200
    wrong = [
        where
        for where, call in made
        if len(call.args) < 2 or not _is_chinese(call.args[0]) or not _is_english(call.args[1])
    ]
    assert not wrong
