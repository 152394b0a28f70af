"""Messages as bytes: msgpack `[version, kind, fields]`, columns as raw little-endian bytes with a type code.

A `Codec` is built from the message classes a layer declares, so `actors` need not know `business`. Decoding
checks every field against its annotation: what comes out is what the class says, or a `WireError` that names
the message, the field and the value.
"""

import dataclasses
import struct
import types
import typing
from collections.abc import Callable, Iterable
from datetime import date
from enum import Enum
from typing import Any

import msgpack
import numpy as np

VERSION = 1
MAX_BYTES = 64 * 1024 * 1024
"""The largest message that is taken apart."""

_COLUMN = 1
_CODES = {
    "b": "i1",
    "B": "u1",
    "H": "<u2",
    "i": "<i4",
    "I": "<u4",
    "q": "<i8",
    "Q": "<u8",
    "f": "<f4",
    "d": "<f8",
}
_CODE_OF = {np.dtype(name): code for code, name in _CODES.items()}

Check = Callable[[Any], Any]


class WireError(ValueError):
    """Bytes that are not a message of ours, or a message of another version."""


def _pack_column(value: Any) -> msgpack.ExtType:
    if not isinstance(value, np.ndarray):
        raise TypeError(f"{type(value).__name__} cannot travel; use plain values, messages or columns")
    code = _CODE_OF.get(value.dtype)
    if code is None:
        raise TypeError(
            f"a column of {value.dtype} cannot travel; use one of {', '.join(map(str, _CODE_OF))}"
        )
    header = struct.pack(f"<cB{value.ndim}I", code.encode(), value.ndim, *value.shape)
    return msgpack.ExtType(_COLUMN, header + np.ascontiguousarray(value).tobytes())


def _unpack_column(code: int, body: bytes) -> np.ndarray[Any, Any]:
    if code != _COLUMN:
        raise WireError(f"extension type {code} is unknown; the only one is {_COLUMN}, a column")
    try:
        letter, dimensions = struct.unpack_from("<cB", body)
        shape = struct.unpack_from(f"<{dimensions}I", body, 2)
        return np.frombuffer(body, _CODES[letter.decode()], offset=2 + 4 * dimensions).reshape(shape)
    except (struct.error, KeyError, UnicodeDecodeError, ValueError) as error:
        raise WireError(f"a column of {len(body)} bytes has a wrong header: {error}") from error


