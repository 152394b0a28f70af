"""How the business database came to be, step by step; run by `office` before anything else."""

from typing import TYPE_CHECKING

from sqlalchemy import Engine, text

if TYPE_CHECKING:
    from alembic.config import Config


def migrate(engine: Engine, revision: str = "head", *, down: bool = False) -> None:
    """Bring the database up to a revision, or (for tests) down to one; 'base' is the empty database."""
    from alembic import command  # a quarter of a second that most who import this never need

    config = _config()
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL statement_timeout = 0"))
        config.attributes["connection"] = connection
        if down or revision == "base":
            command.downgrade(config, revision)
        else:
            command.upgrade(config, revision)


def is_known(revision: str) -> bool:
    """Whether this program can bring a database of that revision up to date."""
    from alembic.script import ScriptDirectory

    return any(one.revision == revision for one in ScriptDirectory.from_config(_config()).walk_revisions())


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "business:migrations")
    config.set_main_option("path_separator", "os")
    return config
