"""Rows of a registry that are loaded when somebody asks for them: the libraries behind them are large."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TypeVar

T = TypeVar("T")


class Loaded(Mapping[str, T]):
    def __init__(self, places: Mapping[str, str]) -> None:
        """`places` are name -> `module:class`; the class is made without arguments, once."""
        self._places = places
        self._loaded: dict[str, T] = {}

    def __getitem__(self, name: str) -> T:
        if name not in self._loaded:
            module, _, type_ = self._places[name].partition(":")
            self._loaded[name] = getattr(import_module(module), type_)()
        return self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)
