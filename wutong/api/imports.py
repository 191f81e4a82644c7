"""Imports: sending a table of people in, and reading how far it is."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.core.files.base import ContentFile
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from msgspec import Meta, Struct

from wutong.api.operations import Answer, Call, Operation
from wutong.api.problems import Flawed, Problem
from wutong.config import config
from wutong.events.touch import CHANNELS
from wutong.exchange.columns import own_meaning
from wutong.exchange.kinds import words_of
from wutong.exchange.models import PeopleImport
from wutong.exchange.starting import Policy, begin, discard, map_columns, start, table_kind
from wutong.exchange.tagging import plain_tag, tags_by_name
from wutong.people.custom_fields import writable_by_keys
from wutong.people.models import CustomField
from wutong.platform.files import store
from wutong.platform.models import ApiRight
from wutong.platform.refusal import Refusal

Line = Annotated[str, Meta(max_length=80)]
Filled = Annotated[str, Meta(min_length=1, max_length=2_000, pattern=r"\S")]


class BasisIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """On which legal basis these people's data are kept (PIPL, article 13)."""

    basis: Literal["consent", "contract", "public", "duty"]
    text: Annotated[Filled, Meta(description=gettext_noop("What they were told or agreed to."))]
    proof: Annotated[Filled, Meta(description=gettext_noop("Where the proof lies."))]


class ImportIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A table of people or companies, and what is to become of its rows."""

    kind: Annotated[
        Literal["people", "companies"],
        Meta(description=gettext_noop("What the rows tell of.")),
    ] = "people"

    csv: Annotated[
        str, Meta(min_length=1, description=gettext_noop("The table as CSV, its first line naming the columns."))
    ]
    name: Annotated[str, Meta(min_length=1, max_length=80, description=gettext_noop("What the list is called."))]
    columns: Annotated[
        dict[str, str],
        Meta(
            description=gettext_noop(
                "The meaning of columns by their names, such as phone, email, full_name, or company and credit_code;"
                " others are guessed."
            )
        ),
    ] = {}
    legal_basis: Annotated[
        BasisIn | None, Meta(description=gettext_noop("Required for people; companies need none."))
    ] = None
    known: Annotated[
        Literal["skip", "fill"],
        Meta(description=gettext_noop("What is known already: left as it is, or what is missing is added.")),
    ] = "fill"
    leads: Annotated[
        Literal["none", "new", "all"],
        Meta(description=gettext_noop("For which people a lead is opened, in the team of the key.")),
    ] = "none"
    channel: Annotated[str, Meta(extra_json_schema={"enum": list(CHANNELS)})] = "import"
    campaign: Line = ""
    tags: Annotated[
        list[str],
        Meta(
            max_length=20,
            description=gettext_noop(
                "Tags that everybody or every company in the table is given: names, or “group: tag”."
            ),
        ),
    ] = []


class ImportOut(Struct, frozen=True, kw_only=True):
    """How an import stands."""

    id: UUID
    kind: str
    state: str
    name: str
    rows: int
    done: int
    created: int
    updated: int
    merged: int
    skipped: int
    failed: int
    warned: int
    leads_opened: int
    created_at: datetime
    finished_at: datetime | None
    page: str


def send_import(call: Call) -> Answer:
    """Keep the table and let it be imported in the background."""
    wanted: ImportIn = call.body
    run = _begun(wanted, call)
    address = f"{config().web_origin}/api/v1/imports/{run.public_id}"
    return Answer(status=202, content=_shown(run), headers={"Location": address})


def _begun(wanted: ImportIn, call: Call) -> PeopleImport:
    fields = [field for about in CustomField.About for field in writable_by_keys(about)]
    own = filter(None, (own_meaning(field, wanted.kind) for field in fields))
    known = [*words_of(wanted.kind).meanings, *own]
    errors = [
        Flawed(pointer=f"#/columns/{name}", code="unknown_value", detail=f"Known are: {', '.join(known)}.")
        for name, meaning in wanted.columns.items()
        if meaning not in known
    ]
    if wanted.channel not in CHANNELS:
        detail = f"There is no such channel. Known are: {', '.join(CHANNELS)}."
        errors.append(Flawed(pointer="#/channel", code="unknown_value", detail=detail))
    if wanted.kind == "people" and wanted.legal_basis is None:
        detail = "Say on which legal basis these people's data are kept."
        errors.append(Flawed(pointer="#/legal_basis", code="required", detail=detail))
    named = tags_by_name(wanted.kind) if wanted.tags else {}
    errors += [
        Flawed(pointer=f"#/tags/{place}", code="unknown_value", detail=f"There is no such tag of {wanted.kind}.")
        for place, name in enumerate(wanted.tags)
        if plain_tag(name) not in named
    ]
    if errors:
        raise Problem("invalid", errors=errors)
    by, basis = call.key.created_by, wanted.legal_basis
    run = None
    try:
        file = ContentFile(wanted.csv.encode(), name=f"{wanted.name}.csv")
        stored = store(file=file, by=by, at=call.at, recognised=table_kind)
        run = begin(stored, by=by, at=call.at, api_key=call.key, kind=wanted.kind)
        mapping = [wanted.columns.get(name, guess) for name, guess in zip(run.columns, run.mapping, strict=True)]
        map_columns(run=run, mapping=mapping, by=by, at=call.at)
        policy = Policy(
            known=PeopleImport.Known(wanted.known),
            leads=PeopleImport.Leads(wanted.leads),
            basis=PeopleImport.Basis(basis.basis) if basis else "",
            basis_text=basis.text if basis else "",
            basis_proof=basis.proof if basis else "",
            by_rules=True,
            team=call.key.team,
            scope=call.key.scope,
            channel=wanted.channel,
            campaign=wanted.campaign,
            source=wanted.name,
            tags=[named[plain_tag(name)] for name in wanted.tags],
        )
        start(run=run, policy=policy, by=call.key, at=call.at)
    except Refusal as no:
        if run is not None:
            discard(run=run, by=by, at=call.at)
        raise Problem("invalid", errors=[Flawed(pointer="#/csv", code=no.code, detail=str(no))]) from no
    return run


def read_import(call: Call) -> Answer:
    """How an import of the key stands."""
    run = PeopleImport.objects.visible_to_key(call.key).filter(public_id=call.id_of_object).first()
    if run is None:
        raise Problem("not_found", "There is no such import, or another key has sent it.")
    return Answer(status=200, content=_shown(run))


def _shown(run: PeopleImport) -> ImportOut:
    return ImportOut(
        id=run.public_id,
        kind=run.kind,
        state=run.state,
        name=run.source,
        rows=run.rows,
        done=run.done,
        created=run.created,
        updated=run.updated,
        merged=run.merged,
        skipped=run.skipped,
        failed=run.faulty,
        warned=run.warned,
        leads_opened=run.leads_opened,
        created_at=run.created_at,
        finished_at=run.finished_at,
        page=f"{config().web_origin}/imports/{run.public_id}/",
    )


SEND = Operation(
    id="sendImport",
    method="POST",
    path="/imports",
    right=ApiRight.IMPORTS_WRITE,
    summary=_("Import people or companies"),
    text=_(
        "Takes a table of people or companies and imports it in the background, with the same rules as the page:"
        " doubles are found, errors are told row by row on the import's page, and it can be undone for thirty days."
        " Sent twice, it changes nobody the second time. Send a long table in several requests; read how far each is at"
        " the address in Location."
    ),
    body=ImportIn,
    answers={202: ImportOut},
    handle=send_import,
    example={
        "csv": "name,phone,company\n周思远,199 0000 0000,北辰科技\n",
        "name": "CRM export",
        "legal_basis": {"basis": "consent", "text": "Form of 2026-01", "proof": "CRM, field consent_at"},
    },
)
READ = Operation(
    id="readImport",
    method="GET",
    path="/imports/{id}",
    right=ApiRight.IMPORTS_WRITE,
    summary=_("Read how an import stands"),
    text=_("How many rows are done, and what they came to, of an import that the key has sent."),
    answers={200: ImportOut},
    handle=read_import,
)
