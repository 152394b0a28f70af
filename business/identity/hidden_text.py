"""The type of a sealed column that nobody is shown: a secret that the program itself needs."""

from sqlalchemy import String

from business.audit.changes import HIDDEN
from business.fields.field_type import FieldType
from config.text import Text


def hidden_text() -> FieldType[str]:
    return FieldType("hidden-text", Text("密钥", "Secret"), String, str, _never, _hidden)


def _never(_text: str, _language: str) -> str:
    return HIDDEN


def _hidden(_text: str) -> str:
    return HIDDEN
