"""JSON from strangers: what is not plain, finite and unambiguous is refused."""

import json
from collections.abc import Sequence

from drivers.mqtt.malformed import Malformed


def _unique(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("a key stands twice")
    return found


def _no_number(_: str) -> float:
    raise Malformed("NaN or Infinity")


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_number)


def document(payload: bytes) -> object:
    """What the JSON text says. Raises Malformed."""
    try:
        return _DECODER.decode(payload.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Malformed("not UTF-8") from None
    except RecursionError:
        raise Malformed("nested too deeply") from None
    except ValueError:  # no JSON, or a number of thousands of digits
        raise Malformed("not JSON") from None
