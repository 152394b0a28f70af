"""Lines of upsd's protocol: words with blanks between, in quotes where they hold blanks themselves."""

LONGEST = 16384
"""Octets; a longer line is none of upsd's."""


class Malformed(ValueError):
    """What arrived is no line of upsd."""


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
        raise Malformed(f"a quote that does not end in {line[:80]!r}")
    if word is not None:
        found.append("".join(word))
    return found


def line(*said: str) -> bytes:
    """The words as one line, in quotes where they need it. Raises ValueError for what no line can hold."""
    parts = []
    for word in said:
        if any(character in word for character in "\r\n\0"):
            raise ValueError(f"{word!r} holds the end of a line")
        escaped = word.replace("\\", "\\\\").replace('"', '\\"')
        parts.append(f'"{escaped}"' if not word or escaped != word or " " in word else word)
    return " ".join(parts).encode() + b"\n"


ERRORS = {
    "ACCESS-DENIED": "access denied: check user and address in upsd.users and upsd.conf",
    "UNKNOWN-UPS": "there is no UPS of that name",
    "VAR-NOT-SUPPORTED": "the UPS does not have that variable",
    "CMD-NOT-SUPPORTED": "the UPS does not have that command",
    "INVALID-ARGUMENT": "upsd does not understand the argument",
    "INSTCMD-FAILED": "the UPS's driver failed to do it",
    "SET-FAILED": "the UPS's driver failed to set it",
    "READONLY": "the variable cannot be written",
    "TOO-LONG": "the value is too long",
    "INVALID-VALUE": "the value is not allowed",
    "DRIVER-NOT-CONNECTED": "the driver of the UPS is not connected to upsd",
    "DATA-STALE": "upsd has no fresh data of the UPS",
    "PASSWORD-REQUIRED": "it needs a user with a password",
    "USERNAME-REQUIRED": "it needs a user",
    "INVALID-USERNAME": "upsd does not know the user",
    "INVALID-PASSWORD": "the password is wrong",
    "FEATURE-NOT-CONFIGURED": "upsd is not set up for it",
    "FEATURE-NOT-SUPPORTED": "this upsd cannot do it",
}


def meaning(code: str) -> str:
    return f"{code}, {ERRORS[code]}" if code in ERRORS else code
