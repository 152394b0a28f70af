"""What a device shows of the model that plays it, where its profile names or counts things otherwise."""

from collections.abc import Mapping
from pathlib import Path
from tomllib import loads

from config.site import Device, PointKind
from drivers.expression import Expression, ExpressionError
from drivers.simulators.model import Reading

FILE = Path(__file__).parents[2] / "config" / "demo" / "simulation" / "shows.toml"

Shows = Mapping[str, Mapping[str, str]]
"""Profile -> its points -> formulas over the readings of the model, in which `-` is written `_`; of a text
point the text itself. A point without one shows the reading of its own name, or what `*` says."""


def read_shows(file: Path = FILE) -> Shows:
    shows: Shows = loads(file.read_text("utf-8"))
    return shows


class Face:
    """One device as its profile has it."""

    def __init__(self, device: Device, shows: Shows) -> None:
        self._device = device
        self._told = shows.get(device.template.profile, {})
        self._formulas: dict[str, Expression] = {}

    def readings(self, of_model: Mapping[str, Reading]) -> Mapping[str, Reading]:
        """Every point of the profile; None where a reading that it needs is broken.

        Raises ValueError for a point that the model does not tell.
        """
        named = {name.replace("-", "_"): value for name, value in of_model.items()} if self._told else {}
        found: dict[str, Reading] = {}
        for point in self._device.template.points:
            told = self._told.get(point.id) if point.id in of_model else self._other(point.id)
            if told is None:
                found[point.id] = of_model[point.id]
            elif point.kind is PointKind.TEXT:
                found[point.id] = told
            else:
                found[point.id] = self._value(point.id, told, named)
        return found

    def reading(self, point: str) -> str:
        """What the model calls `point`, of one that the control room writes."""
        return self._told.get(point, point).replace("_", "-")

    def _value(self, point: str, told: str, named: Mapping[str, Reading]) -> Reading:
        if point not in self._formulas:
            try:
                self._formulas[point] = Expression(told, named)
            except ExpressionError as error:
                raise ValueError(f"{self._device.template.profile}/{point} shows {error}") from error
        formula = self._formulas[point]
        inputs = {name: value for name in formula.names if isinstance(value := named[name], float | int)}
        return formula.evaluate(inputs) if len(inputs) == len(formula.names) else None

    def _other(self, point: str) -> str:
        """What a point shows that the model does not tell by its name."""
        told = self._told.get(point, self._told.get("*"))
        if told is None:
            template = self._device.template
            raise ValueError(
                f"model {template.model!r} does not tell {point!r}; say in {FILE.name}, under "
                f"[{template.profile}], what of it the point shows"
            )
        return told
