"""Refusals of the REST interface as problem documents (RFC 9457), in the reader's language."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from business.access import Refusal
from business.rest.reasons import reason
from business.rest.shapes import example
from config.text import Text

MEDIA_TYPE = "application/problem+json"
CHALLENGE = {"WWW-Authenticate": "Bearer"}
"""Header of every 401."""
BUSY_S = 5
"""When to come again after a 503."""

_TITLES: Mapping[int, Text] = {
    401: Text("未登录", "Not logged in"),
    403: Text("没有权限", "Not permitted"),
    404: Text("不存在", "Not found"),
    405: Text("不支持该方法", "Method not allowed"),
    409: Text("与现有数据冲突", "Conflict"),
    412: Text("数据已被他人修改", "Changed by somebody else"),
    413: Text("请求过大", "Too large"),
    415: Text("不支持的内容类型", "Unsupported media type"),
    422: Text("内容不符合要求", "Unfit content"),
    423: Text("已锁定", "Locked"),
    428: Text("缺少前提条件", "Precondition required"),
    429: Text("请求过多", "Too many requests"),
    500: Text("内部错误", "Internal error"),
    503: Text("暂时无法处理", "Unavailable for now"),
}
STATUSES: Mapping[str, int] = {
    Refusal.NOT_LOGGED_IN: 401,
    Refusal.LOG_IN_FAILED: 401,
    Refusal.TOKEN_REUSED: 401,
    Refusal.IDLE: 401,
    Refusal.NOT_PERMITTED: 403,
    Refusal.UNKNOWN_USER: 404,
    Refusal.UNKNOWN_SESSION: 404,
    Refusal.NAME_TAKEN: 409,
    Refusal.LAST_ADMINISTRATOR: 409,
    Refusal.NOT_LOCKED: 409,
    Refusal.SESSION_LOCKED: 423,
    Refusal.LOCKED_OUT: 429,
    Refusal.NOT_RECORDED: 503,
}
"""Refusals that are not simply unfit content (422)."""


class Mistake(BaseModel):
    """What is wrong with one value of a request."""

    model_config = example({"in": "body", "pointer": "/user", "reason": "必填"})

    where: str = Field(alias="in", description="path, query, header or body")
    pointer: str = Field(description="JSON pointer (RFC 6901) to the value; of parameters, their name")
    value: str | int | float | bool | None = Field(
        None, description="What it was, where it is short and no secret"
    )
    reason: str


class Problem(BaseModel):
    """Why a request was not fulfilled (RFC 9457), in the language of Accept-Language (zh, en)."""

    model_config = example(
        {
            "type": "about:blank",
            "title": "没有权限",
            "status": 403,
            "detail": "您的角色没有此权限",
            "code": "not-permitted",
        }
    )

    type: str = "about:blank"
    title: str
    status: int = Field(ge=400, le=599)
    detail: str = ""
    code: str = Field("", description="The reason for programs; it keeps its name within v1")
    errors: list[Mistake] | None = None


class Refusing(Exception):
    """Ends a request with a problem document."""

    def __init__(
        self,
        status: int,
        detail: Text | str = "",
        *,
        code: str = "",
        headers: Mapping[str, str] | None = None,
        errors: Sequence[Mistake] = (),
    ) -> None:
        """`detail` is a text, the code of a `Refusal`, or a text that is said in both languages."""
        super().__init__(status, detail)
        self.status = status
        self.detail = detail
        self.code = code
        self.headers = dict(headers or {})
        self.errors = errors


def refused(detail: str, headers: Mapping[str, str] | None = None) -> Refusing:
    """The problem for what the business refused: a `Refusal`, or a text said in both languages."""
    status = STATUSES.get(detail, 422)
    code = detail if detail in set(Refusal) else ""
    found = dict(headers or {})
    if status == 401:
        found |= CHALLENGE
    if status == 429:
        found["Retry-After"] = "900"  # as long as a lock-out lasts
    if status == 503:
        found["Retry-After"] = str(BUSY_S)
    return Refusing(status, detail, code=code, headers=found)


def language(accepted: str) -> str:
    """'zh' or 'en', the first of them that Accept-Language names; Chinese when it names neither."""
    best, best_weight = "zh", 0.0
    for part in accepted.split(","):
        tag, _, parameter = part.strip().partition(";")
        weight = parameter.strip().removeprefix("q=")
        try:
            value = float(weight) if weight else 1.0
        except ValueError:
            continue
        primary = tag.strip().lower().partition("-")[0]
        if primary in {"zh", "en"} and value > best_weight:
            best, best_weight = primary, value
    return best


def answer(request: Request, refusing: Refusing) -> JSONResponse:
    """The problem document."""
    spoken = language(request.headers.get("accept-language", ""))
    title = _TITLES.get(refusing.status)
    detail = refusing.detail
    problem = Problem(
        title=title.in_language(spoken) if title else HTTPStatus(refusing.status).phrase,
        status=refusing.status,
        detail=detail.in_language(spoken) if isinstance(detail, Text) else _in_words(request, spoken, detail),
        code=refusing.code,
        errors=list(refusing.errors) or None,
    )
    return JSONResponse(
        problem.model_dump(by_alias=True, exclude_none=True),
        refusing.status,
        {**refusing.headers, "Content-Language": spoken, "Vary": "Accept-Language"},
        MEDIA_TYPE,
    )


def _in_words(request: Request, spoken: str, detail: str) -> str:
    words: str = request.app.state.ports.words(spoken, detail) if detail else ""
    return words


async def on_refusing(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refusing)
    return answer(request, error)


async def on_http(request: Request, error: Exception) -> JSONResponse:
    """What the framework itself refuses: unknown paths, wrong methods, bodies that cannot be read."""
    assert isinstance(error, HTTPException)
    status = error.status_code if error.status_code in _TITLES else 422
    return answer(request, Refusing(status, _FRAMEWORK.get(status, ""), headers=error.headers))


async def on_unfit(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    spoken = language(request.headers.get("accept-language", ""))
    mistakes = [_mistake(one, spoken) for one in error.errors()]
    return answer(request, Refusing(422, errors=mistakes))


_FRAMEWORK: Mapping[int, Text] = {
    404: Text("没有这个地址", "Nothing is at this address"),
    405: Text("这个地址不支持该方法；可用的见 Allow", "This address does not know the method; see Allow"),
    413: Text("请求体过大；请分批", "The body is too large; split it"),
    422: Text("请求体不是有效的 JSON", "The body is not valid JSON"),
}
_SECRETS = ("password", "key", "secret", "token", "authorization")


def _mistake(one: Mapping[str, Any], spoken: str) -> Mistake:
    where, *path = [str(part) for part in one["loc"]]
    pointer = "".join(f"/{part.replace('~', '~0').replace('/', '~1')}" for part in path)
    value = one.get("input")
    is_secret = any(secret in part.lower() for part in path for secret in _SECRETS)
    if (
        is_secret
        or one["type"] in {"missing", "json_invalid"}
        or not isinstance(value, str | int | float | bool)
    ):
        value = None
    if isinstance(value, str):
        value = value[:200].encode("utf-8", "replace").decode()
    elif isinstance(value, float | int) and not -1e15 < value < 1e15:
        value = str(value)[:200]  # also what JSON has no number for
    return Mistake.model_validate(
        {"in": where, "pointer": pointer, "value": value, "reason": reason(one, spoken)}
    )


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route: what it may refuse beside what every route may."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {"description": _TITLES[status].en, "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in statuses
    }


EVERYWHERE = problems(401, 403, 413, 415, 422, 423, 429, 500, 503)
