"""Platforms that answer in JSON over HTTP: polled, written to by request, or posting by themselves."""
