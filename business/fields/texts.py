"""Text: one line, long, names, addresses of the web and of mail, labels."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from sqlalchemy import String
from sqlalchemy import Text as LongText

from business.fields.column_types import TextList
from business.fields.field_type import FieldType
from business.fields.written import as_text, line, lines, narrow, short, wrong
from config.text import Text

TAG_LENGTH = 32
_BETWEEN_TAGS = re.compile(r"[、,，;；\n]")
_MAIL = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])",
    re.IGNORECASE,
)


def same(text: str, _language: str) -> str:
    """Shows a text as it stands."""
    return text


def text(most: int = 200) -> FieldType[str]:
    def parse(value: object) -> str:
        return short(line(as_text(value)), most)

    return FieldType("text", Text("文本", "Text"), lambda: String(most), parse, same)


def note(most: int = 10_000) -> FieldType[str]:
    def parse(value: object) -> str:
        return short(lines(as_text(value)), most)

    return FieldType("note", Text("长文本", "Long text"), LongText, parse, same)


def person_name(most: int = 60) -> FieldType[str]:
    """A name of somebody: 张三 is masked as 张*, Anna Berg as A***."""

    def mask(name: str) -> str:
        return name[0] + "*" * (3 if name[0].isascii() else min(len(name) - 1, 2) or 1)

    plain = text(most)
    return FieldType("person_name", Text("姓名", "Name"), plain.column, plain.parse, same, mask)


def url(most: int = 2000) -> FieldType[str]:
    def parse(value: object) -> str:
        found = short(line(as_text(value)), most)
        try:
            parts = urlsplit(found)
            good = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
        except ValueError:
            good = False
        if not good or re.search(r"[\s<>\"\\]", found):
            raise wrong(
                found,
                "不是网址；请以 http:// 或 https:// 开头，不含空格，例如 https://example.com/a",
                "is no web address: begin with http:// or https://, without blanks, "
                "as in https://example.com/a",
            )
        return found

    return FieldType("url", Text("网址", "Web address"), lambda: String(most), parse, same)


def email() -> FieldType[str]:
    def parse(value: object) -> str:
        found = narrow(value)
        name, _, domain = found.rpartition("@")
        if not _MAIL.fullmatch(found) or len(name) > 64 or len(found) > 254:  # RFC 5321
            raise wrong(
                found,
                "不是邮箱地址；请写成 名称@域名，例如 anna@example.com",
                "is no e-mail address: write name@domain, as in anna@example.com",
            )
        return f"{name}@{domain.lower()}"

    def mask(address: str) -> str:
        name, _, domain = address.rpartition("@")
        return f"{name[0]}***@{domain}"

    return FieldType("email", Text("电子邮箱", "E-mail"), lambda: String(254), parse, same, mask)


def tags(most: int = 20) -> FieldType[tuple[str, ...]]:
    """Short labels, each once, in the order given."""

    def parse(value: object) -> tuple[str, ...]:
        given = value if isinstance(value, list | tuple) else _BETWEEN_TAGS.split(as_text(value))
        pieces = (str(piece).replace("＃", "#").strip().lstrip("# ") for piece in given)
        found = tuple(dict.fromkeys(short(line(piece), TAG_LENGTH) for piece in pieces if piece))
        bad = next((one for one in found if one.startswith("#") or _BETWEEN_TAGS.search(one)), None)
        if bad is not None or not found:
            raise wrong(
                bad if bad is not None else value,
                "不是标签；标签之间用顿号分隔，标签内不含、，；#",
                "is no tag: put commas between tags, and no comma, semicolon or # in one",
            )
        if len(found) > most:
            raise wrong(
                "、".join(found),
                f"有 {len(found)} 个标签，最多 {most} 个；请删去一些",
                f"are {len(found)} tags, at most {most} are kept: take some out",
            )
        return found

    return FieldType("tags", Text("标签", "Tags"), TextList, parse, _joined("、"))


def files(most: int = 50) -> FieldType[tuple[str, ...]]:
    """Attachments, each by the SHA-256 of its content, as the store of files names it."""

    def parse(value: object) -> tuple[str, ...]:
        given = value if isinstance(value, list | tuple) else re.split(r"[\s,，、;；]+", narrow(value))
        found = tuple(dict.fromkeys(str(piece).strip().lower() for piece in given if str(piece).strip()))
        bad = next((one for one in found if not re.fullmatch("[0-9a-f]{64}", one)), None)
        if bad is not None or not found:
            raise wrong(
                bad if bad is not None else value,
                "不是附件编号（64 位十六进制 SHA-256）；请先上传文件",
                "is no attachment (a SHA-256 of 64 hexadecimal digits): upload the file first",
            )
        if len(found) > most:
            raise wrong(
                len(found),
                f"个附件超过上限 {most} 个；请删去一些",
                f"attachments are more than {most}: take some out",
            )
        return found

    return FieldType("files", Text("附件", "Files"), TextList, parse, _joined(", "))


def _joined(zh: str) -> Callable[[tuple[str, ...], str], str]:
    def show(values: tuple[str, ...], language: str) -> str:
        return (zh if language == "zh" else ", ").join(values)

    return show


def papers(name: str, label: Text) -> FieldType[str]:
    """What the program keeps for itself, such as JSON about a person: nobody enters it or is shown it."""
    return FieldType(name, label, LongText, str, same, lambda _value: "***")
