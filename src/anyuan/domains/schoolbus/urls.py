from django.urls import path

from anyuan.domains.schoolbus import route_views, sharing_views, views

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
    path("sharing/", sharing_views.sharing_home, name="sharing"),
    path("sharing/<uuid:pk>/", sharing_views.side_page, name="side"),
    path("sharing/<uuid:pk>/accept/", sharing_views.side_accept, name="side_accept"),
    path("sharing/<uuid:pk>/permit/", sharing_views.side_permit, name="side_permit"),
    path("sharing/<uuid:pk>/cost/", sharing_views.side_cost, name="side_cost"),
    path("sharing/<uuid:pk>/step/", sharing_views.side_step, name="side_step"),
    path("offers/new/", sharing_views.offer_new, name="offer_new"),
    path("offers/<uuid:pk>/", sharing_views.offer_page, name="offer"),
    path("offers/<uuid:pk>/close/", sharing_views.offer_close, name="offer_close"),
    path("offers/<uuid:pk>/ask/", sharing_views.offer_ask, name="offer_ask"),
]
