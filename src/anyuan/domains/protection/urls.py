from django.urls import path

from anyuan.domains.protection import standard_views, views, watch_views

app_name = "protection"
urlpatterns = [
    path("", views.home, name="home"),
    path("rounds/new/", views.round_new, name="round_new"),
    path("rounds/<uuid:pk>/", views.round_detail, name="round"),
    path("faults/", views.fault_list, name="faults"),
    path("faults/new/", views.fault_new, name="fault_new"),
    path("faults/<uuid:pk>/", views.fault_detail, name="fault"),
    path("faults/<uuid:pk>/<slug:transition>/", views.fault_act, name="fault_act"),
    path("standard/", standard_views.standard, name="standard"),
    path("standard/gaps/", standard_views.gaps, name="gaps"),
    path("standard/<uuid:pk>/", standard_views.check_detail, name="check"),
    path("standard/<uuid:pk>/sheet/", standard_views.check_sheet, name="check_sheet"),
    path("patrols/", watch_views.patrol_list, name="patrols"),
    path("patrols/new/", watch_views.patrol_new, name="patrol_new"),
    path("patrols/<uuid:pk>/", watch_views.patrol_detail, name="patrol"),
    path("rota/", watch_views.rota, name="rota"),
    path("rota/sheet/", watch_views.rota_sheet, name="rota_sheet"),
]
