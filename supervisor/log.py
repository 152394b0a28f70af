"""Logging of a process: one line an event, JSON with STEWARD_LOG=json, never a secret, never a scan."""

import logging
import os
import sys
from pathlib import Path

import structlog

QUIET = ("asyncio", "nicegui", "uvicorn", "alembic", "httpx", "watchfiles")


def set_up(process: str, file: Path | None = None) -> None:
    """Send everything to standard error, or to `file`; `process` stands in every line."""
    structlog.contextvars.bind_contextvars(process=process)
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if os.environ.get("STEWARD_LOG") == "json"
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), pad_event_to=0, exception_formatter=structlog.dev.plain_traceback
        )
    )
    handler = (
        logging.StreamHandler(sys.stderr) if file is None else logging.FileHandler(file, encoding="utf-8")
    )
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, _name_process(process)],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info if os.environ.get("STEWARD_LOG") == "json" else _same,
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(os.environ.get("STEWARD_LOG_LEVEL", "INFO"))
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    # A twin is asked for units it does not play whenever a site is edited; its peer says what is wrong.
    logging.getLogger("pymodbus").setLevel(logging.CRITICAL)


def _name_process(process: str) -> structlog.typing.Processor:
    # Context variables do not reach the threads of actors, and a process has one name anyway.
    def name(
        _logger: structlog.typing.WrappedLogger, _method: str, event: structlog.typing.EventDict
    ) -> structlog.typing.EventDict:
        event["process"] = process
        return event

    return name


def _same(
    _logger: structlog.typing.WrappedLogger, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    return event
