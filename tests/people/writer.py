"""One of several processes that observe at once: ``python -m tests.people.writer FILE PART PARTS``.

Takes its part of the file and a little of the next one's, in an order of its own, and rests between reading a
neighbourhood and writing what follows from it, so that a neighbour has every chance to come in between.
"""

import random
import sys
import time
from pathlib import Path
from typing import Any

import django

REST_S = 0.004
AT_ONCE = 12


def main(file: str, part: int, parts: int) -> None:
    django.setup()
    from django.db import transaction

    from wutong.people import projection
    from wutong.people.graph import Level
    from wutong.people.identity import observe_many
    from wutong.people.scratch import read_lines

    order = random.Random(part)
    apply_rules: Any = projection.resolve

    def rest_and_apply(*given: Any, **options: Any) -> Any:
        time.sleep(order.random() * REST_S)
        return apply_rules(*given, **options)

    projection.resolve = rest_and_apply
    observations = read_lines(Path(file).read_text().splitlines())
    size = len(observations) // parts
    mine = (observations * 2)[part * size : (part + 1) * size + size // 4]
    order.shuffle(mine)
    for start in range(0, len(mine), AT_ONCE):
        batch = mine[start : start + AT_ONCE]
        with transaction.atomic():
            observe_many(batch, at=batch[0].at, level=Level.EXCLUSIVE)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
