"""Parameters that a route does not know, or knows once, are refused: a filter overlooked lets all through."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError


def known_parameters(document: Mapping[str, Any]) -> dict[str, dict[str, bool]]:
    """What may stand behind the question mark, by operation of a document; True for more than once."""
    return {
        operation["operationId"]: {
            one["name"]: one["schema"].get("type") == "array"
            for one in operation.get("parameters", ())
            if one["in"] == "query"
        }
        for methods in document["paths"].values()
        for operation in methods.values()
    }


async def only_known(request: Request) -> None:
    """A dependency of the whole app. Raises RequestValidationError."""
    known = request.app.state.parameters.get(request.scope["endpoint"].__name__, {})
    unknown = [
        {"type": "extra_forbidden", "loc": ("query", name), "input": value}
        for name, value in request.query_params.items()
        if name not in known
    ]
    repeated = [
        {"type": "once", "loc": ("query", name), "input": values}
        for name, several in known.items()
        if not several and len(values := request.query_params.getlist(name)) > 1
    ]
    if unknown or repeated:
        raise RequestValidationError([*unknown, *repeated])
