"""``python -m wutong.exchange.reader RUN START BATCH``: writes the pieces of an import from a row on to its output.

Each stands behind its length, as :mod:`wutong.exchange.reading` reads them.
"""

import gc
import os
import sys
from collections.abc import Sequence
from traceback import format_tb
from types import TracebackType

from wutong.platform.logs import configure_logging
from wutong.platform.priority import A_LITTLE, give_way
from wutong.platform.structured import structlog

log = structlog.get_logger("exchange")


def main(arguments: Sequence[str]) -> None:
    """Write the pieces."""
    configure_logging("import-reader")
    sys.excepthook = _tell

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wutong.settings")
    django.setup()
    from wutong.exchange.models import PeopleImport
    from wutong.exchange.reading import write_pieces

    give_way(A_LITTLE)
    # What is loaded stays, and rows are so many values at once that they would be searched for circles all the time.
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    run_id, start, batch = map(int, arguments)
    run = PeopleImport.objects.select_related("file").get(pk=run_id)
    try:
        write_pieces(run, sys.stdout.buffer, start=start, batch=batch)
    except BrokenPipeError:  # whoever wanted them has gone; what is left of a piece goes nowhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Log where it failed, and not the error's own words: they may quote a cell."""
    del error
    log.error("reading an import failed", error=kind.__name__, exception="".join(format_tb(trace)).rstrip())


if __name__ == "__main__":
    main(sys.argv[1:])
