"""A camera's live picture as part of a page; the browser renews it (see static/cameras.js)."""

from markupsafe import Markup

from business.access.plant import PICTURES
from config.site import Device
from hmi.guard import CAMERA
from hmi.view import View
from hmi.words import cameras as words


def live_picture(view: View, device: Device) -> Markup:
    """Of a device that has one. What is not fresh any more says so."""
    if not view.can(PICTURES):
        return Markup('<div class="live closed">{}</div>').format(view.say(words.NOT_PERMITTED))
    return Markup(
        '<div class="live waiting" data-lost="{lost}"><img data-live="{path}" alt="{name}"></div>'
    ).format(lost=view.say(words.LOST), path=f"{CAMERA}{device.id}", name=view.name(device.name))
