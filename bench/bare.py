"""What everything is measured against: a plain Django with the same server, database and pool.

`/page`: the middleware of `startproject`, a person who is signed in, one trivial query, a small template.
`/row`: a POST that inserts one row and answers.
"""

from __future__ import annotations

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import engines
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

PAGE = "<!doctype html><title>{{ user.username }}</title><p>{{ number }}</p>"


def page(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        number = cursor.fetchone()[0]
    shown = {"user": request.user, "number": number}
    return HttpResponse(engines["django"].from_string(PAGE).render(shown, request))


@csrf_exempt
def row(request: HttpRequest) -> HttpResponse:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bench_row (unit, body) VALUES (%s, %s) RETURNING id",
            ["x", request.body.decode()[:200]],
        )
        return JsonResponse({"id": cursor.fetchone()[0]}, status=201)


urlpatterns = [path("page", page), path("row", row)]
settings.ROOT_URLCONF = "bench.bare"
settings.MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
settings.TEMPLATES[0]["OPTIONS"]["context_processors"] = []
application = get_asgi_application()
