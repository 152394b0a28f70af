"""The screens: control room and office pages. Meets the plant only over the bus, writes only by command."""
