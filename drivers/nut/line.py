"""Lines of upsd's protocol: words with blanks between, in quotes where they hold blanks themselves."""

from config.text import Explained, Text

LONGEST = 16384
"""Octets; a longer line is none of upsd's."""


class Malformed(Explained, ValueError):
    """What arrived is no line of upsd."""


class Unsayable(Explained, ValueError):
    """No line can hold it."""


def words(line: str) -> list[str]:
    """Quotes and the backslashes before quotes and backslashes are taken away. Raises Malformed."""
    found: list[str] = []
    word: list[str] | None = None
    is_quoted = is_escaped = False
    for character in line:
        if is_escaped:
            is_escaped = False
        elif character == "\\":
            is_escaped = True
            word = [] if word is None else word
            continue
        elif character == '"':
            is_quoted = not is_quoted
            word = [] if word is None else word
            continue
        elif character == " " and not is_quoted:
            if word is not None:
                found.append("".join(word))
                word = None
            continue
        word = [] if word is None else word
        word.append(character)
    if is_quoted or is_escaped:
        raise Malformed(f"应答 {line[:80]!r} 中的引号没有结束", f"a quote that does not end in {line[:80]!r}")
    if word is not None:
        found.append("".join(word))
    return found


def line(*said: str) -> bytes:
    """The words as one line, in quotes where they need it. Raises Unsayable."""
    parts = []
    for word in said:
        if any(character in word for character in "\r\n\0"):
            raise Unsayable("有一个词含有换行符", "a word holds the end of a line")  # it may be a password
        escaped = word.replace("\\", "\\\\").replace('"', '\\"')
        parts.append(f'"{escaped}"' if not word or escaped != word or " " in word else word)
    try:
        return " ".join(parts).encode() + b"\n"
    except UnicodeEncodeError as error:
        raise Unsayable(f"不能编码为 UTF-8：{error}", str(error)) from None


ERRORS = {
    "ACCESS-DENIED": Text(
        "拒绝访问；请检查 upsd.users 和 upsd.conf 中的用户和地址",
        "access denied: check user and address in upsd.users and upsd.conf",
    ),
    "UNKNOWN-UPS": Text("没有该名称的 UPS", "there is no UPS of that name"),
    "VAR-NOT-SUPPORTED": Text("该 UPS 没有此变量", "the UPS does not have that variable"),
    "CMD-NOT-SUPPORTED": Text("该 UPS 没有此命令", "the UPS does not have that command"),
    "INVALID-ARGUMENT": Text("upsd 不理解该参数", "upsd does not understand the argument"),
    "INSTCMD-FAILED": Text("该 UPS 的驱动执行失败", "the UPS's driver failed to do it"),
    "SET-FAILED": Text("该 UPS 的驱动设置失败", "the UPS's driver failed to set it"),
    "READONLY": Text("该变量不能写入", "the variable cannot be written"),
    "TOO-LONG": Text("值过长", "the value is too long"),
    "INVALID-VALUE": Text("值不被允许", "the value is not allowed"),
    "DRIVER-NOT-CONNECTED": Text(
        "该 UPS 的驱动未连接到 upsd", "the driver of the UPS is not connected to upsd"
    ),
    "DATA-STALE": Text("upsd 没有该 UPS 的最新数据", "upsd has no fresh data of the UPS"),
    "PASSWORD-REQUIRED": Text("需要有口令的用户", "it needs a user with a password"),
    "USERNAME-REQUIRED": Text("需要用户", "it needs a user"),
    "INVALID-USERNAME": Text("upsd 没有该用户", "upsd does not know the user"),
    "INVALID-PASSWORD": Text("口令错误", "the password is wrong"),
    "FEATURE-NOT-CONFIGURED": Text("upsd 未配置此功能", "upsd is not set up for it"),
    "FEATURE-NOT-SUPPORTED": Text("该 upsd 不支持此功能", "this upsd cannot do it"),
}


def meaning(code: str) -> Text:
    if (known := ERRORS.get(code)) is None:
        return Text(f"upsd 报错 {code}", code)
    return Text(f"{code}，{known.zh}", f"{code}, {known.en}")
