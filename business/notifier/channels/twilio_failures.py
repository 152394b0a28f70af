"""What Twilio's codes mean for a message: https://www.twilio.com/docs/api/errors.

They say themselves that a cause may be given a new code: one that is not here is judged by its HTTP status.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from actors.said import said
from business.notifier.channels.port import BadAccount, BadMessage, BadReceiver, NotHanded, TryLater
from business.notifier.channels.texts import hide_numbers

_Meaning = tuple[type[NotHanded], str, str]


def _table(*rows: tuple[Iterable[int], type[NotHanded], str, str]) -> Mapping[int, _Meaning]:
    return {code: (kind, zh, en) for codes, kind, zh, en in rows for code in codes}


_MEANINGS: Final = _table(
    (
        (21211, 21214, 21217, 21265, 21266, 21614, 21635),
        BadReceiver,
        "号码无效或不能以这种方式到达；请更正号码",
        "there is no such number for this way; correct it",
    ),
    (
        (21610,),
        BadReceiver,
        "对方已退订；须由本人回复 START 恢复",
        "he has unsubscribed; only he can undo it, by START",
    ),
    (
        (21408, 21215, 21216, 21612, 13227, 32205),
        BadReceiver,
        "账号未开通该国家或地区；请在 Twilio 控制台 Geo Permissions 中开通，或改用当地服务商",
        "the account may not reach that country; enable it under Geo Permissions, or take a provider there",
    ),
    (
        (21608, 21219),
        BadReceiver,
        "试用账号只能发往已验证的号码；请验证号码或升级账号",
        "a trial account reaches verified numbers only; verify it, or upgrade the account",
    ),
    (
        (20003, 20005, 20404, 20008, 30002),
        BadAccount,
        "账号不可用；请核对 Account SID 与 Auth Token，并在控制台查看账号状态和余额",
        "the account does not work; compare Account SID and Auth Token, and see its state and balance",
    ),
    (
        (21210, 21212, 21213, 21603, 21606, 21659, 21660, 21661, 21701, 21703, 21705),
        BadAccount,
        "发送号码或消息服务不可用；请在设置中改为本账号拥有且支持此用途的号码",
        "the number or service to send from cannot do that; set one that the account owns",
    ),
    (
        (20429, 10004, 14107, 21611, 30001, 30022),
        TryLater,
        "超出速率限制，稍后重试",
        "that was too fast; it will be asked again",
    ),
    (
        (63038,),
        TryLater,
        "超出账号的每日条数；请联系 Twilio 提高额度",
        "the account's messages of a day are used up; ask Twilio for more",
    ),
    (
        (21602, 21617, 14103, 32018),
        BadMessage,
        "内容为空或过长；请修改文本",
        "the text is empty or too long; change it",
    ),
)
_AFTER_S: Final = {63038: 3600.0}  # Of a window of 24 hours that rolls.
DEAD: Final = frozenset({21211, 21214, 21217, 21610, 21614, 21635, 30005, 30006})
"""Codes, in a receipt too, after which nothing will ever arrive: no such phone, a landline, unsubscribed."""


def failure(status: int, code: Any, words: str) -> NotHanded:
    """Of an answer with that HTTP status and code."""
    kind, zh, en = _MEANINGS.get(code) or _by_status(status)
    told = f"{code} {hide_numbers(' '.join(words.split()))[:200]}"
    why = said(f"Twilio 拒收（{told}）：{zh}", f"Twilio refused it ({told}): {en}")
    return TryLater(why, _AFTER_S.get(code, 0.0)) if kind is TryLater else kind(why)


def _by_status(status: int) -> _Meaning:
    if status in {401, 403, 404, 407} or 300 <= status < 400:
        return BadAccount, "请核对账号与接口地址", "compare the account and the address"
    return BadMessage, "请按错误码查阅 Twilio 文档", "look the code up in Twilio's documents"
