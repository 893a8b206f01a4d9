from django.urls import path

from anyuan.domains.fire import hot_views, views

app_name = "fire"
urlpatterns = [
    path("", views.home, name="home"),
    path("ways/new/", views.way_new, name="way_new"),
    path("ways/<uuid:pk>/", views.way_check, name="way_check"),
    path("station/new/", views.station_new, name="station_new"),
    path("station/<uuid:pk>/", views.station_test, name="station_test"),
    path("electric/", views.electric_year, name="electric_year"),
    path("electric/new/", views.electric_new, name="electric_new"),
    path("electric/<uuid:pk>/", views.electric, name="electric"),
    path("hot-work/", hot_views.hot_list, name="hot_works"),
    path("hot-work/new/", hot_views.hot_new, name="hot_work_new"),
    path("hot-work/<uuid:pk>/", hot_views.hot_detail, name="hot_work"),
    path("hot-work/<uuid:pk>/<slug:transition>/", hot_views.hot_act, name="hot_act"),
]
