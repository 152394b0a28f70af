"""Secrets: from the environment, from a file, or drawn at random; never printed."""

import hmac
import os
import secrets
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import NoReturn

from config.text import Explained, Text

SHORTEST = 32
"""Bytes; what is generated has as many at random."""


class SecretError(Explained):
    """Raised when a secret is missing, too short or open to others; never says its value."""


class SecretMissing(SecretError):
    """Raised when nobody gave the secret."""


class Secret(str):
    """A text that shows as *** wherever it is printed, formatted or written as JSON."""

    __slots__ = ("_value",)
    _value: str

    def __new__(cls, value: str) -> "Secret":
        hidden = super().__new__(cls, "***")
        hidden._value = value
        return hidden

    def reveal(self) -> str:
        """The secret itself, to be handed on at once and kept nowhere."""
        return self._value

    def __repr__(self) -> str:
        return "***"

    def __format__(self, spec: str) -> str:
        return format("***", spec)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return False
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = object.__hash__

    def __copy__(self) -> "Secret":
        return self

    def __deepcopy__(self, memo: object) -> "Secret":
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a secret is not pickled; hand on where it comes from")


def secret(
    name: str,
    environ: Mapping[str, str],
    *,
    directory: Path,
    generate: bool = False,
    shortest: int = SHORTEST,
) -> Secret:
    """The secret called `name`, such as "session-secret", of at least `shortest` bytes.

    It is taken from STEWARD_SESSION_SECRET, else from the file that STEWARD_SESSION_SECRET_FILE names, else
    from `directory`/session-secret. With `generate` that file is made when there is none. Raises SecretError.
    """
    variable = "STEWARD_" + name.upper().replace("-", "_").replace(" ", "_")
    own = directory / name.replace(" ", "-")
    if variable in environ:
        value = environ[variable]
        place = Text(f"环境变量 {variable} 中", f"the environment variable {variable}")
    elif named := environ.get(f"{variable}_FILE"):
        value = _read(Path(named), name)
        place = Text(f"{variable}_FILE 所指文件 {named} 中", f"the file {named} of {variable}_FILE")
    elif own.exists() or (generate and _generate(own)):
        value, place = _read_own(own, name), Text(f"文件 {own} 中", f"the file {own}")
    else:
        raise SecretMissing(
            f"缺少密钥 {name}：请设置 {variable}，或用 {variable}_FILE 指定文件，或写入 {own}",
            f"no {name}: set {variable}, or {variable}_FILE to a file, or write it to {own}",
        )
    if (size := len(value.encode())) < shortest:
        raise SecretError(
            f"{place.zh}的密钥 {name} 只有 {size} 字节，至少需要 {shortest} 字节；"
            "生成命令：openssl rand -hex 32",
            f"the {name} in {place.en} has {size} bytes, at least {shortest} are needed;"
            " make one with: openssl rand -hex 32",
        )
    return Secret(value)


def _read_own(file: Path, name: str) -> str:
    mode = stat.S_IMODE(file.stat().st_mode)
    if mode & 0o077:
        raise SecretError(
            f"密钥 {name} 的文件 {file} 他人可读（权限 {mode:03o}）；请执行 chmod 600 {file} 并更换密钥",
            f"the {name} in {file} is open to others (mode {mode:03o}); run: chmod 600 {file}, and renew it",
        )
    return _read(file, name)


def _read(file: Path, name: str) -> str:
    try:
        return file.read_text("utf-8").strip()
    except OSError as error:
        raise SecretError(
            f"密钥 {name} 的文件 {file} 无法读取：{error.strerror}",
            f"the {name} in {file} cannot be read: {error.strerror}",
        ) from error
    except UnicodeDecodeError:
        raise SecretError(
            f"密钥 {name} 的文件 {file} 不是 UTF-8 文本；请写成十六进制或 Base64",
            f"the {name} in {file} is not UTF-8 text; write it as hex or Base64",
        ) from None


def _generate(file: Path) -> bool:
    """Writes a new secret (mode 600) unless another process was first. Always true: the file is there."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("w", encoding="utf-8", dir=file.parent, suffix=".draft") as draft:
        draft.write(secrets.token_hex(SHORTEST))
        draft.flush()
        os.fsync(draft.fileno())
        with suppress(FileExistsError):
            os.link(draft.name, file)
    return True