class Codec:
    """Encodes and decodes the given frozen dataclasses; nested ones are found through their annotations."""

    def __init__(self, *messages: type) -> None:
        self._kinds: dict[str, type] = {}
        self._names: dict[type, tuple[str, ...]] = {}
        self._checks: dict[type, tuple[Check, ...]] = {}
        for message in messages:
            self._learn(message)
            self._kinds[message.__name__] = message

    def with_further(self, *messages: type) -> "Codec":
        """Another one that knows these too."""
        return Codec(*self._kinds.values(), *messages)

    def encode(self, message: Any) -> bytes:
        names = self._names.get(type(message))
        if names is None or type(message).__name__ not in self._kinds:
            raise TypeError(f"{type(message).__name__} is not a message of this channel")
        packed: bytes = msgpack.packb(
            [VERSION, type(message).__name__, [getattr(message, name) for name in names]],
            default=self._plain,
        )
        return packed

    def decode(self, frame: bytes | memoryview) -> Any:
        """The message in `frame`. Raises WireError for anything that is not one."""
        if len(frame) > MAX_BYTES:
            raise WireError(f"{len(frame)} bytes are over the limit of {MAX_BYTES} bytes a message; split it")
        try:
            parts = msgpack.unpackb(frame, ext_hook=_unpack_column, strict_map_key=True)
        except WireError:
            raise
        except (ValueError, msgpack.UnpackException, TypeError, RecursionError) as error:
            raise WireError(f"{len(frame)} bytes are not msgpack: {error}") from error
        if not isinstance(parts, list) or len(parts) != 3:
            raise WireError("a message is [version, kind, fields]; got something else")
        version, kind, fields = parts
        if type(version) is not int or version != VERSION:  # a column would compare element by element
            raise WireError(f"message version {version!r:.80} is not {VERSION}; update the older side")
        cls = self._kinds.get(kind) if isinstance(kind, str) else None
        if cls is None:
            known = ", ".join(sorted(self._kinds))
            raise WireError(f"message kind {kind!r:.80} is unknown here; known: {known}")
        return self._build(cls, fields)

    def _build(self, cls: type, fields: Any) -> Any:
        checks = self._checks[cls]
        if not isinstance(fields, list) or len(fields) != len(checks):
            raise WireError(f"{cls.__name__} has {len(checks)} fields, got {fields!r:.80}")
        values = []
        for name, check, value in zip(self._names[cls], checks, fields, strict=True):
            try:
                values.append(check(value))
            except WireError:
                raise
            except (TypeError, ValueError) as error:
                raise WireError(f"{cls.__name__}.{name} = {value!r:.80}: {error}") from error
        return cls(*values)

    def _plain(self, value: Any) -> Any:
        names = self._names.get(type(value))
        if names is not None:
            return [getattr(value, name) for name in names]
        if isinstance(value, frozenset):
            return sorted(value)  # so that equal messages have equal bytes
        if type(value) is date:
            return value.isoformat()
        return _pack_column(value)

    def _learn(self, cls: type) -> None:
        if cls in self._checks:
            return
        hints = typing.get_type_hints(cls)
        fields = dataclasses.fields(cls)
        self._names[cls] = tuple(field.name for field in fields)
        self._checks[cls] = ()
        self._checks[cls] = tuple(self._check(hints[field.name]) for field in fields)

    def _check(self, hint: Any) -> Check:
        origin, arguments = typing.get_origin(hint), typing.get_args(hint)
        if hint is Any:
            return lambda value: value
        if hint in {bool, int, str, bytes}:
            return _exactly(hint)
        if hint is float:
            return _number
        if origin in {typing.Union, types.UnionType}:
            return self._optional(arguments)
        if origin is tuple and len(arguments) == 2 and arguments[1] is ...:
            return _each(self._check(arguments[0]))
        if origin is frozenset:
            members = _each(self._check(arguments[0]))
            return lambda value: frozenset(members(value))
        if hint is date:
            return date.fromisoformat
        if origin is tuple:
            return _fixed([self._check(argument) for argument in arguments])
        if origin in {dict, typing.get_origin(typing.Mapping[str, int])}:
            return _mapping(self._check(arguments[0]), self._check(arguments[1]))
        if origin is np.ndarray:
            return _column(np.dtype(typing.get_args(arguments[1])[0]))
        if isinstance(hint, type) and issubclass(hint, Enum):
            return hint
        if dataclasses.is_dataclass(hint) and isinstance(hint, type):
            self._learn(hint)
            return lambda value: self._build(hint, value)
        raise TypeError(f"a message field of type {hint} cannot travel")

    def _optional(self, arguments: Iterable[Any]) -> Check:
        kinds = [argument for argument in arguments if argument is not type(None)]
        checks = [self._check(kind) for kind in kinds]

        def check(value: Any) -> Any:
            if value is None:
                return None
            for each in checks[:-1]:
                try:
                    return each(value)
                except (TypeError, ValueError):
                    continue
            return checks[-1](value)

        return check


def _exactly(kind: type) -> Check:
    def check(value: Any) -> Any:
        if type(value) is not kind:
            raise TypeError(f"must be {kind.__name__}, is {type(value).__name__}")
        return value

    return check


def _number(value: Any) -> float:
    if type(value) is not float and type(value) is not int:
        raise TypeError(f"must be a number, is {type(value).__name__}")
    return float(value)


def _each(check: Check) -> Check:
    def all_of(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise TypeError(f"must be a list, is {type(value).__name__}")
        return tuple(check(item) for item in value)

    return all_of


def _fixed(checks: list[Check]) -> Check:
    def all_of(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list) or len(value) != len(checks):
            raise TypeError(f"must be a list of {len(checks)}")
        return tuple(check(item) for check, item in zip(checks, value, strict=True))

    return all_of


def _mapping(key: Check, item: Check) -> Check:
    def all_of(value: Any) -> dict[Any, Any]:
        if not isinstance(value, dict):
            raise TypeError(f"must be a map, is {type(value).__name__}")
        return {key(k): item(v) for k, v in value.items()}

    return all_of


def _column(dtype: np.dtype[Any]) -> Check:
    def check(value: Any) -> np.ndarray[Any, Any]:
        if not isinstance(value, np.ndarray) or value.dtype != dtype:
            raise TypeError(f"must be a column of {dtype}")
        return value

    return check
