"""Simulations of plans as a table: of each definition the last against history and the last by hand."""

from typing import Final

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from business.database import Base

PLAN_LENGTH: Final = 64
FINGERPRINT_LENGTH: Final = 64


class PlanSimulation(Base):
    __tablename__ = "plan_simulations"

    plan: Mapped[str] = mapped_column(String(PLAN_LENGTH), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(FINGERPRINT_LENGTH), primary_key=True)
    by_history: Mapped[bool] = mapped_column(primary_key=True)
    since_ns: Mapped[int] = mapped_column(BigInteger)
    until_ns: Mapped[int] = mapped_column(BigInteger)
    runs: Mapped[int]
    failed: Mapped[int]
    user: Mapped[str] = mapped_column(String(64))
    time_ns: Mapped[int] = mapped_column(BigInteger)
