from django.urls import path

from anyuan.domains.emergency.rollcall import handing_views, take_views, views

app_name = "rollcall"
urlpatterns = [
    path("", views.call_list, name="list"),
    path("new/", views.call_new, name="new"),
    path("classes/", views.class_teachers, name="classes"),
    path("classes/<uuid:pk>/", views.class_teacher, name="class_teacher"),
    path("groups/<uuid:pk>/", take_views.take, name="take"),
    path("members/<uuid:pk>/", take_views.found, name="found"),
    path("groups/<uuid:pk>/hand/", handing_views.hand_unlisted, name="hand_unlisted"),
    path("members/<uuid:pk>/hand/", handing_views.hand, name="hand"),
    path("members/<uuid:pk>/guardians/", handing_views.guardians, name="guardians"),
    path("handovers/<uuid:pk>/undo/", handing_views.undo, name="undo"),
    path("<uuid:pk>/", views.call_detail, name="detail"),
    path("<uuid:pk>/going", views.call_going, name="going"),
    path("<uuid:pk>/act/<slug:step>", views.call_act, name="act"),
    path("<uuid:pk>/handing/", handing_views.handing_list, name="handing"),
    path("<uuid:pk>/handing/going", handing_views.handing_going, name="handing_going"),
    path("<uuid:pk>/paper/<slug:what>.<slug:kind>", handing_views.paper, name="paper"),
    path("<uuid:pk>/mine/", take_views.mine, name="mine"),
    path("<uuid:pk>/find/", take_views.find, name="find"),
    path("<uuid:pk>/here/", take_views.here, name="here"),
]
