"""Node ids as asyncua has them."""

import uuid

from asyncua import ua


def node(identifier: int | str | bytes | uuid.UUID, namespace: int = 0) -> ua.NodeId:
    return ua.NodeId(identifier, namespace)  # type: ignore[arg-type]  # asyncua's own integers are plain ones


def local(expanded: ua.NodeId) -> ua.NodeId:
    """Of an expanded node id, the plain one; such stands in answers to browsing."""
    return ua.NodeId(expanded.Identifier, expanded.NamespaceIndex)
