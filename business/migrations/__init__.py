"""How the business database came to be, step by step; run by `office` before anything else."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine


def migrate(engine: Engine, revision: str = "head") -> None:
    """Bring the database to a revision, upwards or (for tests) with 'base' all the way down."""
    config = Config()
    config.set_main_option("script_location", "business:migrations")
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        if revision == "base":
            command.downgrade(config, revision)
        else:
            command.upgrade(config, revision)
