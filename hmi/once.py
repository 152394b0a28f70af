"""A dialog for what is shown once and never again: a key, a secret."""

from nicegui import ui

from hmi.view import View
from hmi.words import programs as said


class Once:
    def __init__(self, view: View) -> None:
        with ui.dialog().props("persistent") as self._dialog, ui.card():
            self._title = ui.label().classes("text-weight-bold")
            self._secret = ui.input().props("outlined dense readonly").classes("full-width")
            ui.label(view.say(said.SECRET_ONCE)).classes("sub")
            with ui.element("div").classes("actions"):
                ui.button(view.say(said.CLOSE), on_click=self._close)

    def show(self, title: str, secret: str) -> None:
        self._title.text, self._secret.value = title, secret
        self._dialog.open()

    def _close(self) -> None:
        self._secret.value = ""
        self._dialog.close()
