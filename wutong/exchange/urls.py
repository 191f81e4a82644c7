"""Addresses of imports and exports."""

from django.urls import path

from wutong.exchange.views import exports, imports, saved_columns, wizard

app_name = "exchange"
urlpatterns = [
    path("imports/", imports.imports, name="imports"),
    path("imports/new/", wizard.upload_file, name="import_new"),
    path("imports/sample/", wizard.sample, name="import_sample"),
    path("imports/columns/", saved_columns.saved_columns, name="saved_columns"),
    path("imports/columns/<int:pk>/rename/", saved_columns.rename, name="saved_columns_rename"),
    path("imports/columns/<int:pk>/remove/", saved_columns.remove, name="saved_columns_remove"),
    path("imports/<uuid:public_id>/", imports.one_import, name="import"),
    path("imports/<uuid:public_id>/progress/", imports.progress, name="import_progress"),
    path("imports/<uuid:public_id>/columns/", wizard.columns, name="import_columns"),
    path("imports/<uuid:public_id>/reading/", wizard.reading, name="import_reading"),
    path("imports/<uuid:public_id>/rules/", wizard.rules, name="import_rules"),
    path("imports/<uuid:public_id>/rows/", wizard.correct, name="import_rows"),
    path("imports/<uuid:public_id>/stop/", imports.stop_import, name="import_stop"),
    path("imports/<uuid:public_id>/undo/", imports.undo_import, name="import_undo"),
    path("imports/<uuid:public_id>/discard/", imports.discard_import, name="import_discard"),
    path("imports/<uuid:public_id>/errors/", imports.errors, name="import_errors"),
    path("exports/", exports.exports, name="exports"),
    path("exports/new/", exports.export_new, name="export_new"),
]
