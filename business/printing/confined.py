"""The child that turns a template and its data into a document: it reads the fonts, then opens nothing more.

`python -m business.printing.confined FOLDER` reads a JSON object with `source`, `data`, `language` and `form`
from its input, and writes one: what `compile_confined` gives, the pages in Base64.
"""

import base64
import json
import re
import sys
import tempfile
from collections.abc import Iterator
from typing import Any, Final

import typst

from business.confined import Limits, confine, in_child, open_nothing_more

LIMITS: Final = Limits(memory_bytes=1 << 30, cpu_s=10, wall_s=20)
FONTS: Final = ("Noto Sans CJK SC", "Noto Serif CJK SC")
PREVIEW_PPI: Final = 80
_FEW_THREADS: Final = {"RAYON_NUM_THREADS": "2", "MALLOC_ARENA_MAX": "2"}
"""Each thread's stack and arena counts as memory, on a machine of many cores more than the limit."""

_PRELUDE: Final = " ".join(
    (
        "#let data = json(bytes(sys.inputs.data));",
        "#let language = sys.inputs.language;",
        '#let say(zh, en) = if language == "zh" { zh } else { en };',
        '#let qr(code, size: 25mm) = image(bytes(code.svg), format: "svg", width: size, height: size);',
        f'#set text(font: ("{FONTS[0]}",), lang: language, size: 10pt)\n',
    )
)
"""One line, so that line N of a template is line N + 1 of the document."""
_PLACE = re.compile(r"__typst_py_bytes__\.typ:(\d+):")
_WARM_UP: Final = "".join(f'#text(font: "{font}")[字 *字*]' for font in FONTS).encode()


def compile_confined(request: dict[str, Any]) -> dict[str, Any]:
    """`pages` (bytes; one for a PDF) and `warnings`; or `error`, `line` and `hints`; or `missing`, the fonts
    that are not installed. Raises Died."""
    with tempfile.TemporaryDirectory(prefix="steward-print-") as folder:
        answered = in_child(__name__, [folder], json.dumps(request).encode(), LIMITS, _FEW_THREADS)
    found: dict[str, Any] = json.loads(answered)
    if "pages" in found:
        found["pages"] = [base64.b64decode(page) for page in found["pages"]]
    return found


def _child(folder: str) -> None:
    confine(LIMITS)
    request = json.loads(sys.stdin.buffer.read())
    fonts = typst.Fonts(include_system_fonts=True, include_embedded_fonts=False)
    if missing := sorted(set(FONTS) - set(fonts.families())):
        answer: dict[str, Any] = {"missing": missing}
    else:
        typst.compile(_WARM_UP, font_paths=fonts, format="pdf")  # a font is read at its first use
        open_nothing_more()
        answer = _compiled(request, fonts, folder)
    sys.stdout.write(json.dumps(answer))


def _compiled(request: dict[str, Any], fonts: typst.Fonts, folder: str) -> dict[str, Any]:
    made: Any
    try:
        made, warnings = typst.compile_with_warnings(
            (_PRELUDE + request["source"]).encode(),
            font_paths=fonts,
            root=folder,
            package_path=folder,
            package_cache_path=folder,
            format=request["form"],
            ppi=PREVIEW_PPI,
            sys_inputs={"data": request["data"], "language": request["language"]},
        )
    except typst.TypstError as error:
        return {"error": error.message, "line": _line(error.diagnostic), "hints": list(error.hints)}
    pages = made if isinstance(made, list) else [made]
    return {
        "pages": [base64.b64encode(page).decode() for page in pages],
        "warnings": [[_line(one.diagnostic), one.message] for one in warnings],
    }


def _line(diagnostic: str) -> int:
    """The line of the template that it tells of; 0 when it tells of none."""
    return next((line for line in _lines(diagnostic) if line > 0), 0)


def _lines(diagnostic: str) -> Iterator[int]:
    return (int(found[1]) - 1 for found in _PLACE.finditer(diagnostic))


if __name__ == "__main__":
    _child(sys.argv[1])
