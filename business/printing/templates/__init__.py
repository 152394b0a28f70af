"""The templates that the program brings along: NAME.typ with its sample NAME.json, and the list of them."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from config.text import Text


@dataclass(frozen=True, slots=True)
class ShippedTemplate:
    name: str
    label: Text
    source: str
    sample: str
    """A JSON object."""


_LABELS = {
    "register_card": Text("资料卡", "Register card"),
    "list": Text("清单", "List"),
    "qr_label": Text("二维码标签", "QR label"),
    "alarm_report": Text("报警报告", "Alarm report"),
}


@cache
def seed() -> tuple[ShippedTemplate, ...]:
    folder = files(__name__)
    return tuple(
        ShippedTemplate(
            name,
            label,
            folder.joinpath(f"{name}.typ").read_text("utf-8"),
            folder.joinpath(f"{name}.json").read_text("utf-8"),
        )
        for name, label in _LABELS.items()
    )
