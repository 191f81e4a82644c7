"""structlog, as all of ours import it: without rich."""

from wutong.platform.lean_imports import hidden

with hidden("rich"):
    import structlog

__all__ = ["structlog"]
