"""Group robots of chat programs against stand-ins that refuse what the real ones would."""

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from actors.said import in_language
from business.notifier.channels import dingtalk_robot, feishu_robot, wecom_robot
from business.notifier.channels.port import (
    BadAccount,
    BadMessage,
    BadReceiver,
    Channel,
    ChannelKind,
    NotHanded,
    Outgoing,
    TryLater,
)
from config.secrets import Secret
from tests.business.notifier.channels.contract import HOUSE, nobody_there, owes
from tests.business.notifier.channels.robots_stand_in import (
    KEY,
    SECRET,
    TOKEN,
    Dingtalk,
    Feishu,
    RobotProvider,
    Wecom,
)

KINDS: dict[str, tuple[ChannelKind, type[RobotProvider]]] = {
    "wecom": (wecom_robot.KIND, Wecom),
    "dingtalk": (dingtalk_robot.KIND, Dingtalk),
    "feishu": (feishu_robot.KIND, Feishu),
}
SECRETS = {
    "wecom": {"key": KEY},
    "dingtalk": {"token": TOKEN, "secret": SECRET},
    "feishu": {"token": TOKEN, "secret": SECRET},
}
MESSAGE = Outgoing(
    id="0" * 31 + "1",
    to="+8613800138000",
    language="zh",
    subject="高高报警",
    text="锅炉房 1 号锅炉 压力 1.31 MPa",
    link="https://steward.example.com/a/7f3a",
    urgent=True,
)


