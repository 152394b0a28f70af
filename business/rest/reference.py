"""The OpenAPI document, and the page that shows it: drawn here, since the campus may have no internet."""

import json
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter
from fastapi.responses import FileResponse, HTMLResponse, Response
from markupsafe import Markup

router = APIRouter(include_in_schema=False)
DOCUMENT: Final = Path(__file__).with_name("openapi.json")
"""Made by `make docs` of the routers; a test holds it to them."""

_STYLE = """
body { font: 15px/1.6 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto;
  padding: 0 1rem; color: #1c2733 }
h2 { border-bottom: 1px solid #c8d2dc; margin-top: 2.5rem }
details { border: 1px solid #c8d2dc; border-radius: 6px; margin: .5rem 0; padding: .4rem .8rem }
summary { cursor: pointer } summary b { display: inline-block; min-width: 4.5rem }
code, pre { font: 13px/1.5 ui-monospace, monospace; background: #f2f5f8; border-radius: 4px }
pre { padding: .6rem; overflow-x: auto } code { padding: 0 .3rem }
table { border-collapse: collapse } td { padding: .1rem .8rem .1rem 0; vertical-align: top }
@media (prefers-color-scheme: dark) {
  body { background: #11181f; color: #dde5ec } code, pre { background: #1b2530 }
  details, h2 { border-color: #33424f } a { color: #7db7ff }
}
"""


def read_document() -> dict[str, Any]:
    """What `DOCUMENT` holds."""
    found: dict[str, Any] = json.loads(DOCUMENT.read_bytes())
    return found


@router.get("/openapi.json")
def document() -> FileResponse:
    return FileResponse(DOCUMENT, media_type="application/json")


@router.get("/docs.css")
def style() -> Response:
    return Response(_STYLE, media_type="text/css")


@router.get("/docs")
def docs() -> HTMLResponse:
    """Every operation by its tag."""
    document = read_document()
    by_tag: dict[str, list[Markup]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            by_tag.setdefault(operation["tags"][0], []).append(_operation(document, method, path, operation))
    parts = Markup("").join(
        Markup("<section><h2>{}</h2>{}</section>").format(tag, Markup("").join(operations))
        for tag, operations in by_tag.items()
    )
    info = document["info"]
    paragraphs = Markup("").join(Markup("<p>{}</p>").format(one) for one in info["description"].split("\n\n"))
    page = Markup(
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="stylesheet" href="docs.css"></head><body><h1>{title} {version}</h1>{paragraphs}'
        '<p><a href="openapi.json">openapi.json</a></p>{parts}</body></html>'
    ).format(title=info["title"], version=info["version"], paragraphs=paragraphs, parts=parts)
    return HTMLResponse(page)


def _operation(told: dict[str, Any], method: str, path: str, operation: dict[str, Any]) -> Markup:
    parameters = Markup("").join(
        Markup("<tr><td><code>{}</code></td><td>{}</td><td>{}</td></tr>").format(
            one["name"], one["in"], one.get("description", "")
        )
        for one in operation.get("parameters", ())
    )
    answers = Markup("").join(
        Markup("<tr><td><code>{}</code></td><td>{}</td></tr>").format(
            status, _resolved(told, one)["description"]
        )
        for status, one in operation["responses"].items()
    )
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    return Markup(
        '<details id="{id}"><summary><b>{method}</b> <code>{path}</code> {summary}</summary>'
        "<p>{description}</p><table>{parameters}</table>{body}<table>{answers}</table></details>"
    ).format(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation.get("summary", ""),
        description=operation.get("description", ""),
        parameters=parameters,
        body=_examples(told, body) if body else "",
        answers=answers,
    )


def _resolved(told: dict[str, Any], one: dict[str, Any]) -> dict[str, Any]:
    name = one.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = told["components"]["responses"][name] if name else one
    return found


def _examples(told: dict[str, Any], schema: dict[str, Any]) -> Markup:
    """The examples of a schema; of a choice, those of each of its parts."""
    found = Markup("")
    for part in schema.get("oneOf", schema.get("anyOf", [schema])):
        name = part.get("$ref", "").rpartition("/")[2]
        full = told["components"]["schemas"][name] if name else part
        for example in full.get("examples", ()):
            text = json.dumps(example, ensure_ascii=False, indent=2)
            found += Markup("<pre>{}</pre>").format(text)
    return found
