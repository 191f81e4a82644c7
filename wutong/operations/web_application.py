"""The WSGI application as ``wutong web``'s worker process loads it."""

import gc
import os
import sys

from wutong.config import config
from wutong.operations.account import die_with_parent
from wutong.platform.logs import configure_logging

# A worker that outlives its parent would keep the port from the next one.
die_with_parent()
# A page asks the database dozens of times, and after each answer waits for the interpreter: by default up to 5 ms
# behind every other page that is being drawn.
sys.setswitchinterval(0.0005)
configure_logging("web")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wutong.settings")
(config().data_dir / "static").mkdir(exist_ok=True)  # STATIC_ROOT; WhiteNoise wants it to be there

from wutong.wsgi import application  # noqa: E402, I001  # sets Django up; what follows imports models
from wutong.operations.doctor import DATA_CHECKS, MACHINE_CHECKS, RUNNING_CHECKS  # noqa: E402  # once Django is set up
from wutong.platform.health import register_checks  # noqa: E402  # once Django is set up
from wutong.platform.observe import show_database_figures  # noqa: E402  # once Django is set up

show_database_figures()
register_checks([*MACHINE_CHECKS, *DATA_CHECKS, *RUNNING_CHECKS])
# What is loaded stays, and a page is thousands of values at once: neither is to be searched for circles all the time.
gc.freeze()
gc.set_threshold(50_000, 20, 20)

__all__ = ["application"]
