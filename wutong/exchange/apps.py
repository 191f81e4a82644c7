from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ExchangeConfig(AppConfig):
    name = "wutong.exchange"
    label = "exchange"

    def ready(self) -> None:
        from wutong.exchange.exports import files_out_of_reach
        from wutong.exchange.held import register_holdings
        from wutong.exchange.sources import import_names
        from wutong.people.sources import name_sources_of
        from wutong.platform import files, retention
        from wutong.platform.audit_labels import register_actions, register_subjects

        register_holdings()
        files.withhold(files_out_of_reach)
        for table in ("importedrow", "faultyrow", "correctedrow", "accountbyimport"):
            retention.register_kept(f"exchange_{table}", because="goes with its import's last day of undoing")
        retention.register("exchange_export", "at", timedelta(days=400))
        retention.register("exchange_peopleimport", "created_at", timedelta(days=1_095))
        retention.register_kept("exchange_savedmapping", because="settings; they do not grow with what happens")
        register_subjects(
            {
                "peopleimport": pgettext_lazy("object", "Import"),
                "export": pgettext_lazy("object", "Export"),
                "savedmapping": pgettext_lazy("object", "Saved columns"),
            }
        )
        register_actions(
            {
                "exchange.import_begun": _("Uploaded a file to import"),
                "exchange.mapping_saved": _("Saved what the columns of a file mean"),
                "exchange.mapping_renamed": _("Renamed what the columns of a file mean"),
                "exchange.mapping_removed": _("Removed what the columns of a file mean"),
                "exchange.rows_corrected": _("Put rows of a file right before its import"),
                "exchange.import_started": _("Started an import"),
                "exchange.import_stopped": _("Stopped an import"),
                "exchange.import_discarded": _("Discarded the draft of an import"),
                "exchange.import_undone": _("Undid an import"),
                "exchange.errors_fetched": _("Fetched the errors file of an import"),
                "exchange.list_exported": _("Exported a list"),
            }
        )
        name_sources_of("import", import_names)
