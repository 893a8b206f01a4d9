from django.urls import path

from anyuan.domains.responsibility.duties import letter_views, list_views, public, views

app_name = "duties"
urlpatterns = [
    path("", views.network, name="network"),
    path("below/", views.below, name="below"),
    path("units/<str:key>/", views.network_of, name="network_of"),
    path("units/<str:key>/start/", views.start, name="start"),
    path("units/<str:key>/new/", views.seat_new, name="seat_new"),
    path("seats/<uuid:pk>/", views.seat_edit, name="seat"),
    path("seats/<uuid:pk>/end/", views.seat_end, name="seat_end"),
    path("lists/", list_views.lists, name="lists"),
    path("lists/new/", list_views.list_new, name="list_new"),
    path("lists/<uuid:pk>/", list_views.list_one, name="list"),
    path("lists/<uuid:pk>/edit/", list_views.list_edit, name="list_edit"),
    path("lists/<uuid:pk>/people/", list_views.list_assign, name="list_assign"),
    path("lists/<uuid:pk>/read/", list_views.list_acknowledge, name="list_acknowledge"),
    path("lists/<uuid:pk>/end/", list_views.list_end, name="list_end"),
    path("letters/", letter_views.letters, name="letters"),
    path("letters/issue/", letter_views.issue, name="issue"),
    path("letters/units/<str:key>/", letter_views.unit_letters, name="unit_letters"),
    path("letters/rounds/<uuid:pk>/", letter_views.round_one, name="round"),
    path("letters/rounds/<uuid:pk>/sign/", letter_views.round_countersign, name="round_sign"),
    path("letters/rounds/<uuid:pk>/nudge/", letter_views.round_nudge, name="round_nudge"),
    path("letters/<uuid:pk>/", letter_views.letter_one, name="letter"),
    path("letters/<uuid:pk>/sign/", letter_views.letter_sign, name="letter_sign"),
    path("letters/<uuid:pk>/paper.<slug:form>", letter_views.letter_paper, name="letter_paper"),
    path("letters/<uuid:pk>/step/<slug:step>/", letter_views.letter_step, name="letter_step"),
    path("check/<str:signed_key>/", public.check, name="check"),
]
