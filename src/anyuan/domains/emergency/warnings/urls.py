from django.urls import path

from anyuan.domains.emergency.warnings import answer_views, intake_views, paper_views, views

app_name = "warnings"
urlpatterns = [
    path("", views.warning_list, name="list"),
    path("new/", intake_views.warning_new, name="new"),
    path("import/", intake_views.warning_import, name="import"),
    path("feed.xml", paper_views.feed, name="feed"),
    path("sources/new/", intake_views.source_new, name="source_new"),
    path("sources/<uuid:pk>/switch/", intake_views.source_switch, name="source_switch"),
    path("sources/<uuid:pk>/look/", intake_views.source_look, name="source_look"),
    path("today/", answer_views.card, name="card"),
    path("told/<uuid:pk>/", answer_views.told, name="told"),
    path("answers/<uuid:pk>/", answer_views.response_detail, name="response"),
    path("answers/<uuid:pk>/ack/", answer_views.response_ack, name="ack"),
    path("answers/<uuid:pk>/report/", answer_views.response_report, name="report"),
    path("answers/<uuid:pk>/going/", answer_views.office_going, name="office_going"),
    path("answers/<uuid:pk>/more/", answer_views.office_more, name="office_more"),
    path("answers/<uuid:pk>/suspend/", answer_views.office_suspend, name="office_suspend"),
    path("answers/<uuid:pk>/summary.xlsx", paper_views.office_summary, name="office_summary"),
    path("orders/<uuid:pk>/paper.<slug:kind>", paper_views.order_paper, name="order_paper"),
    path("<uuid:pk>/", views.warning_detail, name="detail"),
    path("<uuid:pk>/issue/", views.warning_issue, name="issue"),
    path("<uuid:pk>/step/<slug:transition>/", views.warning_act, name="act"),
    path("<uuid:pk>/going/", views.warning_going, name="going"),
    path("<uuid:pk>/more/", views.warning_more, name="more"),
    path("<uuid:pk>/suspend/", views.warning_suspend, name="suspend"),
    path("<uuid:pk>/paper.<slug:kind>", paper_views.paper, name="paper"),
    path("<uuid:pk>/cap.xml", paper_views.cap_file, name="cap"),
    path("<uuid:pk>/cancel.xml", paper_views.cap_cancel, name="cap_cancel"),
    path("<uuid:pk>/summary.xlsx", paper_views.summary, name="summary"),
]
