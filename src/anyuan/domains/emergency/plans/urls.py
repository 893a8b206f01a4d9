from django.urls import path

from anyuan.domains.emergency.plans import reading_views, views

app_name = "plans"
urlpatterns = [
    path("", views.plan_list, name="list"),
    path("new/", views.plan_new, name="new"),
    path("overview/", views.plan_overview, name="overview"),
    path("overview/<slug:kind>/", views.plan_lacking, name="lacking"),
    path("<uuid:pk>/", views.plan_detail, name="detail"),
    path("<uuid:pk>/more/", views.plan_more, name="more"),
    path("<uuid:pk>/edit/", views.plan_edit, name="edit"),
    path("<uuid:pk>/submit/", views.plan_submit, name="submit"),
    path("<uuid:pk>/drop/", views.plan_drop, name="drop"),
    path("<uuid:pk>/revise/", views.plan_revise, name="revise"),
    path("<uuid:pk>/check/", views.plan_check_new, name="check_new"),
    path("checks/<uuid:pk>/", views.plan_check_detail, name="check"),
    path("wishes/<uuid:pk>/dismiss/", views.wish_dismiss, name="dismiss"),
    path("<uuid:pk>/read/", reading_views.plan_read, name="read"),
    path("<uuid:pk>/compare/", reading_views.plan_compare, name="compare"),
    path("<uuid:pk>/paper/<str:form>/", reading_views.plan_paper, name="paper"),
]
