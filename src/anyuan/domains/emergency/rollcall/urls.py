from django.urls import path

from anyuan.domains.emergency.rollcall import take_views, views

app_name = "rollcall"
urlpatterns = [
    path("", views.call_list, name="list"),
    path("new/", views.call_new, name="new"),
    path("classes/", views.class_teachers, name="classes"),
    path("classes/<uuid:pk>/", views.class_teacher, name="class_teacher"),
    path("groups/<uuid:pk>/", take_views.take, name="take"),
    path("members/<uuid:pk>/", take_views.found, name="found"),
    path("<uuid:pk>/", views.call_detail, name="detail"),
    path("<uuid:pk>/going", views.call_going, name="going"),
    path("<uuid:pk>/act/<slug:step>", views.call_act, name="act"),
    path("<uuid:pk>/mine/", take_views.mine, name="mine"),
    path("<uuid:pk>/find/", take_views.find, name="find"),
    path("<uuid:pk>/here/", take_views.here, name="here"),
]
