"""REST: whether the interface can work."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError

from business.rest.asking import Outside
from business.rest.problems import BUSY_S, Refusing
from business.rest.shapes import example
from config.text import Text

router = APIRouter()
_NO_DATABASE = Text("无法读取业务数据库", "The business database cannot be read")


class Health(BaseModel):
    model_config = example({"status": "up"})
    status: Literal["up"] = "up"


@router.get("/health", tags=["health"], summary="是否可用 · Whether it works")
def read_health(ports: Outside) -> Health:
    """Needs no token."""
    try:
        ports.authority.version()
    except SQLAlchemyError as error:
        raise Refusing(503, _NO_DATABASE, headers={"Retry-After": str(BUSY_S)}) from error
    return Health()
