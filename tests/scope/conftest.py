import pytest


@pytest.fixture
def world(mei, lin, north, quiet_log):
    from tests.scope.world import make_world

    return make_world(mei, north)
