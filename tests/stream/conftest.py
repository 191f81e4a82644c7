import pytest
import structlog


@pytest.fixture(autouse=True)
def quiet_log():
    """What is parked is logged with its traceback, which costs seconds to draw in colours."""
    with structlog.testing.capture_logs() as logs:
        yield logs
