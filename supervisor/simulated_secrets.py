"""Secrets of simulated devices: drawn where nobody gave them, so that the demo commands what asks for one."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from config.secret_names import secrets_named
from config.secrets import SecretMissing, secret
from config.site import Site


def draw(site: Site, folder: Path, environ: Mapping[str, str] = os.environ) -> None:
    """Six digits each: what meters take as a password. Raises SecretError for one that is open to others."""
    played = (device.connection for device in site.devices.values() if device.template.model)
    for name in {name for connection in played for _, name in secrets_named(connection)}:
        try:
            secret(name, environ, directory=folder, shortest=1)
        except SecretMissing:
            folder.mkdir(parents=True, exist_ok=True)
            file = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(file, "w") as drawn:
                drawn.write(f"{secrets.randbelow(10**6):06d}\n")
