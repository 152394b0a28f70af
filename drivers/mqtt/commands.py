"""What is published when a point is written."""

import json
from collections.abc import Mapping

from drivers.driver import Value, WriteError
from drivers.jsonpath import path
from drivers.mqtt.binary import Field
from drivers.mqtt.mapping import field_of
from drivers.mqtt.models import Options, Source

PLACE = "{value}"


def topic_and_payload(source: Source, options: Options, value: Value) -> tuple[str, bytes, int]:
    """Topic (below the base), payload, QoS. Raises WriteError."""
    write = source.write
    if write is None:
        raise WriteError(
            "测点没有 write = {topic = ...}，不能写入",
            "the point has no write = {topic = ...}, so that nobody can write it",
        )
    word = word_of(source.map, value)
    if write.path:
        document = path(write.path).put(None, _json_value(word, value))
        payload = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    elif write.payload:
        payload = filled(write.payload, _told(word, value)).encode()
    elif source.type is not None:
        payload = _packed(field_of(source, options), value)
    else:
        payload = _told(word, value).encode()
    return write.topic, payload, write.qos


def word_of(words: Mapping[str, float], value: Value) -> str | None:
    """The first word of the enumeration that means the value."""
    return next((word for word, number in words.items() if number == value), None)


def filled(template: str, told: str) -> str:
    """The template with the value in its place, escaped where it stands in JSON.

    Braces may be doubled, as in a profile; JSON itself has `{{` nowhere.
    """
    if "{{" in template:
        parts = template.split(PLACE, 1)
        template = PLACE.join(part.replace("{{", "{").replace("}}", "}") for part in parts)
    is_json = template.lstrip()[:1] in ("{", "[")
    return template.replace(PLACE, json.dumps(told, ensure_ascii=False)[1:-1] if is_json else told)


def number_text(value: float) -> str:
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))


def _told(word: str | None, value: Value) -> str:
    if word is not None:
        return word
    return value if isinstance(value, str) else number_text(value)


def _json_value(word: str | None, value: Value) -> object:
    if word is not None:
        return {"true": True, "false": False}.get(word, word)
    if isinstance(value, str):
        return value
    return int(value) if float(value).is_integer() and abs(value) < 1e15 else value


def _packed(field: Field, value: Value) -> bytes:
    packed = bytearray()
    try:
        field.write(value, packed)
    except (ValueError, OverflowError, LookupError) as error:
        raise WriteError(
            f"{value} 不适合 {field.kind}：{error}", f"{value} does not fit a {field.kind}: {error}"
        ) from error
    return bytes(packed)
