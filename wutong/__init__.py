"""Wutong: from first touch to renewal, for companies that sell to companies."""

__version__ = "0.1.0"
