from django.urls import path

from anyuan.web import views

app_name = "web"
urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("posts/choose", views.post_choose, name="post_choose"),
    path("files/<uuid:pk>", views.file_content, name="file"),
]
