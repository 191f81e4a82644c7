"""Whatever is sent: no answer is a failure of ours, neighbours are kept, and hits fare alike whoever is beside them."""

import json
import math
from typing import Any, get_args, get_type_hints
from urllib.parse import quote

import httpx
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.edge.conftest import Database, hit, letter, send
from wutong.edge.collect import BROWSER, SERVER
from wutong.edge.wire import STORED_TEXT_MAX, BadEnvelope, TooManyHits
from wutong.events.arrivals import pack
from wutong.events.taxonomy import TAXONOMY

pytestmark = pytest.mark.django_db

LENIENT = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)

any_text = st.text(st.characters(exclude_categories=()), max_size=40)
any_value = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(any_text, inner, max_size=4),
    max_leaves=12,
)
name = st.sampled_from([*TAXONOMY, "nope"])
props = st.dictionaries(
    st.sampled_from(["title", "width", "seq", "depth", "href", "form", "odd"]), any_value, max_size=4
)
some_hit = st.fixed_dictionaries(
    {"name": name | any_value, "id": any_text | any_value},
    optional={
        "at": st.datetimes().map(lambda at: at.isoformat() + "Z") | any_value,
        "view": any_value,
        "url": any_text | any_value,
        "ref": any_value,
        "props": props | any_value,
        "odd": any_value,
    },
)


@LENIENT
@given(hits=st.lists(some_hit, max_size=4), sent_at=st.none() | st.datetimes().map(lambda at: at.isoformat() + "Z"))
async def test_neighbours_of_anything_are_kept(
    edge: httpx.AsyncClient, database: Database, hits: list[Any], sent_at: str | None
) -> None:
    database.run("TRUNCATE platform_inboxblock")
    good = hit(at=None)
    answer = await send(edge, letter(good, *hits, {**good, "id": "another"}, sent_at=sent_at))

    assert answer.status_code == 202
    told = answer.json()
    assert told["accepted"] + len(told["dropped"]) == len(hits) + 2
    assert not {0, len(hits) + 1} & {drop["i"] for drop in told["dropped"]}
    assert len(database.arrivals()) == told["accepted"]


@LENIENT
@given(body=st.binary(max_size=200) | any_value.map(lambda value: json.dumps(value).encode()))
async def test_no_body_breaks_a_door(edge: httpx.AsyncClient, body: bytes) -> None:
    for path in ("/c/e", "/c/identify", "/c/f/edge-demo"):
        for kind in ("text/plain", "application/json", "application/x-www-form-urlencoded"):
            assert (await send(edge, body, path=path, content_type=kind)).status_code < 500


@LENIENT
@given(
    query=st.dictionaries(st.sampled_from(["s", "u", "r", "t", "v"]), st.text(max_size=60)), token=st.text(max_size=60)
)
async def test_no_address_breaks_a_door(edge: httpx.AsyncClient, query: dict[str, str], token: str) -> None:
    assert (await edge.get("/c/p.gif", params=query)).status_code == 200
    assert (await edge.get(f"/c/r/x{quote(token, safe='')}")).status_code == 404


@settings(max_examples=150, deadline=None)
@given(hits=st.lists(some_hit | st.builds(hit), max_size=3))
def test_both_ways_of_reading_take_the_same_hits(hits: list[Any]) -> None:
    """A request with one poisoned neighbour is read hit by hit; the others must fare as they would without it."""
    try:
        alone = BROWSER.read(json.dumps(letter(*hits)).encode(), depth_max=6)
        beside = BROWSER.read(json.dumps(letter(*hits, "poison")).encode(), depth_max=6)  # type: ignore[arg-type]  # bad on purpose
    except (BadEnvelope, TooManyHits) as error:
        raise AssertionError from error
    assert alone.hits == beside.hits
    assert alone.dropped == beside.dropped[:-1]


@settings(max_examples=80, deadline=None)
@given(
    hits=st.lists(
        st.builds(hit, id=any_text, url=any_text, props=st.fixed_dictionaries({"title": any_text})), min_size=1
    )
)
def test_what_was_read_can_be_packed(hits: list[Any]) -> None:
    read = BROWSER.read(json.dumps(letter(*hits)).encode(), depth_max=6)
    for _, taken in read.hits:
        msgspec.msgpack.encode(msgspec.to_builtins(taken))
        assert "\x00" not in taken.id + (taken.url or "")
    assert pack([]) is not None


def test_every_property_of_the_taxonomy_is_bounded() -> None:
    """The quick way of reading rests on it: the types alone keep out what cannot be stored."""
    for reader in (BROWSER, SERVER):
        assert reader.schema is not None
    for event in TAXONOMY.values():
        for name, kind in get_type_hints(event.props, include_extras=True).items():
            bounds = [meta for meta in get_args(kind) if isinstance(meta, msgspec.Meta)]
            where = f"{event.name}.{name}"
            base = get_type_hints(event.props)[name]
            if base is str:
                assert any(meta.max_length and meta.max_length <= STORED_TEXT_MAX for meta in bounds), where
            elif base in (int, float):
                lowest = max((meta.ge for meta in bounds if meta.ge is not None), default=-math.inf)
                highest = min((meta.le for meta in bounds if meta.le is not None), default=math.inf)
                assert -(2**53) <= lowest <= highest <= 2**53, where
            else:
                assert base is bool or all(isinstance(choice, str) for choice in get_args(base)), where
