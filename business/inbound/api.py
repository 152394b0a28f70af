"""REST: posts of outside systems, which no token allows but a signature."""

import re
from typing import Annotated, Final

from fastapi import APIRouter, Header, Path, Request
from pydantic import BaseModel, Field

from actors.messages import CommandResult, Issuer, Stage, TakePost
from business.rest.asking import Commands, Outside, address_of, count
from business.rest.problems import BUSY_S, Refusing, problems
from business.rest.shapes import example
from config.text import Text

router = APIRouter(tags=["inbound"])

LONGEST: Final = 256 * 1024
"""Bytes of a post."""
TTL_S: Final = 5.0
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")
_SECONDS: Final = re.compile(r"[0-9]{1,12}")
_LONGEST_SIGNATURES: Final = 1000

_UNKNOWN = Text("没有这个入站 webhook", "There is no such inbound webhook")
_UNSIGNED = Text(
    "须有 webhook-id、webhook-timestamp、webhook-signature 三个头",
    "The headers webhook-id, webhook-timestamp and webhook-signature are needed",
)
_TOO_LARGE = Text(f"请求体超过 {LONGEST} 字节", f"The body is over {LONGEST} bytes")
_NOT_UTF8 = Text("请求体须为 UTF-8 编码的 JSON", "The body must be JSON in UTF-8")
_AWAY = Text("现在没有设备接收；请稍后重发", "No device takes it now; send it again later")
_REFUSED: Final = {
    "forged": (401, Text("签名不正确", "The signature is wrong")),
    "old": (401, Text("时间戳与服务器相差超过 5 分钟", "The timestamp is more than 5 minutes off")),
    "replayed": (409, Text("这个 webhook-id 已经收到过", "This webhook-id was received before")),
    "unfit": (422, _NOT_UTF8),
}
"""What the field process says, and what is answered."""


class Taken(BaseModel):
    model_config = example({"id": "msg_2Yn5"})
    id: str = Field(description="The `webhook-id` under which it was taken")


@router.post(
    "/inbound/{hook}",
    status_code=202,
    summary="外部系统推送 · A post of an outside system",
    responses=problems(404, 409, 413, 415),
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": "Whatever the system tells; the device's profile says where its values are",
            "content": {"application/json": {"schema": {}, "example": {"gate": "north", "state": "open"}}},
        }
    },
)
async def take_post(
    request: Request,
    ports: Outside,
    hook: Annotated[
        str, Path(pattern="^[a-z][a-z0-9-]{0,63}$", description="`webhook` of the device's connection")
    ],
    webhook_id: Annotated[str, Header(description="Of this event; sent again it is the same")] = "",
    webhook_timestamp: Annotated[str, Header(description="Seconds of the epoch, at most 5 minutes off")] = "",
    webhook_signature: Annotated[str, Header(description="`v1,BASE64`, several with spaces")] = "",
) -> Taken:
    """Needs no token but a signature as of Standard Webhooks, by the secret of the device's connection."""
    count(request, ports.limiter.request, f"inbound:{address_of(request)}")
    takers = ports.posts(hook)
    if not takers:
        raise Refusing(404, _UNKNOWN)
    signed = (
        _ID.fullmatch(webhook_id)
        and _SECONDS.fullmatch(webhook_timestamp)
        and 0 < len(webhook_signature) <= _LONGEST_SIGNATURES
    )
    if not signed:
        raise Refusing(401, _UNSIGNED, code="unsigned")
    count(request, ports.limiter.request, f"inbound-hook:{hook}")
    body = await request.body()
    if len(body) > LONGEST:
        raise Refusing(413, _TOO_LARGE)
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise Refusing(415, _NOT_UTF8) from None
    post = TakePost(hook, webhook_id, int(webhook_timestamp), webhook_signature, text)
    issuer = Issuer("", "", address_of(request))
    told = [await _told(taker, post, issuer) for taker in takers]
    _judge(told)
    return Taken(id=webhook_id)


def _judge(told: list[CommandResult]) -> None:
    """Raises Refusing. That one field process has it already is no reason where another still takes it."""
    if any(result.stage is not Stage.DONE and result.detail not in _REFUSED for result in told):
        raise Refusing(503, _AWAY, headers={"Retry-After": str(BUSY_S)})
    refused = [result.detail for result in told if result.stage is not Stage.DONE]
    worst = next((detail for detail in refused if detail != "replayed"), "")
    if not worst and len(refused) == len(told):
        worst = "replayed"
    if worst:
        status, said = _REFUSED[worst]
        raise Refusing(status, said, code=worst)


async def _told(taker: Commands, post: TakePost, issuer: Issuer) -> CommandResult:
    last = CommandResult("", Stage.UNKNOWN, "", None, 0)
    async for result in taker.send(post, issuer, TTL_S):
        last = result
    return last
