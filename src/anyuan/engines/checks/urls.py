from django.urls import path

from anyuan.engines.checks import assignment_views, checklist_views, views

app_name = "checks"
urlpatterns = [
    path("", views.check_list, name="list"),
    path("new/", views.choose, name="choose"),
    path("fill/<slug:key>/", views.fill, name="fill"),
    path("<uuid:pk>/", views.check_detail, name="detail"),
    path("<uuid:pk>/void/", views.check_void, name="void"),
    path("assigned/<uuid:pk>/", assignment_views.assigned, name="assigned"),
    path("rounds/", assignment_views.rounds, name="rounds"),
    path("rounds/new/", assignment_views.round_new, name="round_new"),
    path("rounds/<uuid:batch>/", assignment_views.one_round, name="round"),
    path("rounds/<uuid:batch>/withdraw/", assignment_views.withdraw, name="round_withdraw"),
    path("rounds/<uuid:batch>/postpone/", assignment_views.postpone, name="round_postpone"),
    path("lists/", checklist_views.checklists, name="checklists"),
    path("lists/new/", checklist_views.checklist_edit, name="checklist_new"),
    path("lists/import/", checklist_views.checklist_import, name="checklist_import"),
    path("lists/<slug:key>/", checklist_views.checklist, name="checklist"),
    path("lists/<slug:key>/edit/", checklist_views.checklist_edit, name="checklist_edit"),
    path("lists/<slug:key>/switch/", checklist_views.checklist_switch, name="checklist_switch"),
    path("lists/<slug:key>/xlsform/", checklist_views.checklist_export, name="checklist_export"),
]
