from django.urls import path

from anyuan.domains.responsibility.appraisal import round_views, views

app_name = "appraisal"
urlpatterns = [
    path("", views.appraisals, name="list"),
    path("results/<uuid:pk>/", views.result, name="result"),
    path("results/<uuid:pk>/sheet.<slug:kind>", views.sheet, name="sheet"),
    path("items/<uuid:pk>/self/", views.item_self, name="item_self"),
    path("items/<uuid:pk>/review/", views.item_review, name="item_review"),
    path("items/<uuid:pk>/object/", views.item_object, name="item_object"),
    path("objections/<uuid:pk>/", views.objection, name="objection"),
    path("vetoes/<uuid:pk>/", views.veto, name="veto"),
    path("schemes/new/", round_views.scheme_new, name="scheme_new"),
    path("schemes/<uuid:pk>/", round_views.scheme, name="scheme"),
    path("schemes/<uuid:pk>/rounds/new/", round_views.round_new, name="round_new"),
    path("schemes/<uuid:pk>/step/<slug:step>/", round_views.scheme_act, name="scheme_act"),
    path("rounds/<uuid:pk>/", round_views.one_round, name="round"),
    path("rounds/<uuid:pk>/table.xlsx", round_views.round_table, name="round_table"),
    path("rounds/<uuid:pk>/step/<slug:step>/", round_views.round_act, name="round_act"),
]
