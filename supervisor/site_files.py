"""The files of a site, with everything that the program knows to be wrong with them."""

from pathlib import Path

from business.notifier.channels.catalogue import check_accounts
from config.load import load_site
from config.site import Site
from drivers import SCHEMAS


def loaded(site: Path) -> Site:
    """Raises SiteError."""
    return load_site(site, SCHEMAS, further=check_accounts)
