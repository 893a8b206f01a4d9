from django.urls import path

from anyuan.domains.risk.tracing import finding_views, views

app_name = "tracing"
urlpatterns = [
    path("", views.trace_list, name="list"),
    path("new/<uuid:cause>/", views.trace_new, name="new"),
    path("<uuid:pk>/", views.trace_detail, name="detail"),
    path("<uuid:pk>/do/<slug:transition>/", views.trace_act, name="act"),
    path("<uuid:pk>/panel/", views.trace_panel, name="panel"),
    path("<uuid:pk>/bundle/", views.trace_bundle, name="bundle"),
    path("<uuid:pk>/findings/new/", finding_views.finding_new, name="finding_new"),
    path("findings/<uuid:pk>/", finding_views.finding_detail, name="finding"),
    path("findings/<uuid:pk>/edit/", finding_views.finding_edit, name="finding_edit"),
    path("findings/<uuid:pk>/drop/", finding_views.finding_drop, name="finding_drop"),
    path("findings/<uuid:pk>/opinion/", finding_views.finding_opinion, name="opinion"),
    path("findings/<uuid:pk>/object/", finding_views.finding_object, name="object"),
    path("findings/<uuid:pk>/answer/", finding_views.finding_answer, name="answer"),
    path("findings/<uuid:pk>/notice/<str:form>/", finding_views.finding_notice, name="notice"),
]
