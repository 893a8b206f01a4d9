from django.urls import path

from anyuan.engines.indicators import views

app_name = "indicators"
urlpatterns = [
    path("", views.indicator_list, name="list"),
    path("target/", views.indicator_target, name="target"),
]
