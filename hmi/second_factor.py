"""What a person needs to see once: the secret of an authenticator, and the codes for paper."""

import segno
from markupsafe import Markup

from business.identity.totp import is_secret, provisioning_uri
from hmi.shell import EMPTY
from hmi.words import account as said
from hmi.words import say


def offer(language: str, secret: str, user: str, site: str) -> Markup:
    """A secret as a QR code and as text in groups; nothing for what is no secret."""
    if not is_secret(secret):
        return EMPTY
    code = segno.make(provisioning_uri(secret, user or site, site), error="m")
    drawn = code.svg_inline(scale=4, border=3, dark="#000", light="#fff", omitsize=True)
    groups = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return Markup(
        '<ol class="sub"><li>{}</li><li>{}</li></ol><div class="qr">{}</div><code class="secret">{}</code>'
    ).format(
        say(language, said.SCAN),
        say(language, said.THEN_CODE),
        Markup(drawn),  # noqa: S704  # drawn by the library from a text that `is_secret` has passed
        groups,
    )


def recovery_list(language: str, codes: tuple[str, ...]) -> Markup:
    return Markup('<b>{}</b><p class="sub">{}</p><ul class="codes">{}</ul>').format(
        say(language, said.RECOVERY_CODES),
        say(language, said.RECOVERY_HINT),
        EMPTY.join(Markup("<li><code>{}</code></li>").format(code) for code in codes),
    )
