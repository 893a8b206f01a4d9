from django.urls import path

from anyuan.engines.ledgers import file_views, row_views, views

app_name = "ledgers"
urlpatterns = [
    path("", views.index, name="index"),
    path("rows/<uuid:pk>/", row_views.row_page, name="row"),
    path("rows/<uuid:pk>/edit/", row_views.row_edit, name="edit"),
    path("rows/<uuid:pk>/end/", row_views.row_end, name="end"),
    path("rows/<uuid:pk>/unseal/", row_views.row_unseal, name="unseal"),
    path("exports/<uuid:pk>/", file_views.export_progress, name="export_progress"),
    path("exports/<uuid:pk>/file/", file_views.export_file, name="export_file"),
    path("<slug:key>/", views.ledger_list, name="list"),
    path("<slug:key>/new/", row_views.row_new, name="new"),
    path("<slug:key>/bulk/", views.bulk_change, name="bulk"),
    path("<slug:key>/views/", views.views, name="views"),
    path("<slug:key>/import/", file_views.import_page, name="import"),
    path("<slug:key>/template/", file_views.import_template, name="template"),
    path("<slug:key>/export/", file_views.export, name="export"),
    path("<slug:key>/labels/", file_views.labels, name="labels"),
]
