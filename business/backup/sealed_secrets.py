"""The secrets of a site in a backup: one file that a passphrase opens (scrypt, AES-256-GCM)."""

import json
import os
from base64 import b64decode, b64encode
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from actors.said import said
from business.backup.trouble import BackupError, Damaged

NAME = "secrets.sealed"
SHORTEST = 12
"""Characters of a passphrase."""
_COST = {"n": 2**16, "r": 8, "p": 1}
"""64 MiB and about 0.2 s a guess."""


class WrongPassphrase(BackupError):
    """Raised when the passphrase does not open the secrets, or somebody changed them."""


def seal(secrets: Path, passphrase: str) -> bytes:
    """Raises BackupError when the passphrase is too short."""
    if len(passphrase) < SHORTEST:
        raise BackupError(
            said(
                f"口令只有 {len(passphrase)} 个字符，至少要 {SHORTEST} 个",
                f"the passphrase has {len(passphrase)} characters, at least {SHORTEST} are needed",
            )
        )
    salt, nonce = os.urandom(16), os.urandom(12)
    plain = json.dumps({name: _text(content) for name, content in _contents(secrets).items()}).encode()
    head = json.dumps({"scrypt": _COST, "salt": _text(salt), "nonce": _text(nonce)}).encode()
    return head + b"\n" + AESGCM(_key(passphrase, salt, _COST)).encrypt(nonce, plain, head)


def unseal(sealed: bytes, passphrase: str, path: Path) -> dict[str, bytes]:
    """The secrets by name. Raises WrongPassphrase, Damaged."""
    head, _, body = sealed.partition(b"\n")
    try:
        told = json.loads(head)
        salt, nonce, cost = b64decode(told["salt"]), b64decode(told["nonce"]), dict(told["scrypt"])
        if cost != _COST:
            raise ValueError(f"scrypt {cost}")
    except (ValueError, KeyError, TypeError) as error:
        raise Damaged(path, f"开头无法读取（{error}）", f"its head cannot be read ({error})") from error
    try:
        plain = AESGCM(_key(passphrase, salt, cost)).decrypt(nonce, body, head)
    except InvalidTag:
        raise WrongPassphrase(
            said(
                f"口令打不开 {path}；请输入备份时用的口令",
                f"the passphrase does not open {path}; give the one with which the backup was made",
            )
        ) from None
    return {name: b64decode(content) for name, content in json.loads(plain).items()}


def _contents(secrets: Path) -> dict[str, bytes]:
    if not secrets.is_dir():
        return {}
    return {
        path.relative_to(secrets).as_posix(): path.read_bytes()
        for path in sorted(secrets.rglob("*"))
        if path.is_file() and path.suffix != ".draft"
    }


def _key(passphrase: str, salt: bytes, cost: Mapping[str, int]) -> bytes:
    return Scrypt(salt=salt, length=32, **cost).derive(passphrase.encode())


def _text(content: bytes) -> str:
    return b64encode(content).decode()
