"""How lagging things move: pure numbers."""

import math


def toward(value: float, target: float, dt_s: float, tau_s: float) -> float:
    """First-order approach with time constant `tau_s`: exact, hence stable for any step."""
    return target + (value - target) * math.exp(-dt_s / tau_s)


def clamp(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)
