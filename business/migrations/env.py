"""Alembic asks this file for a connection; `migrate` hands it one."""

from alembic import context

from business.access import model as _access  # noqa: F401  # its tables belong to the catalogue
from business.audit import model as _audit  # noqa: F401
from business.database import Base
from business.dictionaries import model as _dictionaries  # noqa: F401
from business.duplicates import model as _duplicates  # noqa: F401
from business.exchange import model as _exchange  # noqa: F401
from business.exporting import model as _exporting  # noqa: F401
from business.identity import entry_model as _entry  # noqa: F401
from business.identity import model as _identity  # noqa: F401
from business.identity import token_model as _tokens  # noqa: F401
from business.importing import model as _importing  # noqa: F401
from business.jobs import model as _jobs  # noqa: F401
from business.menus import model as _menus  # noqa: F401
from business.notifier import model as _notifier  # noqa: F401
from business.notifier import outbox as _outbox  # noqa: F401
from business.numbering import model as _numbering  # noqa: F401
from business.organisation import model as _organisation  # noqa: F401
from business.printing import model as _printing  # noqa: F401
from business.privacy import model as _privacy  # noqa: F401
from business.property import entities as _property  # noqa: F401
from business.registry import model as _registry  # noqa: F401
from business.reviews import model as _reviews  # noqa: F401
from business.search import model as _search  # noqa: F401
from business.webhooks import model as _webhooks  # noqa: F401

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
