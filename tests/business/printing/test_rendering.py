"""Templates on paper: what stands there, what a value cannot do, and where a template ends."""

import json
import re
import socket
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest

from actors.said import in_language
from business.confined import Died, Limits, in_child
from business.printing import confined
from business.printing.rendering import LONGEST_SOURCE, Form, PrintRefused, render
from business.printing.templates import seed
from tests.business.exchange.hostile import ALL
from tests.business.exchange.test_documents import pdf_text

HOSTILE = (
    "#eval(1+1)",
    '#read("/etc/passwd")',
    "*bold* _x_ $y$ @ref <label> // -- \\",
    "= Title\n#pagebreak()",
)


def refused(source: str, data: dict[str, Any] | None = None) -> str:
    with pytest.raises(PrintRefused) as error:
        render(source, data or {})
    assert in_language(str(error.value), "zh") != in_language(str(error.value), "en")
    return in_language(str(error.value), "en")


def fonts_of(pdf: bytes) -> set[str]:
    """Names of the embedded fonts: of those that come with a font file."""
    streams = [pdf, *map(_inflated, re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL))]
    text = b"\n".join(streams)
    descriptors = re.findall(rb"/Type\s*/FontDescriptor.*?>>", text, re.DOTALL)
    assert descriptors
    assert all(b"/FontFile" in one for one in descriptors), "a font that is named and not embedded"
    return {re.search(rb"/FontName\s*/[A-Z]{6}\+([\w-]+)", one)[1].decode() for one in descriptors}  # type: ignore[index]


def _inflated(stream: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(stream)
    except zlib.error:
        return b""


@pytest.mark.parametrize("template", seed(), ids=lambda one: one.name)
def test_each_shipped_template_prints_its_sample_in_an_embedded_chinese_font(template: Any) -> None:
    printed = render(template.source, json.loads(template.sample))
    assert printed.warnings == ()
    (pdf,) = printed.pages
    assert fonts_of(pdf) <= {"NotoSansCJKsc-Regular", "NotoSansCJKsc-Bold"}
    assert json.loads(template.sample).get("title", "冷水机组") in pdf_text(pdf)


def test_a_song_face_is_there_for_official_papers() -> None:
    (pdf,) = render('#set text(font: "Noto Serif CJK SC")\n通知', {}).pages
    assert fonts_of(pdf) == {"NotoSerifCJKsc-Regular"}


@pytest.mark.parametrize("value", [*HOSTILE, *ALL])
def test_what_somebody_typed_is_printed_and_never_carried_out(value: str) -> None:
    (pdf,) = render("#data.name", {"name": value}).pages
    shown = re.sub(r"[^!-~]", "", pdf_text(pdf))
    typed = re.sub(r"[^!-~]", "", value)
    assert typed[:40] in shown


def test_a_code_holds_what_it_is_given() -> None:
    """Drawn as a vector: as many dark modules as the symbol has."""
    (pdf,) = render("#qr(data.code)", {"code": {"qr": "asset/ZC000001"}}).pages
    (other,) = render("#qr(data.code)", {"code": {"qr": "asset/ZC000002"}}).pages
    assert len(pdf) > 1000
    assert pdf != other
    assert "does not fit a QR symbol" in refused("#qr(data.code)", {"code": {"qr": "x" * 5000}})


def test_both_languages_print() -> None:
    source = '#say("资料", "Card") #language'
    assert "资料" in pdf_text(render(source, {}, language="zh").pages[0])
    assert "Carden" in pdf_text(render(source, {}, language="en").pages[0]).replace(" ", "")


def test_a_picture_of_each_page_is_shown() -> None:
    pages = render("a#pagebreak()b#pagebreak()c", {}, form=Form.PNG).pages
    assert [page[:8] for page in pages] == [b"\x89PNG\r\n\x1a\n"] * 3


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("一\n二 #data.nix", "line 2 of the template: the data holds no nix"),
        ("\n\n#let x = (", "line 3 of the template: unclosed delimiter"),
        ("\n#qr(1)", "line 2 of the template: cannot access fields on type integer"),
        ("#unknown()", "line 1 of the template: unknown variable: unknown"),
        ('\n#import "@preview/cetz:0.3.0": *', "line 2 of the template: packages"),
        ('#import "@pre" + "view/cetz:0.3.0": *', "packages (@preview and others) cannot be used"),
        ('#read("/etc/passwd")', "line 1 of the template: a template reads no files"),
        ('#read("../../../../etc/passwd")', "line 1 of the template"),
        ('#image("/etc/hostname")', "a template reads no files"),
        ('#include "/etc/passwd"', "a template reads no files"),
        ("#while true {}", "line 1 of the template: condition is always true"),
        ("#let f(x) = f(x + 1)\n#f(1)", "maximum function call depth exceeded"),
        ("#let x = (1,) * 300000000", "over 1 GB of memory"),
        ("x" * (LONGEST_SOURCE + 1), "has 100001 characters, at most 100000"),
    ],
)
def test_a_wrong_template_is_refused_with_its_line_and_the_way_out(source: str, said: str) -> None:
    assert said in refused(source)


def test_a_template_that_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confined, "LIMITS", Limits(memory_bytes=1 << 30, cpu_s=10, wall_s=1.5))
    loops = "#for i in range(30000) { for j in range(3000) { for k in range(1000) {} } }"
    assert "the template took over" in refused(loops)


def test_an_unknown_font_is_remarked_with_its_line() -> None:
    assert render('a\n#set text(font: "Nix")\nb', {}).warnings == ((2, "unknown font family: nix"),)


def test_too_much_data_is_refused() -> None:
    assert "at most 5000000; narrow it" in refused("#data.x", {"x": "x" * 5_000_001})


def test_half_a_character_does_not_stop_the_paper() -> None:
    (pdf,) = render("#data.x", {"x": "a\ud800b"}).pages
    assert "a" in pdf_text(pdf)


CHILD = """
import socket, sys
from business.confined import Limits, confine, open_nothing_more
confine(Limits(1 << 30, 10, 10))
sys.stdin.read()
open_nothing_more()
for attempt in (lambda: socket.socket(), lambda: open("/etc/hostname"), lambda: open("made", "w")):
    try:
        attempt()
    except OSError as error:
        print(error.errno)
"""


def test_the_child_opens_neither_socket_nor_file(tmp_path: Path) -> None:
    """No template can reach the network: there is nothing to reach it with."""
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", CHILD],
        input=b"",
        capture_output=True,
        check=True,
        cwd=tmp_path,
        env={"PYTHONPATH": str(root)},
    )
    assert done.stdout.split() == [b"24", b"24", b"24"], done.stderr
    with socket.socket() as free:
        assert free.fileno() > 0, "this process itself goes on as before"


def test_a_child_that_dies_is_told_apart_from_one_that_is_slow() -> None:
    with pytest.raises(Died) as crashed:
        in_child("business.printing.confined", ["/nowhere"], b"no json", confined.LIMITS)
    assert not crashed.value.too_slow
