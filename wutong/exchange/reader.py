"""``python -m wutong.exchange.reader RUN START BATCH``: writes the pieces of an import from a row on to its output.

Each stands behind its length, as :mod:`wutong.exchange.reading` reads them.
"""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress

from wutong.platform.priority import A_LITTLE, give_way


def main(arguments: Sequence[str]) -> None:
    """Write the pieces."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wutong.settings")
    django.setup()
    from wutong.exchange.models import PeopleImport
    from wutong.exchange.reading import write_pieces

    give_way(A_LITTLE)
    run_id, start, batch = map(int, arguments)
    run = PeopleImport.objects.select_related("file").get(pk=run_id)
    with suppress(BrokenPipeError):  # whoever wanted them has gone
        write_pieces(run, sys.stdout.buffer, start=start, batch=batch)


if __name__ == "__main__":
    main(sys.argv[1:])
