"""How the business database came to be, step by step; run by `office` before anything else."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, text


def migrate(engine: Engine, revision: str = "head", *, down: bool = False) -> None:
    """Bring the database up to a revision, or (for tests) down to one; 'base' is the empty database."""
    config = Config()
    config.set_main_option("script_location", "business:migrations")
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL statement_timeout = 0"))
        config.attributes["connection"] = connection
        if down or revision == "base":
            command.downgrade(config, revision)
        else:
            command.upgrade(config, revision)
