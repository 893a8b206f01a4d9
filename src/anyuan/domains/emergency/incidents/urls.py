from django.urls import path

from anyuan.domains.emergency.incidents import people_views, report_views, views, work_views

app_name = "incidents"
urlpatterns = [
    path("", views.incident_list, name="list"),
    path("new/", views.incident_new, name="new"),
    path("mine/", views.incident_mine, name="mine"),
    path("export/", views.incident_export, name="export"),
    path("card/<str:key>/", people_views.card, name="card"),
    path("tasks/<uuid:pk>/end/", work_views.task_end, name="task_end"),
    path("people/<uuid:pk>/", people_views.person_edit, name="person"),
    path("reports/<uuid:pk>/", report_views.report_one, name="report"),
    path("reports/<uuid:pk>/receive/", report_views.report_receive, name="report_receive"),
    path("reports/<uuid:pk>/paper.<slug:kind>", report_views.report_paper, name="paper"),
    path("<uuid:pk>/", views.incident_detail, name="detail"),
    path("<uuid:pk>/note/", people_views.hand_over, name="note"),
    path("<uuid:pk>/note.pdf", people_views.hand_over_pdf, name="note_pdf"),
    path("<uuid:pk>/phone/", work_views.phone_new, name="phone"),
    path("<uuid:pk>/entry/", work_views.entry_new, name="entry"),
    path("<uuid:pk>/facts/", work_views.facts_edit, name="facts"),
    path("<uuid:pk>/task/", work_views.task_new, name="task_new"),
    path("<uuid:pk>/people/", people_views.people, name="people"),
    path("<uuid:pk>/people/new/", people_views.person_new, name="person_new"),
    path("<uuid:pk>/report/<slug:kind>/", report_views.report_new, name="report_new"),
    path("<uuid:pk>/step/<slug:transition>/", views.incident_act, name="act"),
]
