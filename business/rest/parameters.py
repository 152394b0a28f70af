"""Parameters that a route does not know are refused: a misspelt filter would let everything through."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError


def known_parameters(document: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    """What may stand behind the question mark, by operation of an OpenAPI document."""
    return {
        operation["operationId"]: frozenset(
            one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"
        )
        for methods in document["paths"].values()
        for operation in methods.values()
    }


async def only_known(request: Request) -> None:
    """A dependency of the whole app. Raises RequestValidationError."""
    known = request.app.state.parameters.get(request.scope["endpoint"].__name__, frozenset())
    unknown = [
        {"type": "extra_forbidden", "loc": ("query", name), "input": value}
        for name, value in request.query_params.items()
        if name not in known
    ]
    if unknown:
        raise RequestValidationError(unknown)
