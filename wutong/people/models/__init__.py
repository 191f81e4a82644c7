from wutong.people.models.account import Account, Affiliation
from wutong.people.models.consent import Consent
from wutong.people.models.identity import (
    Assurance,
    Identifier,
    IdentifierKind,
    IdentityChange,
    IdentityLink,
    IdentityMove,
    Observation,
)
from wutong.people.models.own import OwnKind, OwnLink, OwnMark, OwnRule
from wutong.people.models.person import FieldValue, Person, Reach

__all__ = [
    "Account",
    "Affiliation",
    "Assurance",
    "Consent",
    "FieldValue",
    "Identifier",
    "IdentifierKind",
    "IdentityChange",
    "IdentityLink",
    "IdentityMove",
    "Observation",
    "OwnKind",
    "OwnLink",
    "OwnMark",
    "OwnRule",
    "Person",
    "Reach",
]
