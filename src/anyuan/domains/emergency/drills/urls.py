from django.urls import path

from anyuan.domains.emergency.drills import (
    after_views,
    overview_views,
    programme_views,
    run_views,
    views,
)

app_name = "emergency"
urlpatterns = [
    path("", views.drill_list, name="drills"),
    path("new/", views.drill_new, name="new"),
    path("plan/", views.drill_plan, name="plan"),
    path("near/", views.near_drills, name="near"),
    path("calendar/", overview_views.calendar, name="calendar"),
    path("calendar/feed/", overview_views.feed, name="feed"),
    path("feed/<str:token>.ics", overview_views.feed_file, name="feed_file"),
    path("overview/", overview_views.overview_page, name="overview"),
    path("overview/nudge/", overview_views.nudge_schools, name="nudge"),
    path("programmes/", programme_views.programme_list, name="programmes"),
    path("programmes/<uuid:pk>/", programme_views.programme_detail, name="programme"),
    path("programmes/<uuid:pk>/adopt/", programme_views.programme_adopt, name="programme_adopt"),
    path(
        "programmes/<uuid:pk>/paper/<str:kind>/",
        programme_views.programme_paper,
        name="programme_paper",
    ),
    path("visits/<uuid:pk>/", after_views.visit, name="visit"),
    path("<uuid:pk>/", views.drill_detail, name="drill"),
    path("<uuid:pk>/end/", views.drill_end, name="end"),
    path("<uuid:pk>/arrange/", after_views.arrange, name="arrange"),
    path("<uuid:pk>/approve/", after_views.approve, name="approve"),
    path("<uuid:pk>/notified/", after_views.notified, name="notified"),
    path("<uuid:pk>/run/", run_views.run, name="run"),
    path("<uuid:pk>/marks/", run_views.marks, name="marks"),
    path("<uuid:pk>/problem/", run_views.problem, name="problem"),
    path("<uuid:pk>/count/", run_views.count, name="count"),
    path("<uuid:pk>/finish/", run_views.finish, name="finish"),
    path("<uuid:pk>/evaluate/", after_views.evaluate, name="evaluate"),
    path("<uuid:pk>/report/", after_views.report, name="report"),
    path("<uuid:pk>/paper/<str:kind>/", after_views.paper, name="paper"),
    path("<uuid:pk>/visit/", after_views.visit_new, name="visit_new"),
]
