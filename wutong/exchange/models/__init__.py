from wutong.exchange.models.export import Export
from wutong.exchange.models.imported import AccountByImport, CorrectedRow, FaultyRow, ImportedRow
from wutong.exchange.models.people_import import PeopleImport, PeopleImportQuerySet
from wutong.exchange.models.saved_mapping import SavedMapping

__all__ = [
    "AccountByImport",
    "CorrectedRow",
    "Export",
    "FaultyRow",
    "ImportedRow",
    "PeopleImport",
    "PeopleImportQuerySet",
    "SavedMapping",
]
