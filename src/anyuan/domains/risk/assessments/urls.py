from django.urls import path

from anyuan.domains.risk.assessments import site_views, views

app_name = "assessments"
urlpatterns = [
    path("", views.assessment_list, name="list"),
    path("today/", site_views.today_part, name="today"),
    path("new/", views.assessment_new, name="new"),
    path("sites/<uuid:pk>/", site_views.site_page, name="site"),
    path("sites/<uuid:pk>/finding/", site_views.finding_new, name="finding_new"),
    path("sites/<uuid:pk>/report/", site_views.report_page, name="hand_in"),
    path("sites/<uuid:pk>/answer/", site_views.answer_page, name="answer"),
    path("sites/<uuid:pk>/paper.<slug:kind>", site_views.site_paper, name="paper"),
    path("<uuid:pk>/", views.assessment_detail, name="detail"),
    path("<uuid:pk>/invite/", views.invite, name="invite"),
    path("<uuid:pk>/people/<int:person>/end/", views.access_end, name="access_end"),
    path("<uuid:pk>/step/<slug:transition>/", views.assessment_act, name="act"),
]
