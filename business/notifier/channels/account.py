"""Fields and checks that accounts of several providers have in common."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from actors.said import said
from business.notifier.channels.port import BadAccount
from config.problems import Unfit
from config.secrets import Secret
from config.table import Words, shown
from config.text import Text

_SECURE = r"https://[^\s/?#@]+|http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?"


def secure(address: str) -> str:
    if not re.fullmatch(_SECURE, address):
        raise Unfit(
            "应形如 https://主机（仅本机可用 http），不带路径",
            "should be like https://HOST (http only to this machine), without a path",
        )
    return address


Address = Annotated[Words, AfterValidator(secure)]
"""Of a provider, or of a proxy before it: keys go there, so never unencrypted over a network."""


def address_field(usual: str) -> Any:
    """The field by which a site may name a proxy's address instead of the provider's."""
    return Field(
        usual,
        title="Address",
        description="of the provider's interface; another only for a proxy before it, which keeps Host",
        json_schema_extra=shown("接口地址", "服务商接口地址；仅在经代理（须保留 Host）访问时改动"),
    )


def needed(secrets: Mapping[str, Secret], name: str, label: Text) -> Secret:
    """The secret of that name. Raises BadAccount when nobody has set it."""
    if (found := secrets.get(name)) is None or not found.reveal():
        raise BadAccount(
            said(
                f"缺少{label.zh}；请在渠道设置中填写",
                f"there is no {label.en}; set it in the channel's settings",
            )
        )
    return found
