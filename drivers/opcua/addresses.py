"""How a site file names nodes: node ids, browse paths, and what follows a device's root. Pure."""

import base64
import binascii
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

ROOT = "$root"
"""A source that begins so goes on from the text of its device's root."""
_NODE_ID = re.compile(r"(?:(?:ns=(\d{1,5})|nsu=([^;]+));)?([isgb])=(.+)", re.DOTALL)
_ESCAPED = re.compile(r"&(.)", re.DOTALL)
_LAST_NAMESPACE = 65535
_LAST_NUMBER = 2**32 - 1

Namespaces = Mapping[str, int]
"""Namespace URI -> its index on the server as it runs now."""


class AddressError(ValueError):
    """Raised when a text names no node; says how one is written."""


class UnknownNamespaceError(LookupError):
    """Raised when the server has no namespace of that URI."""


@dataclass(frozen=True, slots=True)
class NodeAddress:
    """A node id whose namespace may be given by its URI, because indices change when a server restarts."""

    identifier: int | str | bytes | uuid.UUID
    namespace: int | str = 0

    def index(self, namespaces: Namespaces) -> int:
        """Raises UnknownNamespaceError."""
        return namespace_index(self.namespace, namespaces)

    def __str__(self) -> str:
        """As `node_address` reads it."""
        match self.identifier:
            case int():
                text = f"i={self.identifier}"
            case str():
                text = f"s={self.identifier}"
            case bytes():
                text = f"b={base64.b64encode(self.identifier).decode()}"
            case _:
                text = f"g={self.identifier}"
        if isinstance(self.namespace, str):
            return f"nsu={self.namespace};{text}"
        return f"ns={self.namespace};{text}" if self.namespace else text


@dataclass(frozen=True, slots=True)
class PathAddress:
    """A walk from a device's root along hierarchical references: (namespace, browse name) of each step."""

    steps: tuple[tuple[int | str, str], ...]


Address = NodeAddress | PathAddress


def namespace_index(namespace: int | str, namespaces: Namespaces) -> int:
    """Raises UnknownNamespaceError."""
    if isinstance(namespace, int):
        return namespace
    if namespace not in namespaces:
        raise UnknownNamespaceError(f"the server has no namespace {namespace}")
    return namespaces[namespace]


def is_node_id(text: str) -> bool:
    return _NODE_ID.fullmatch(text) is not None


def node_address(text: str) -> NodeAddress:
    """`i=85`, `ns=2;s=Boiler.Temp`, `nsu=http://maker/;s=Boiler.Temp`, `g=` a GUID, `b=` Base64.

    Raises AddressError.
    """
    match = _NODE_ID.fullmatch(text)
    if match is None:
        raise AddressError(
            f"{text!r} is no node id; write one such as ns=2;s=Boiler.Temp, nsu=URI;s=Boiler.Temp or i=2258"
        )
    index, uri, kind, rest = match.groups()
    namespace: int | str = uri or int(index or 0)
    if isinstance(namespace, int) and namespace > _LAST_NAMESPACE:
        raise AddressError(f"{text!r}: namespace {namespace} is beyond {_LAST_NAMESPACE}")
    try:
        return NodeAddress(_identifier(kind, rest), namespace)
    except (ValueError, binascii.Error) as error:
        raise AddressError(f"{text!r} is no node id: {error}") from error


def address(text: str, root: str = "") -> Address:
    """A node id, `$root` and what follows it, or a browse path such as `2:Supply/2:Temperature`.

    In a path, `nsu=URI;Name` names a namespace by its URI, and & makes the next character part of a name.
    Raises AddressError.
    """
    if text.startswith(ROOT):
        if not is_node_id(root):
            raise AddressError(f"{text!r} needs root in the connection, a node id such as ns=2;s=AHU1")
        return node_address(root + text[len(ROOT) :])
    if is_node_id(text):
        return node_address(text)
    return PathAddress(tuple(_step(step, text) for step in _steps(text)))


def _identifier(kind: str, text: str) -> int | str | bytes | uuid.UUID:
    match kind:
        case "i":
            number = int(text)
            if not 0 <= number <= _LAST_NUMBER:
                raise ValueError(f"{number} is not within 0 to {_LAST_NUMBER}")
            return number
        case "g":
            return uuid.UUID(text)
        case "b":
            return base64.b64decode(text, validate=True)
        case _:
            return text


def _steps(path: str) -> list[str]:
    """Divided at every / that is neither escaped nor within a namespace URI."""
    steps, at = [""], 0
    while at < len(path):
        if steps[-1] == "" and path.startswith("nsu=", at):
            end = path.find(";", at)
            end = len(path) if end < 0 else end
            steps[-1] = path[at:end]
            at = end
        elif path[at] == "&":
            steps[-1] += path[at : at + 2]
            at += 2
        elif path[at] == "/":
            steps.append("")
            at += 1
        else:
            steps[-1] += path[at]
            at += 1
    return steps


def _step(step: str, path: str) -> tuple[int | str, str]:
    if step.startswith("nsu="):
        uri, _, name = step.removeprefix("nsu=").partition(";")
        namespace: int | str = uri
    elif (match := re.match(r"(\d{1,5}):", step)) is not None:
        namespace, name = int(match[1]), step[match.end() :]
    else:
        namespace, name = 0, step
    name = _ESCAPED.sub(r"\1", name)
    if not name:
        raise AddressError(
            f"{path!r} has a step without a name; write a browse path such as 2:Supply/2:Temperature"
        )
    return namespace, name
