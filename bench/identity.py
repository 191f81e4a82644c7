"""Who is who: how well probable doubles are found, and whether the identity graph gives the reference answers.

Reads the reference data beside the project (../shared/data); without it nothing is measured.

- *doubles*: FEBRL set 1, 1,000 records of which 500 are doubles with slips, through what ``wutong identity propose``
  does, as shipped. Precision: the share of the proposed pairs that are one person. Recall: the share of such pairs that
  are proposed.
- *streams*: ``wutong identity resolve`` at its three levels, compared with the answers beside the stream: clusters,
  shared cookies, refused links.

    python -m bench.identity [--json]
"""

import argparse
import json
import re
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

from bench.company import company
from bench.frame import Limit, report, run

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
LEVELS = (1, 2, 3)
LIMITS = {
    "precision": Limit(must=0.98),
    "recall": Limit(must=0.93),
    "streams_that_differ": Limit(must=1, below=True),
}


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    return run(measured, parser, sys.argv[1:] if argv is None else argv)


def measured(_options: argparse.Namespace) -> dict[str, Any]:
    if not DATA.exists():
        raise SystemExit(f"NO REFERENCE DATA: {DATA} is not there.")
    figures = doubles_figures(DATA / "febrl" / "dataset1.csv") | stream_figures(DATA / "identity")
    return report("identity", figures, LIMITS, command="wutong bench identity --json")


def doubles_figures(path: Path) -> dict[str, Any]:
    """Precision and recall on a table whose ids say who is whom: ``rec-7-org`` and ``rec-7-dup-0`` are one."""
    from wutong.people.table_proposals import proposals_of, read_sheet

    began = time.perf_counter()
    sheet = read_sheet(path)
    found = {frozenset((one, other)) for one, other, _ in proposals_of(sheet)}
    took_s = time.perf_counter() - began
    people: dict[str, list[str]] = defaultdict(list)
    for id in sheet.ids:
        people[re.sub(r"-(org|dup-\d+)$", "", id)].append(id)
    true = {frozenset(pair) for ids in people.values() for pair in combinations(ids, 2)}
    return {
        "precision": round(len(found & true) / max(len(found), 1), 4),
        "recall": round(len(found & true) / len(true), 4),
        "records": len(sheet.ids),
        "true_pairs": len(true),
        "proposed_pairs": len(found),
        "proposing_s": round(took_s, 2),
    }


def stream_figures(folder: Path) -> dict[str, Any]:
    """The levels at which the answer is not the reference's."""
    answers = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    blocked = ",".join(answers["blocked"])
    differ, took_s = [], []
    with company() as ours, ours.database(seeded=False):
        for level in LEVELS:
            began = time.perf_counter()
            resolve = ["identity", "resolve", str(folder / "events.jsonl"), "--level", str(level)]
            done = ours.wutong(*resolve, "--blocked", blocked)
            if done.returncode:
                raise RuntimeError(done.stderr)
            took_s.append(round(time.perf_counter() - began, 2))
            if json.loads(done.stdout) != {
                "clusters": answers[f"level{level}"],
                "shared_cookies": answers.get(f"level{level}_shared_cookies", []),
                "refused_links": answers.get(f"level{level}_refused_links", []),
            }:
                differ.append(level)
    return {"streams_that_differ": len(differ), "levels_that_differ": differ, "resolving_s": took_s}


if __name__ == "__main__":
    sys.exit(main())
