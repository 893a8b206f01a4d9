from django.urls import path

from anyuan.domains.hazards import place_views, public, views

app_name = "hazards"
urlpatterns = [
    path("", views.hazard_list, name="list"),
    path("new/", views.hazard_new, name="new"),
    path("export/", views.hazard_export, name="export"),
    path("places/", place_views.places, name="places"),
    path("places/sheet/", place_views.place_sheet, name="place_sheet"),
    path("at/<str:signed>/", public.report, name="report"),
    path("receipt/<str:signed>/", public.receipt, name="receipt"),
    path("<uuid:pk>/", views.hazard_detail, name="detail"),
    path("<uuid:pk>/paper/<slug:paper>.<slug:kind>", views.hazard_paper, name="paper"),
    path("<uuid:pk>/<slug:transition>/", views.hazard_act, name="act"),
]
