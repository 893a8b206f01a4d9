from django.urls import path

from anyuan.domains.schoolbus import route_views, views

app_name = "schoolbus"
urlpatterns = [
    path("", views.home, name="home"),
    path("day/", views.day_plan, name="day_plan"),
    path("trips/", views.trip_list, name="trips"),
    path("trips/<uuid:pk>/", views.trip_page, name="trip"),
    path("trips/<uuid:pk>/start/", views.trip_start, name="trip_start"),
    path("trips/<uuid:pk>/rides/", views.trip_rides, name="trip_rides"),
    path("trips/<uuid:pk>/extra/", views.trip_extra, name="trip_extra"),
    path("trips/<uuid:pk>/end/", views.trip_end, name="trip_end"),
    path("trips/<uuid:pk>/crew/", views.trip_crew, name="trip_crew"),
    path("trips/<uuid:pk>/cancel/", views.trip_cancel, name="trip_cancel"),
    path("routes/", route_views.route_list, name="routes"),
    path("routes/new/", route_views.route_new, name="route_new"),
    path("routes/<uuid:pk>/", route_views.route_page, name="route"),
    path("routes/<uuid:pk>/edit/", route_views.route_edit, name="route_edit"),
    path("routes/<uuid:pk>/stop/", route_views.route_stop, name="route_stop"),
    path("routes/<uuid:pk>/riders/", route_views.route_riders, name="route_riders"),
    path("routes/<uuid:pk>/trip/", views.trip_new, name="trip_new"),
    path("inspections/", route_views.inspection_list, name="inspections"),
    path("inspections/new/", route_views.inspection_new, name="inspection_new"),
    path("inspections/<uuid:pk>/", route_views.inspection_page, name="inspection"),
    path(
        "inspections/<uuid:pk>/withdraw/",
        route_views.inspection_withdraw,
        name="inspection_withdraw",
    ),
]