@pytest.fixture(params=KINDS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def provider(name: str) -> Iterator[RobotProvider]:
    with KINDS[name][1]() as one:
        yield one


def opened(name: str, url: str, **other: str) -> Channel:
    kind = KINDS[name][0]
    secrets = {key: Secret(value) for key, value in (SECRETS[name] | other).items()}
    return kind.open(kind.options(address=url), secrets, HOUSE)


def words_of(message: dict[str, Any]) -> str:
    """Everything that a robot says, as the group reads it."""
    if "text" in message:
        return str(message["text"]["content"])
    (post,) = message["content"]["post"].values()
    return "\n".join(piece.get("text", "") for line in post["content"] for piece in line)


async def test_it_owes_what_every_channel_owes(name: str, provider: RobotProvider) -> None:
    channel = opened(name, provider.url)
    await owes(channel, provider, MESSAGE)
    assert await channel.receipts([("x", MESSAGE.to, 0)]) == ()
    assert await channel.answers(0) == ()
    await channel.close()


async def test_where_nobody_listens_it_is_tried_later(name: str) -> None:
    channel = opened(name, "http://127.0.0.1:9")
    await nobody_there(channel, MESSAGE)
    await channel.close()


async def test_the_group_reads_subject_text_and_link(name: str, provider: RobotProvider) -> None:
    channel = opened(name, provider.url)
    await channel.hand_over(MESSAGE)
    (taken,) = provider.messages
    assert words_of(taken).startswith(f"{MESSAGE.subject}\n{MESSAGE.text}")
    assert MESSAGE.link in json.dumps(taken)
    await channel.close()


async def test_a_long_text_is_cut_with_a_mark_and_keeps_its_link(name: str, provider: RobotProvider) -> None:
    channel = opened(name, provider.url)
    for text in ("压力高" * 9000, '\\"\n' * 20_000):
        await channel.hand_over(replace(MESSAGE, text=text))
    for taken in provider.messages:
        assert "（已截断）" in words_of(taken)
        assert MESSAGE.link in json.dumps(taken)
    size = len(provider.requests[0].body)
    assert size > (1900 if name == "wecom" else 19_500), "it is cut no shorter than needed"
    await channel.close()


async def test_somebody_or_everybody_or_nobody_is_mentioned(name: str, provider: RobotProvider) -> None:
    channel = opened(name, provider.url)
    for to in (MESSAGE.to, "@all", "", "+85251234567"):
        await channel.hand_over(replace(MESSAGE, to=to))
    found = [json.dumps(one) for one in provider.messages]
    if name == "feishu":
        assert [('"user_id": "all"' in one) for one in found] == [False, True, False, False]
    elif name == "wecom":
        mentioned = [one["text"].get("mentioned_mobile_list") for one in provider.messages]
        assert mentioned == [["13800138000"], ["@all"], None, ["+85251234567"]]
    else:
        at = [(one["at"]["atMobiles"], one["at"]["isAtAll"]) for one in provider.messages]
        assert at == [(["13800138000"], False), ([], True), ([], False), (["+85251234567"], False)]
    with pytest.raises(BadReceiver):
        await channel.hand_over(replace(MESSAGE, to="zhang san"))
    await channel.close()


async def test_too_many_in_a_minute_are_tried_later(name: str, provider: RobotProvider) -> None:
    channel = opened(name, provider.url)
    provider.a_minute = 2
    for _ in range(2):
        await channel.hand_over(MESSAGE)
    with pytest.raises(TryLater) as caught:
        await channel.hand_over(MESSAGE)
    assert caught.value.after_s == 60
    await channel.close()


@pytest.mark.parametrize("wrong", ["key", "token", "secret"])
async def test_a_wrong_secret_is_the_accounts_fault(name: str, provider: RobotProvider, wrong: str) -> None:
    if wrong not in SECRETS[name]:
        return
    channel = opened(name, provider.url, **{wrong: "0123456789abcdef"})
    for asked in (channel.hand_over(MESSAGE), channel.check()):
        with pytest.raises(BadAccount) as caught:
            await asked
        assert "0123456789abcdef" not in str(caught.value)
    await channel.close()


async def test_an_address_given_as_a_key_is_refused_with_the_way_out(
    name: str, provider: RobotProvider
) -> None:
    key = "key" if name == "wecom" else "token"
    channel = opened(name, provider.url, **{key: f"https://example.com/send?key={KEY}"})
    with pytest.raises(BadAccount, match="address") as caught:
        await channel.hand_over(MESSAGE)
    assert KEY not in str(caught.value)
    assert not provider.requests
    unset = opened(name, provider.url, **{key: ""})
    with pytest.raises(BadAccount, match="set it"):
        await unset.check()
    await channel.close()


REFUSALS: list[tuple[str, int, str, type[NotHanded]]] = [
    ("wecom", 93000, "invalid webhook url", BadAccount),
    ("wecom", 45009, "api freq out of limit", TryLater),
    ("wecom", -1, "system busy", TryLater),
    ("wecom", 40058, "text.content exceed max length", BadMessage),
    ("dingtalk", 310000, "keywords not in content", BadAccount),
    ("dingtalk", 300001, "token is not exist", BadAccount),
    ("dingtalk", 130101, "send too fast, exceed 20 times per minute", TryLater),
    ("dingtalk", 430102, "文本包含不合适的内容", BadMessage),
    ("feishu", 19022, "Ip Not Allowed", BadAccount),
    ("feishu", 19024, "Key Words Not Found", BadAccount),
    ("feishu", 11232, "frequency limited psm", TryLater),
    ("feishu", 9499, "too many request", TryLater),
    ("feishu", 9499, "Bad Request", BadMessage),
    ("feishu", 77777, "nobody knows", BadMessage),
]


@pytest.mark.parametrize(("of", "code", "words", "kind"), REFUSALS)
async def test_their_codes_say_whose_fault_it_is(
    of: str, code: int, words: str, kind: type[NotHanded]
) -> None:
    with KINDS[of][1]() as provider:
        channel = opened(of, provider.url)
        provider.refuse = (code, f"{words} {TOKEN} {KEY} 13800138000")
        with pytest.raises(NotHanded) as caught:
            await channel.hand_over(MESSAGE)
        assert type(caught.value) is kind
        told = str(caught.value)
        assert str(code) in told
        assert in_language(told, "zh") != in_language(told, "en")
        for secret in (*SECRETS[of].values(), "13800138000"):
            assert secret not in told
        await channel.close()


@pytest.mark.parametrize("of", ["dingtalk", "feishu"])
async def test_a_clock_that_is_an_hour_off_is_named(of: str) -> None:
    with KINDS[of][1](lambda: 1_700_000_000.0) as provider:
        channel = opened(of, provider.url)
        with pytest.raises(BadAccount, match="clock"):
            await channel.hand_over(MESSAGE)
        await channel.close()


@pytest.mark.parametrize("of", ["dingtalk", "feishu"])
async def test_a_robot_without_signing_is_sent_no_signature(of: str) -> None:
    with KINDS[of][1]() as provider:
        channel = opened(of, provider.url, secret="")
        with pytest.raises(BadAccount):
            await channel.hand_over(MESSAGE)
        (request,) = provider.requests
        assert "sign" not in request.query
        assert b'"sign"' not in request.body
        await channel.close()


async def test_a_name_that_looks_like_a_tag_calls_nobody() -> None:
    with Feishu() as provider:
        channel = opened("feishu", provider.url)
        await channel.hand_over(replace(MESSAGE, to="", text='<at user_id="all"></at> **x**'))
        (taken,) = provider.messages
        ((piece,), (link,)) = taken["content"]["post"]["zh_cn"]["content"]
        assert piece["tag"] == "text"
        assert link == {"tag": "a", "text": "打开处理页面", "href": MESSAGE.link}
        await channel.close()


async def test_nothing_secret_is_shown_or_logged(
    name: str, provider: RobotProvider, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    channel = opened(name, provider.url)
    await channel.hand_over(MESSAGE)
    for secret in SECRETS[name].values():
        assert secret not in repr(channel) + repr(vars(channel)) + caplog.text
    await channel.close()


def test_signatures_are_those_of_the_published_programs() -> None:
    """By other means: `openssl dgst -sha256 -hmac` over the published examples' secrets and texts to sign."""
    assert dingtalk_robot.signature("this is secret", 1577262236757) == (
        "hmPWwU+7lVdm3ZZz0r9tSfx0L4Q26jWOZr9+Gs6EZQM="
    )
    assert feishu_robot.signature("demo", 1599360473) == "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8="


@pytest.mark.parametrize("address", ["http://10.1.2.3", "https://a.example/b", "ftp://a", "https://u:p@a"])
def test_keys_go_nowhere_unencrypted(name: str, address: str) -> None:
    with pytest.raises(ValueError, match="https"):
        KINDS[name][0].options(address=address)
