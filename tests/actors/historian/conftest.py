"""The same short place and the same failures as beside."""

from tests.actors.channels.conftest import Failures, failures, place, unfailing

__all__ = ["Failures", "failures", "place", "unfailing"]
