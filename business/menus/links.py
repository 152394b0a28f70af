"""Where a link of one's own may lead: to a page of this site, or by https to another."""

from urllib.parse import urlsplit

from actors.said import said
from business import wording
from business.gate import Refused
from business.menus.model import PATH_LENGTH
from config.text import Text

_LINK = Text("链接", "the link")


def checked_link(text: str) -> str:
    """Raises Refused for anything that a browser could take for another place than it seems."""
    link = wording.name(text, _LINK, PATH_LENGTH)
    for at, one in enumerate(link, start=1):
        if one.isspace() or one in "\\\"'<>`{}":
            raise Refused(
                said(
                    f"链接的第 {at} 个字符 {one!r} 不可用；请删去空格、引号和反斜杠",
                    f"character {at} of the link is {one!r}; leave out spaces, quotes and backslashes",
                )
            )
    if not (_is_here(link) or _is_https(link)):
        raise Refused(
            said(
                f"链接“{link}”不可用；请写本站页面（如 /audit）或以 https:// 开头的网址",
                f"{link!r} cannot be linked; give a page of this site, as /audit, or an address that "
                "begins with https://",
            )
        )
    return link


def _is_here(link: str) -> bool:
    return link.startswith("/") and not link.startswith("//")


def _is_https(link: str) -> bool:
    try:
        parts = urlsplit(link)
        port = parts.port  # raises for one that is no number of a port
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc and port != 0
