from django.urls import path

from anyuan.engines.checks import views

app_name = "checks"
urlpatterns = [
    path("", views.check_list, name="list"),
    path("new/", views.choose, name="choose"),
    path("fill/<slug:key>/", views.fill, name="fill"),
    path("<uuid:pk>/", views.check_detail, name="detail"),
    path("<uuid:pk>/void/", views.check_void, name="void"),
]
