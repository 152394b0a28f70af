"""An address that a site may change: the service's own, or a proxy's before it."""

from typing import Annotated

from pydantic import StringConstraints

Origin = Annotated[str, StringConstraints(pattern=r"^https?://[^/\s?#@]+$", max_length=200)]
"""Without a path, since providers have it signed: https://dysmsapi.aliyuncs.com."""
