"""How the watchdog calls somebody by itself: by accounts of its own, without notifier, store or database."""

import asyncio
import hashlib
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from actors.said import in_both
from business.notifier.channels.catalogue import KINDS
from business.notifier.channels.port import Channel, House, NotHanded, Outgoing
from business.notifier.composing import approval_for, variables_of, worded
from business.notifier.opening import channel_of
from business.notifier.speech.speech import Speech
from config.notification import Account, Duties, Medium
from config.notify_events import LANGUAGES, SILENT
from config.secrets import SecretError
from config.site import Site

logger = logging.getLogger(__name__)

AGAIN_S: Final = 900.0
"""Silence that lasts is told again."""


class Voice:
    """Tells the receivers that the site names, by every account that is kept for the watchdog."""

    def __init__(
        self,
        site: Site,
        environ: Mapping[str, str],
        secrets: Path,
        phrases: Path,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._site = site
        self._environ = environ
        self._secrets = secrets
        self._house = House(announce=lambda _notice: None, played_ns=lambda _id: 0, speech=Speech(phrases))
        self._clock = clock
        self._told_s = float("-inf")
        self._told: frozenset[str] = frozenset()

    def use(self, site: Site) -> None:
        self._site = site

    def hear(self, wrong: Mapping[str, str]) -> None:
        """What is silent now; told when it is news, and again while it lasts. Returns at once."""
        now_s, names = self._clock(), frozenset(wrong)
        is_news = bool(names - self._told)
        if names and (is_news or now_s - self._told_s >= AGAIN_S):
            self._told_s = now_s
            threading.Thread(
                target=asyncio.run, args=(self.tell(wrong),), name="silence", daemon=True
            ).start()
        self._told = names

    async def tell(self, wrong: Mapping[str, str]) -> int:
        """How many messages a provider has taken."""
        receivers = self._site.settings.notification.silent_receivers
        accounts = [
            one
            for one in self._site.notification.accounts.values()
            if one.enabled and one.duties is Duties.WATCHDOG and one.kind in KINDS
        ]
        if not receivers or not accounts:
            return 0
        found = await asyncio.gather(*(self._by(account, receivers, wrong) for account in accounts))
        return sum(found)

    async def _by(self, account: Account, receivers: Sequence[str], wrong: Mapping[str, str]) -> int:
        try:
            channel = channel_of(account, self._environ, self._secrets, self._house)
        except (ValidationError, SecretError, NotHanded) as error:
            logger.error("the watchdog's account %s cannot be used: %s", account.id, in_both(str(error)))  # noqa: TRY400
            return 0
        is_mail = KINDS[account.kind].medium is Medium.EMAIL
        meant = [one for one in receivers if ("@" in one) == is_mail]
        try:
            return sum([await self._one(account, channel, to, wrong) for to in meant])
        finally:
            await channel.close()

    async def _one(self, account: Account, channel: Channel, to: str, wrong: Mapping[str, str]) -> int:
        language = account.languages[0] if account.languages else LANGUAGES[0]
        at = datetime.now(ZoneInfo(self._site.timezone))
        values = {
            "site": self._site.name.in_language(language),
            "what": ("、" if language == "zh" else ", ").join(sorted(wrong)),
            "time": f"{at:%H:%M}",
        }
        notification = self._site.notification
        title, text = worded(
            notification.wordings, SILENT, KINDS[account.kind].medium.value, language, values
        )
        approval = approval_for(notification.approvals, account.id, SILENT, language)
        key = f"{SILENT}|{account.id}|{to}|{at.timestamp():.0f}"
        message = Outgoing(
            hashlib.sha256(key.encode()).hexdigest()[:32],
            to,
            language,
            title,
            text,
            approval.template if approval is not None else "",
            variables_of(approval, values) if approval is not None else {},
            urgent=True,
        )
        try:
            await channel.hand_over(message)
        except NotHanded as error:
            logger.error("the watchdog's account %s: %s", account.id, in_both(str(error)))  # noqa: TRY400
            return 0
        return 1
