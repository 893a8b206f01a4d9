from django.urls import path

from anyuan.domains.responsibility.governance import meeting_views, views, visit_views

app_name = "governance"
urlpatterns = [
    path("", views.regulations, name="regulations"),
    path("regulations/new/", views.regulation_new, name="regulation_new"),
    path("regulations/<uuid:pk>/", views.regulation, name="regulation"),
    path("regulations/<uuid:pk>/renew/", views.regulation_renew, name="regulation_renew"),
    path("regulations/<uuid:pk>/keep/", views.regulation_keep, name="regulation_keep"),
    path("regulations/<uuid:pk>/withdraw/", views.regulation_withdraw, name="regulation_withdraw"),
    path("reviews/new/", views.review_new, name="review_new"),
    path("reviews/<uuid:pk>/", views.review, name="review"),
    path("meetings/", meeting_views.meetings, name="meetings"),
    path("meetings/new/", meeting_views.meeting_new, name="meeting_new"),
    path("meetings/<uuid:pk>/", meeting_views.meeting, name="meeting"),
    path("meetings/<uuid:pk>/withdraw/", meeting_views.meeting_withdraw, name="meeting_withdraw"),
    path("meetings/decisions/<uuid:pk>/end/", meeting_views.decision_end, name="decision_end"),
    path("meetings/leaders/new/", meeting_views.leader_new, name="leader_new"),
    path("meetings/leaders/<uuid:pk>/", meeting_views.leader, name="leader"),
    path("visits/", visit_views.visits, name="visits"),
    path("visits/plans/new/", visit_views.plan_new, name="plan_new"),
    path("visits/plans/<uuid:pk>/", visit_views.plan, name="plan"),
    path("visits/plans/<uuid:pk>/bulletin.<slug:kind>", visit_views.bulletin, name="bulletin"),
    path("visits/targets/<uuid:pk>/", visit_views.target, name="target"),
    path("visits/targets/<uuid:pk>/cancel/", visit_views.target_cancel, name="target_cancel"),
    path("visits/<uuid:pk>/", visit_views.visit, name="visit"),
    path("visits/<uuid:pk>/step/<slug:step>/", visit_views.visit_act, name="visit_act"),
]
