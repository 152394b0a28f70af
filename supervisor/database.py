"""Where the business database of a site is."""

from collections.abc import Mapping

from sqlalchemy import URL, make_url

from actors.paths import RunPaths
from business.database import sqlite_url
from config.secrets import SecretMissing, secret
from config.settings import Settings

DATABASE_PASSWORD = "database-password"  # noqa: S105  # the name of the secret


def business_url(settings: Settings, paths: RunPaths, environ: Mapping[str, str]) -> URL:
    """As the site says, else a file in the run directory; printed, it hides its password.

    A server that asks for none, because it trusts the socket or a certificate, needs no secret.
    Raises SecretError.
    """
    if not settings.database:
        return make_url(sqlite_url(paths.business))
    url = make_url(settings.database)
    try:
        password = secret(DATABASE_PASSWORD, environ, directory=paths.secrets, shortest=1)
    except SecretMissing:
        return url
    return url.set(password=password.reveal())
