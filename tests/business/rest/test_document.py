"""The OpenAPI document: complete, with right examples, checked in, and shown without the internet."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from fastapi.routing import APIRoute

from business.rest.app import PREFIX
from business.rest.reference import DOCUMENT
from business.routers import ROUTERS
from scripts.openapi import text
from tests.business.rest.conftest import Desk

ROOT = Path(__file__).parents[3]


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(m, path, one) for path, methods in document["paths"].items() for m, one in methods.items()]


def test_the_document_in_the_folder_is_that_of_the_program() -> None:
    assert DOCUMENT.read_text("utf-8") == text(), "run `make docs`, and read docs/api.md on what may change"


def test_every_route_is_told_of_with_all_that_it_may_answer(desk: Desk) -> None:
    document = desk.ask("GET", "/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert document["servers"] == [{"url": PREFIX}]
    routes = {
        (m.lower(), r.path)
        for one in ROUTERS
        for r in one.routes
        if isinstance(r, APIRoute)
        for m in r.methods or ()
    }
    told = operations(document)
    assert {(method, path) for method, path, _ in told} == routes
    ids = [one["operationId"] for _, _, one in told]
    assert len(set(ids)) == len(ids)
    for _, path, one in told:
        assert one["tags"]
        assert re.search("[一-鿿].* · [A-Z]", one["summary"]), path
        assert {"401", "403", "422", "423", "429", "500", "503"} <= set(one["responses"])
        if "{" in path:
            assert "404" in one["responses"], path
    assert not any("HTTPValidationError" in name for name in document["components"]["schemas"])


def test_every_object_shows_an_example_that_fits_it(desk: Desk) -> None:
    document = desk.ask("GET", "/openapi.json").json()
    schemas = document["components"]["schemas"]
    shown = 0
    for name, schema in schemas.items():
        if schema.get("type") != "object" or name.startswith(("Page", "Records_")) or name == "Change":
            continue
        assert schema.get("examples"), f"{name} has no example"
        whole = {**schema, "components": document["components"]}
        for example in schema["examples"]:
            jsonschema_rs.Draft202012Validator(whole).validate(example)
            shown += 1
    assert shown > 15


def test_only_health_the_way_in_and_what_is_signed_need_no_token(desk: Desk) -> None:
    """S-20: default deny."""
    document = desk.ask("GET", "/openapi.json").json()
    for method, path, operation in operations(document):
        is_open = (method, path) in {("post", "/tokens"), ("post", "/inbound/{hook}"), ("get", "/health")}
        assert ("security" in operation) != is_open, path
        answer = desk.client.request(
            method, re.sub("{.*?}", "1" * 32, path), json={} if "requestBody" in operation else None
        )
        assert (answer.status_code == 401) != is_open, (method, path, answer.text)


@pytest.mark.parametrize("path", ["/docs", "/docs.css"])
def test_the_page_of_it_needs_nothing_from_elsewhere(desk: Desk, path: str) -> None:
    answer = desk.ask("GET", path)
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"].startswith("default-src 'self'")
    assert not re.search(r"(src|href|action)=.?[a-z]+:|url\(|@import", answer.text)
    assert "<script" not in answer.text
    assert " style=" not in answer.text


def test_the_page_shows_every_operation(desk: Desk) -> None:
    page = desk.ask("GET", "/docs").text
    for _, path, one in operations(json.loads(DOCUMENT.read_text("utf-8"))):
        assert f'id="{one["operationId"]}"' in page
        assert path in page
