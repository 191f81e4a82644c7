"""Names of companies: how well their brands are found, and how surely a name that is written otherwise is found again.

Reads the reference data beside the project (../shared/data); without it nothing is measured. From the sample of the
register 30,000 companies are the list; all queries are made from it with one seed:

- *equal*: the registered name with one to three of full-width letters and brackets, white space, zero-width characters,
  traditional characters, a stamp or a full stop at the end. The answer must be ``same`` with its own code.
- *otherwise*: the legal form left out or worded otherwise, the region left out or moved into brackets behind the
  brand. The right company must be among the five that are named.
- *mistyped*: one character of the brand is another. Told, but no limit: by the weights a brand of two characters with
  one wrong is none, because the register is full of such neighbours.
- *strangers*: registered names that are not in the list, names with one character of the brand replaced, and names of
  another region. Whatever is called ``same`` there is a false merge.

    python -m bench.companies [--json] [--queries 2000] [--seed 7]
"""

import argparse
import csv
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from opencc import OpenCC

from bench.frame import Limit, report, run

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "companies"
LIMITS = {
    "found_same": Limit(must=0.98),
    "among_first_five": Limit(must=0.95),
    "false_merges": Limit(must=1, below=True),
    "most_compared": Limit(must=201, below=True),
}
_FULL_WIDTH = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})
_STAMPS = ("（盖章）", "(公章)", "。", "（盖章）。", " .")
_FORMS = {
    "股份有限公司": "股份公司",
    "有限责任公司": "有限公司",
    "有限公司": "有限责任公司",
    "总公司": "公司",
    "总厂": "厂",
}
"""The first that fits."""


class Company(NamedTuple):
    """A line of the register."""

    code: str
    name: str
    province: str
    city: str


class Query(NamedTuple):
    """A name as somebody may write it, how it came about, and the company that it means, if any."""

    text: str
    noise: str
    meant: str


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--queries", type=int, default=2_000, help="of each of the three sorts")
    parser.add_argument("--seed", type=int, default=7)
    return run(measured, parser, sys.argv[1:] if argv is None else argv)


def measured(options: argparse.Namespace) -> dict[str, Any]:
    if not DATA.exists():
        raise SystemExit(f"NO REFERENCE DATA: {DATA} is not there.")
    figures = brand_figures() | match_figures(queries=options.queries, seed=options.seed)
    return report("companies", figures, LIMITS, command="wutong bench companies --json")


def brand_figures() -> dict[str, Any]:
    """How many of the brands that people have marked are found exactly; also without the names that have none."""
    from wutong.people.companies.names import read_name

    with (DATA / "name_to_brand.csv").open(encoding="utf-8-sig", newline="") as file:
        pairs = [(row["full_name"], row["brand"]) for row in csv.DictReader(file)]
    right = {name: read_name(name).brand == brand for name, brand in pairs}
    branded = [name for name, brand in pairs if brand]
    return {
        "brands_right": round(sum(right.values()) / len(pairs), 4),
        "brands_right_where_there_is_one": round(sum(right[name] for name in branded) / len(branded), 4),
    }


