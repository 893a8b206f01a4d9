from django.urls import path

from anyuan.engines.checks import checklist_views, views

app_name = "checks"
urlpatterns = [
    path("", views.check_list, name="list"),
    path("new/", views.choose, name="choose"),
    path("fill/<slug:key>/", views.fill, name="fill"),
    path("<uuid:pk>/", views.check_detail, name="detail"),
    path("<uuid:pk>/void/", views.check_void, name="void"),
    path("lists/", checklist_views.checklists, name="checklists"),
    path("lists/new/", checklist_views.checklist_edit, name="checklist_new"),
    path("lists/import/", checklist_views.checklist_import, name="checklist_import"),
    path("lists/<slug:key>/", checklist_views.checklist, name="checklist"),
    path("lists/<slug:key>/edit/", checklist_views.checklist_edit, name="checklist_edit"),
    path("lists/<slug:key>/switch/", checklist_views.checklist_switch, name="checklist_switch"),
    path("lists/<slug:key>/xlsform/", checklist_views.checklist_export, name="checklist_export"),
]
