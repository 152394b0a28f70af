"""A template and its data become pages; whatever is wrong with either is said with its line."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from typing import Any, Final

import segno

from actors.said import said
from business.confined import Died
from business.exchange.text import writable
from business.printing.confined import LIMITS, compile_confined

_TURNING: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Marks that turn the direction of writing: on paper nobody sees that 'evil' was typed as 'live'."""

LONGEST_SOURCE: Final = 100_000
LONGEST_DATA: Final = 5_000_000
"""Characters of the data as JSON."""
_MEANT: Final = (
    (
        re.compile("failed to download package.*", re.DOTALL),
        "不能引用软件包（@preview 等），请把所需函数写在模板里",
        "packages (@preview and others) cannot be used; write what you need into the template",
    ),
    (
        re.compile("file not found.*", re.DOTALL),
        "模板不能读取文件，请把内容写在模板里，或作为数据传入",
        "a template reads no files; write the content into it, or give it as data",
    ),
    (
        re.compile('dictionary does not contain key "(.*)"', re.DOTALL),
        r"数据里没有“\1”；请核对占位符，或补充数据",
        r"the data holds no \1; correct the placeholder, or give it",
    ),
)
"""What typst says of a slip that many will make, and what is meant; the rest stands as typst says it."""


class PrintRefused(Exception):
    """Said in both languages: why nothing is printed, and what to do."""


class Form(StrEnum):
    PDF = "pdf"
    PNG = "png"
    """A picture a page, to look at."""


@dataclass(frozen=True, slots=True)
class Printed:
    pages: tuple[bytes, ...]
    """One for a PDF."""
    warnings: tuple[tuple[int, str], ...]
    """(line of the template or 0, what typst remarks), such as a font that is not there."""


def render(source: str, data: Mapping[str, Any], *, language: str = "zh", form: Form = Form.PDF) -> Printed:
    """Some half a second in a process of its own. Raises PrintRefused.

    `data` holds what JSON knows. A value {"qr": text} becomes a code that the template draws by `qr(...)`.
    """
    if len(source) > LONGEST_SOURCE:
        raise PrintRefused(
            said(
                f"模板有 {len(source)} 个字符，最多 {LONGEST_SOURCE} 个；请精简",
                f"the template has {len(source)} characters, at most {LONGEST_SOURCE}; shorten it",
            )
        )
    written = json.dumps(_printable(data), ensure_ascii=False)
    if len(written) > LONGEST_DATA:
        raise PrintRefused(
            said(
                f"打印数据有 {len(written)} 个字符，最多 {LONGEST_DATA} 个；请缩小范围",
                f"the data to print has {len(written)} characters, at most {LONGEST_DATA}; narrow it",
            )
        )
    try:
        found = compile_confined(
            {"source": writable(source)[0], "data": written, "language": language, "form": form.value}
        )
    except Died as died:
        raise PrintRefused(_died(died)) from died
    if "missing" in found:
        fonts = ", ".join(found["missing"])
        raise PrintRefused(
            said(
                f"服务器没有安装字体 {fonts}；请安装 fonts-noto-cjk",
                f"the fonts {fonts} are not installed; install fonts-noto-cjk",
            )
        )
    if "error" in found:
        raise PrintRefused(_explained(found["error"], found["line"], found["hints"]))
    return Printed(tuple(found["pages"]), tuple((line, text) for line, text in found["warnings"]))


def _printable(value: Any) -> Any:
    match value:
        case str():
            return _TURNING.sub("", writable(value)[0])
        case {"qr": str(text)}:
            return {**value, "svg": _code(text)}
        case Mapping():
            return {name: _printable(one) for name, one in value.items()}
        case list() | tuple():
            return [_printable(one) for one in value]
        case _:
            return value


def _code(text: str) -> str:
    target = BytesIO()
    try:
        segno.make(text, error="m", micro=False).save(target, kind="svg", xmldecl=False, border=1)
    except ValueError as error:
        raise PrintRefused(
            said(
                f"二维码内容有 {len(text)} 个字符，放不下；请改用短网址或编号",
                f"a code of {len(text)} characters does not fit a QR symbol; use a short link or a number",
            )
        ) from error
    return target.getvalue().decode()


def _died(died: Died) -> str:
    if died.too_slow:
        return said(
            f"模板超过 {LIMITS.cpu_s} 秒仍未排版完；请检查循环，或减少数据",
            f"the template took over {LIMITS.cpu_s} s; look at its loops, or give less data",
        )
    gigabytes = LIMITS.memory_bytes >> 30
    return said(
        f"模板排版中断，多半用完了 {gigabytes} GB 内存；请检查循环和表格列数，或减少数据",
        f"the template broke off, most likely over {gigabytes} GB of memory; "
        "look at its loops and columns, or give less data",
    )


def _explained(error: str, line: int, hints: list[str]) -> str:
    zh, en = f"{error}{'；'.join(['', *hints])}", f"{error}{'; '.join(['', *hints])}"
    for wrong, meant_zh, meant_en in _MEANT:
        if found := wrong.fullmatch(error):
            zh, en = found.expand(meant_zh), found.expand(meant_en)
    if line:
        return said(f"模板第 {line} 行：{zh}", f"line {line} of the template: {en}")
    return said(f"模板有误：{zh}", f"the template is wrong: {en}")
