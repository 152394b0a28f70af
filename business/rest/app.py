"""The REST interface as an app of its own, mounted at /api/v1: its OpenAPI document is about it alone."""

import asyncio
import re
from collections.abc import Callable, Sequence
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from business.rest.asking import Ports
from business.rest.door import Door
from business.rest.parameters import known_parameters, only_known
from business.rest.problems import (
    EVERYWHERE,
    MEDIA_TYPE,
    Problem,
    Refusing,
    on_http,
    on_refusing,
    on_unfit,
)
from business.rest.reference import read_document
from business.rest.reference import router as reference

VERSION = "1.0"
PREFIX = "/api/v1"
_DESCRIPTION = (
    "园区管家的程序接口：与页面走同样的命令、权限和审计。\n\n"
    "The interface of Steward for programs: the same commands, permissions and audit trail as its pages. "
    "Errors are problem documents (RFC 9457); lists are paged by cursor; times are RFC 3339."
)


def rest(ports: Ports, routers: Sequence[APIRouter]) -> FastAPI:
    """The app of the given routers, which `DOCUMENT` tells of."""
    app = _app(routers)
    app.state.ports = ports
    app.state.parameters = known_parameters(read_document())
    app.include_router(reference)
    app.add_exception_handler(Refusing, on_refusing)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(RequestValidationError, on_unfit)
    app.add_middleware(Door)
    return app


def mounted(make: Callable[[], ASGIApp]) -> Mount:
    """What `make` gives, at its place in a larger app."""
    mount = Mount(PREFIX, _WhenAsked(make))
    # Starlette's own pattern lets an address with a line break pass by, to whatever comes next.
    mount.path_regex = re.compile(f"^{PREFIX}/(?P<path>.*)$", re.DOTALL)
    return mount


class _WhenAsked:
    """Made for the first who asks: a second and a half that a start of the office does not wait for."""

    def __init__(self, make: Callable[[], ASGIApp]) -> None:
        self._make = make
        self._app: ASGIApp | None = None
        self._making = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._making:
            if self._app is None:
                self._app = await asyncio.to_thread(self._make)
        await self._app(scope, receive, send)


def document_of(routers: Sequence[APIRouter]) -> dict[str, Any]:
    """The OpenAPI document of the given routers. Takes a second, so what it gave is kept in `DOCUMENT`."""
    document: dict[str, Any] = _app(routers).openapi()
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}", by_alias=True)
    schemas.update(problem.pop("$defs"))
    schemas["Problem"] = problem
    document["components"]["responses"] = _shared(document)
    return document


def _app(routers: Sequence[APIRouter]) -> FastAPI:
    app = FastAPI(
        title="Steward REST",
        version=VERSION,
        description=_DESCRIPTION,
        servers=[{"url": PREFIX}],
        root_path_in_servers=False,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses=EVERYWHERE,
        dependencies=[Depends(only_known)],
        generate_unique_id_function=lambda route: route.name,
    )
    for router in routers:
        app.include_router(router)
    return app


def _shared(document: dict[str, Any]) -> dict[str, Any]:
    """The problems that many routes answer with, taken out of each of them and told of once."""
    found: dict[str, Any] = {}
    for methods in document["paths"].values():
        for operation in methods.values():
            for status, response in operation["responses"].items():
                if MEDIA_TYPE in response.get("content", {}):
                    found[f"Problem{status}"] = response
                    operation["responses"][status] = {"$ref": f"#/components/responses/Problem{status}"}
    return found
