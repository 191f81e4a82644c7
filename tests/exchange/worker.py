"""A process that imports: ``python -m tests.exchange.worker IMPORT``, ten rows a transaction, read by another one."""

import sys
from datetime import UTC, datetime

import django


def main(run_id: int) -> None:
    django.setup()
    from wutong.exchange import reading, running

    reading.BATCH, reading.WORTH_A_PROCESS = dict.fromkeys(reading.BATCH, 10), 1
    running.run_import(run_id, now=lambda: datetime.now(UTC))


if __name__ == "__main__":
    main(int(sys.argv[1]))
