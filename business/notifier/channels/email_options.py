"""What an administrator sets for a mailbox."""

from ipaddress import ip_address
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from business.notifier.channels.email_content import is_address
from business.notifier.channels.texts import one_line
from config.problems import Unfit
from config.table import Flag, Table, Whole, Words, shown


def _address(value: str) -> str:
    if not is_address(value):
        raise Unfit("应形如 alarm@example.com", "should be like alarm@example.com")
    return value


def _line(value: str) -> str:
    if not one_line(value):
        raise Unfit("不能含换行或控制字符", "should have no line end or control character")
    return value


class EmailTable(Table):
    """The mailbox that messages are sent from."""

    host: Words = Field(
        title="Server",
        description="that takes outgoing mail, such as smtp.example.com",
        json_schema_extra=shown("发信服务器", "如 smtp.example.com"),
    )
    port: Whole = Field(
        587,
        ge=1,
        le=65535,
        title="Port",
        description="587 for starttls, 465 for tls",
        json_schema_extra=shown("端口", "starttls 用 587，tls 用 465"),
    )
    security: Literal["starttls", "tls", "none"] = Field(
        "starttls",
        title="Security",
        description="starttls turns to encryption after the greeting, tls begins with it; none only to this"
        " machine",
        json_schema_extra=shown("加密方式", "starttls 先问候后加密，tls 一开始即加密；none 仅限本机"),
    )
    unencrypted: Flag = Field(
        default=False,
        title="Unencrypted elsewhere",
        description="let mail, user and password go unencrypted to another machine",
        json_schema_extra=shown("允许明文外发", "允许邮件、用户名和密码不加密地发往其他机器"),
    )
    user: str = Field(
        "",
        max_length=200,
        title="User",
        description="as whom to log in; empty where the server asks for nobody",
        json_schema_extra=shown("用户名", "登录名；服务器不要求登录则留空"),
    )
    sender: Annotated[str, AfterValidator(_address)] = Field(
        title="From",
        description="address that mail comes from",
        json_schema_extra=shown("发件地址", "邮件的发件地址"),
    )
    sender_name: Annotated[str, AfterValidator(_line)] = Field(
        "",
        max_length=100,
        title="Name",
        description="beside the address",
        json_schema_extra=shown("发件人名称", "显示在发件地址旁"),
    )
    ca_file: str = Field(
        "",
        max_length=400,
        title="CA",
        description="file of the authority that the server's certificate comes from; empty for a public one",
        json_schema_extra=shown("CA 文件", "签发服务器证书的机构的证书文件；公共证书留空"),
    )

    @model_validator(mode="after")
    def _encrypted(self) -> Self:
        if self.security == "none" and not self.unencrypted and not _here(self.host):
            raise Unfit(
                "明文只能发往本机；请选择 starttls 或 tls，或明确允许明文外发",
                "should be encrypted to another machine: choose starttls or tls, or allow it unencrypted",
            )
        return self


def _here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