def match_figures(*, queries: int, seed: int) -> dict[str, Any]:
    """Ask the sample of the register for its own companies, and for strangers."""
    from wutong.people.companies.decision import Decision
    from wutong.people.companies.index import CompanyIndex

    rng = random.Random(seed)
    companies = register()
    rng.shuffle(companies)
    strangers, known = companies[: queries // 2], companies[queries // 2 :]
    names = {one.name for one in companies}
    began = time.perf_counter()
    index = CompanyIndex()
    for one in known:
        index.add(code=one.code, name=one.name, province=one.province, city=one.city)
    built_s = time.perf_counter() - began

    asked = [
        *[equal(rng, one) for one in rng.sample(known, queries)],
        *[query for one in rng.sample(known, queries) if (query := otherwise(rng, one)) is not None],
        *[
            Query(text, _MISTYPED, one.code)
            for one in rng.sample(known, queries // 2)
            if (text := _mistyped(rng, one.name)) is not None and text not in names
        ],
        *[Query(one.name, "not in the list", "") for one in strangers],
        *[
            query
            for one in rng.sample(known, queries // 2)
            if (query := neighbour(rng, one, companies)) is not None and query.text not in names
        ],
    ]
    hits: Counter[str] = Counter()
    total: Counter[str] = Counter()
    false_merges, most_compared = [], 0
    began = time.perf_counter()
    for query in asked:
        answer = index.find(query.text)
        codes = [one.code for one in answer.found]
        most_compared = max(most_compared, answer.compared)
        total[query.noise] += 1
        if answer.decision == Decision.SAME and codes != [query.meant]:
            false_merges.append(f"{query.text} = {answer.found[0].name.given}")
        if query.noise == "equal":
            hits["equal"] += answer.decision == Decision.SAME and codes == [query.meant]
        elif query.meant:
            hits[query.noise] += query.meant in codes
    took_s = time.perf_counter() - began
    kinds = sorted(noise for noise in total if noise in _OTHERWISE)
    return {
        "found_same": round(hits["equal"] / total["equal"], 4),
        "among_first_five": round(sum(hits[kind] for kind in kinds) / sum(total[kind] for kind in kinds), 4),
        "false_merges": len(false_merges),
        "false_merges_are": false_merges[:5],
        **{f"first_five_{kind}": round(hits[kind] / total[kind], 4) for kind in kinds},
        "mistyped_among_five": round(hits[_MISTYPED] / max(total[_MISTYPED], 1), 4),
        "most_compared": most_compared,
        "companies": len(known),
        "queries": len(asked),
        "strangers": sum(total[noise] for noise in ("not in the list", "another region", "one character")),
        "index_built_s": round(built_s, 2),
        "queries_per_s": round(len(asked) / took_s),
    }


def register() -> list[Company]:
    with (DATA / "companies_cn.csv").open(encoding="utf-8-sig", newline="") as file:
        return [Company(row["uscc"], row["name"], row["province"], row["city"]) for row in csv.DictReader(file)]


def equal(rng: random.Random, one: Company) -> Query:
    """The name, written otherwise but not worded otherwise."""
    text = one.name
    for writing in rng.sample(_WRITINGS, rng.randint(1, 3)):
        text = writing(rng, text)
    return Query(text, "equal", one.code)


def otherwise(rng: random.Random, one: Company) -> Query | None:
    """The name worded otherwise, and written otherwise every second time; None where it has not the part concerned."""
    noise = rng.choice(sorted(_OTHERWISE))
    text = _OTHERWISE[noise](rng, one.name)
    if text is None or text == one.name:
        return None
    if rng.random() < 0.5:
        text = rng.choice(_WRITINGS)(rng, text)
    return Query(text, noise, one.code)


def neighbour(rng: random.Random, one: Company, companies: Sequence[Company]) -> Query | None:
    """A name like that of a company in the list, and another one's: nobody's as far as we know."""
    from wutong.people.companies.names import read_name

    read = read_name(one.name)
    if rng.random() < 0.5 and read.region and one.name.startswith(read.region):
        other = read_name(rng.choice(companies).name).region
        if other and other != read.region:
            return Query(other + one.name.removeprefix(read.region), "another region", "")
    return Query(text, "one character", "") if (text := _mistyped(rng, one.name)) is not None else None


def _spaced(rng: random.Random, name: str) -> str:
    at = rng.randint(1, len(name) - 1)
    return f"{name[:at]}{rng.choice((' ', '　', '  '))}{name[at:]} "


def _invisible(rng: random.Random, name: str) -> str:
    at = rng.randint(1, len(name) - 1)
    return f"\ufeff{name[:at]}\u200b{name[at:]}"


def _mistyped(rng: random.Random, name: str) -> str | None:
    from wutong.people.companies.names import read_name

    brand = read_name(name).brand
    at = name.find(brand)
    if len(brand) < 2 or at < 0:
        return None
    place = at + rng.randrange(len(brand))
    return name[:place] + rng.choice([char for char in _CHARACTERS if char != name[place]]) + name[place + 1 :]


def _without_form(_: random.Random, name: str) -> str | None:
    from wutong.people.companies.names import read_name

    form = read_name(name).form
    bare = name.removesuffix(form)
    return bare if form and bare != name and len(bare) > 3 else None


def _other_form(_: random.Random, name: str) -> str | None:
    form = next((form for form in _FORMS if name.endswith(form)), None)
    return None if form is None else name.removesuffix(form) + _FORMS[form]


def _without_region(_: random.Random, name: str) -> str | None:
    from wutong.people.companies.names import read_name

    region = read_name(name).region
    bare = name.removeprefix(region)
    return bare if region and bare != name else None


def _moved_region(_: random.Random, name: str) -> str | None:
    from wutong.people.companies.names import read_name

    read = read_name(name)
    at = name.find(read.brand)
    if not read.region or not name.startswith(read.region) or len(read.brand) < 2 or at < 0:
        return None
    end = at + len(read.brand)
    return f"{name[len(read.region) : end]}（{read.region}）{name[end:]}"


_CHARACTERS = "华新中天金宏恒泰盛达永兴隆瑞丰嘉鑫利通海源康安和东方明德信诚大正立博远创佳美"
_WRITINGS: Sequence[Callable[[random.Random, str], str]] = (
    lambda _, name: name.translate(_FULL_WIDTH),
    lambda rng, name: name + rng.choice(_STAMPS),
    lambda _, name: _to_traditional(name),
    _spaced,
    _invisible,
)
_OTHERWISE: dict[str, Callable[[random.Random, str], str | None]] = {
    "without_form": _without_form,
    "other_form": _other_form,
    "without_region": _without_region,
    "moved_region": _moved_region,
}
_MISTYPED = "mistyped"
_traditional = OpenCC("s2t")


def _to_traditional(name: str) -> str:
    converted: str = _traditional.convert(name)
    return converted


if __name__ == "__main__":
    sys.exit(main())
