from wutong.people.models.account import Account, AccountCandidate, Affiliation
from wutong.people.models.consent import ANY, Consent, ConsentKind, ConsentStanding, ConsentState, ConsentText
from wutong.people.models.identity import (
    Assurance,
    BlockedValue,
    Identifier,
    IdentifierKind,
    IdentityChange,
    IdentityDecision,
    IdentityLink,
    IdentityMove,
    IdentityRules,
    Observation,
    RefusedLink,
)
from wutong.people.models.own import OwnKind, OwnLink, OwnMark, OwnRule
from wutong.people.models.person import FieldValue, Person, Reach

__all__ = [
    "ANY",
    "Account",
    "AccountCandidate",
    "Affiliation",
    "Assurance",
    "BlockedValue",
    "Consent",
    "ConsentKind",
    "ConsentStanding",
    "ConsentState",
    "ConsentText",
    "FieldValue",
    "Identifier",
    "IdentifierKind",
    "IdentityChange",
    "IdentityDecision",
    "IdentityLink",
    "IdentityMove",
    "IdentityRules",
    "Observation",
    "OwnKind",
    "OwnLink",
    "OwnMark",
    "OwnRule",
    "Person",
    "Reach",
    "RefusedLink",
]
