"""A provider's refusal in words: who refused, by which code, and the way out."""

from actors.said import said
from business.notifier.channels.port import (
    BadAccount,
    BadMessage,
    BadReceiver,
    NotHanded,
    TryLater,
    Unclear,
)
from business.notifier.channels.texts import discreet
from config.text import Text

_WAY_OUT: dict[type[NotHanded], Text] = {
    BadReceiver: Text("请核对接收号码", "check the receiver's number"),
    BadMessage: Text(
        "请在服务商控制台核对模板及其变量",
        "compare template and variables with what the provider's console shows as approved",
    ),
    BadAccount: Text(
        "请核对密钥、权限、余额、签名与号码等账户设置",
        "check the account: key, permissions, balance, signature and numbers",
    ),
    TryLater: Text("稍后会再试", "it will be tried again later"),
    Unclear: Text("请在服务商控制台查看是否已发出", "see in the provider's console whether it has gone out"),
}


def refusal(
    kind: type[NotHanded], provider: Text, code: str, words: str = "", *, after_s: float = 0.0
) -> NotHanded:
    """`words` are the provider's; numbers in them are hidden. `after_s` counts for TryLater only."""
    told = f"{code[:80]} {discreet(words)}".strip()
    way_out = _WAY_OUT[kind]
    text = said(
        f"{provider.zh}拒绝了请求：{told}；{way_out.zh}",
        f"{provider.en} refused the request: {told}; {way_out.en}",
    )
    return TryLater(text, after_s) if kind is TryLater else kind(text)


def rubbish(provider: Text, status: int, *, sends: bool) -> NotHanded:
    """An answer that is none of this provider's: after one that sends, nobody knows what became of it."""
    zh = f"{provider.zh}的应答无法识别（HTTP {status}）；请检查网络与服务地址"
    en = f"{provider.en}'s answer makes no sense (HTTP {status}); check the network and the address"
    return (Unclear if sends else TryLater)(said(zh, en))


def no_template(provider: Text) -> BadMessage:
    return BadMessage(
        said(
            f"{provider.zh}只发送已审核的模板，而此消息没有模板编号；请为它设置模板",
            f"{provider.en} takes approved templates only, and this message names none; set one for it",
        )
    )
