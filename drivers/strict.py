"""The base of the models in which a site file speaks of a device."""

import ipaddress
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from config.problems import Unfit
from config.secret_names import SecretName as SecretName


def is_host_name(host: str) -> str:
    """What a look-up takes as a name; others end it with a UnicodeError. Raises Unfit."""
    try:
        host.encode("idna")
    except UnicodeError:
        raise Unfit(
            "不是主机名：两点之间须有 1 至 63 个字符",
            "is no name of a host: between two dots there are 1 to 63 characters",
        ) from None
    return host


def _is_host(host: str) -> str:
    if ":" in host:
        try:
            ipaddress.ip_address(host)
        except ValueError:
            raise Unfit(
                "不是主机名或地址：端口写在 port，不写 http:// 等前缀",
                "is no name or address of a host: write its port as port, and nothing like http:// before it",
            ) from None
    if any(one.isspace() or one == "/" for one in host):
        raise Unfit("含有空格或斜杠；请去掉", "has a space or a slash in it; leave it out")
    return is_host_name(host)


Host = Annotated[str, AfterValidator(_is_host)]
"""A name or an address, without a port; '' where there may be none."""


class Strict(BaseModel):
    """Unknown keys are refused, and nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)
