"""How a text names a thing of the site: by its name on the screens, with the id that can be searched for."""

from config.site import Device


def in_chinese(device: Device, point: str = "") -> str:
    """The Chinese name of a device, or of one of its points, with its id."""
    if not point:
        return f"{device.name.zh}（{device.id}）"
    found = device.template.find(point)
    return f"{device.name.zh} {found.name.zh if found else ''}（{device.id}/{point}）"
