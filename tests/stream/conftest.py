import pytest


@pytest.fixture(autouse=True)
def without_tracebacks(quiet_log):
    """What is parked is logged with its traceback."""
