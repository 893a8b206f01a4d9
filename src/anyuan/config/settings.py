"""Settings: production is the default; every value comes from the environment or the data folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from anyuan.config import embedded, env
from anyuan.config.home import home, secret

SOURCE = Path(__file__).resolve().parent.parent
PROJECT = SOURCE.parent.parent
MODULES = Path(env.text("ANYUAN_NODE_MODULES") or PROJECT / "node_modules")

DEBUG = False
SECRET_KEY = secret("secret_key")
FIELD_KEY = secret("field_key")
# Where people reach the system; https turns on secure cookies and HSTS.
PUBLIC_URL = env.text("ANYUAN_URL", f"http://127.0.0.1:{env.whole('PORT', 8000, high=65535)}")
SECURE = PUBLIC_URL.startswith("https://")
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", "testserver", *env.words("ANYUAN_HOSTS")]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if SECURE else []
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SECURE_HSTS_SECONDS = 31536000 if SECURE else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("ANYUAN_PROXY") else None
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 60 * 60 * 12
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

ENGINES = ["live", "notices", "obligations", "checks", "cases", "indicators", "ledgers", "reviews"]
DOMAINS = [
    "hazards",
    "emergency.plans",
    "emergency.alerts",
    "emergency.rollcall",
    "emergency.drills",
    "emergency.warnings",
    "emergency.incidents",
    "protection",
    "fire",
    "gate",
    "schoolbus",
    "responsibility.duties",
    "responsibility.governance",
    "responsibility.appraisal",
    "risk.points",
    "risk.assessments",
    "risk.tracing",
    "campaigns",
]
INSTALLED_APPS = [
    "anyuan.core",
    "anyuan.org",
    *(
        f"anyuan.engines.{name}"
        for name in ENGINES
        if (SOURCE / "engines" / name / "apps.py").exists()
    ),
    *(
        f"anyuan.domains.{name}"
        for name in DOMAINS
        if (SOURCE / "domains" / name.replace(".", "/") / "apps.py").exists()
    ),
    "anyuan.web.apps.Web",
    "anyuan.config.apps.Wiring",
    "pgtrigger",
    "pghistory",
    "procrastinate.contrib.django",
    "template_partials",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "allauth.usersessions",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "anyuan.core.middleware.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "anyuan.org.middleware.ActorMiddleware",
]

ROOT_URLCONF = "anyuan.config.urls"
ASGI_APPLICATION = "anyuan.config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "anyuan.web.context.shell",
            ],
            "builtins": ["anyuan.web.templatetags.ui"],
        },
    }
]

DATABASE = embedded.database()
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": DATABASE.host,
        "PORT": DATABASE.port,
        "NAME": env.text("ANYUAN_DB_NAME") or DATABASE.name,
        "USER": DATABASE.login(env.text("ANYUAN_DB_ROLE", "app"))["user"],
        "PASSWORD": DATABASE.login(env.text("ANYUAN_DB_ROLE", "app"))["password"],
        "OPTIONS": {
            "connect_timeout": 8,
            "pool": {"min_size": 0, "max_size": 12, "timeout": 15}
            if env.flag("ANYUAN_DB_POOL")
            else False,
        },
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,  # ActorMiddleware opens the request's one transaction, with its scope
    }
}
CSRF_FAILURE_VIEW = "anyuan.web.views.form_expired"
FORM_RENDERER = "anyuan.core.forms.QuickRenderer"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文")]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
STATICFILES_DIRS = [
    (name, MODULES / path)
    for name, path in {
        "lib/htmx": "htmx.org/dist",
        "lib/tabler": "@tabler/core/dist",
        "lib/icons": "@tabler/icons-webfont/dist",
        "lib/echarts": "echarts/dist",
        "lib/leaflet": "leaflet/dist",
    }.items()
    if (MODULES / path).is_dir()
]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 600
MEDIA_ROOT = home() / "files"
FONT_FOLDER = MODULES / "@expo-google-fonts" / "noto-sans-sc"
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

AUTH_USER_MODEL = "org.Person"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
AUTHENTICATION_BACKENDS = ["anyuan.org.signin.NameOrPhone"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in {
        "UserAttributeSimilarityValidator": {},
        "MinimumLengthValidator": {"min_length": 10},
        "CommonPasswordValidator": {},
        "NumericPasswordValidator": {},
    }.items()
]
ACCOUNT_ADAPTER = "anyuan.org.signin.Accounts"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = {
    "login_failed": None,
    "login": "60/m/ip",
}  # failures: org.signin, in the database
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_FORMS = {
    "login": "anyuan.org.account_forms.SignInForm",
    "change_password": "anyuan.org.account_forms.NewPasswordForm",
    "set_password": "anyuan.org.account_forms.FirstPasswordForm",
    "reauthenticate": "anyuan.org.account_forms.ConfirmForm",
}
MFA_ADAPTER = "anyuan.org.signin.SecondFactor"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE
USERSESSIONS_TRACK_ACTIVITY = False
SOCIALACCOUNT_ADAPTER = "anyuan.org.signin.SingleSignOn"
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_PROVIDERS = (
    {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "SCOPE": ["openid", "profile", "phone"],
            "APPS": [
                {
                    "provider_id": "city",
                    "name": env.text("ANYUAN_OIDC_NAME", "统一身份认证"),
                    "client_id": env.text("ANYUAN_OIDC_CLIENT_ID"),
                    "secret": env.text("ANYUAN_OIDC_CLIENT_SECRET"),
                    "settings": {"server_url": env.text("ANYUAN_OIDC_URL")},
                }
            ],
        }
    }
    if env.text("ANYUAN_OIDC_URL")
    else {}
)

DEFAULT_PACK = "changzhou_2020"
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
SILENCED_SYSTEM_CHECKS: list[str] = []

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request": {"()": "anyuan.core.logs.RequestFilter"}},
    "formatters": {
        "line": {
            "()": "anyuan.core.logs.SafeFormatter",
            "format": "%(asctime)s %(levelname)s %(request_id)s %(name)s %(message)s",
        }
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request"]}
    },
    "root": {"handlers": ["console"], "level": env.text("ANYUAN_LOG", "WARNING")},
    "loggers": {"anyuan": {"level": "INFO"}},
}
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

# Ways out (engines.notices.channels): what is not set is not offered. Times in seconds.
CHANNEL_TIMEOUT = env.whole("ANYUAN_CHANNEL_TIMEOUT", 8, low=1, high=60)
CHANNEL_DEADLINE = env.whole("ANYUAN_CHANNEL_DEADLINE", 15, low=1, high=120)
CHANNEL_PLAIN_HTTP = env.flag("ANYUAN_CHANNEL_PLAIN_HTTP")  # to the operator's own hosts only
ROBOTS_ENABLED = env.flag("ANYUAN_ROBOTS", default=True)
CAP_HOSTS = frozenset(env.words("ANYUAN_CAP_HOSTS"))  # inner hosts that give out warnings
WEBHOOK_HOSTS = frozenset(env.words("ANYUAN_WEBHOOK_HOSTS"))  # platforms run by the city itself
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = env.text("ANYUAN_SMTP_HOST")
EMAIL_SECURITY = env.choice("ANYUAN_SMTP_SECURITY", "starttls", among=("starttls", "ssl", "none"))
EMAIL_PORT = env.whole(
    "ANYUAN_SMTP_PORT", {"starttls": 587, "ssl": 465, "none": 25}[EMAIL_SECURITY], high=65535
)
EMAIL_USE_TLS, EMAIL_USE_SSL = EMAIL_SECURITY == "starttls", EMAIL_SECURITY == "ssl"
EMAIL_HOST_USER = env.text("ANYUAN_SMTP_USER")
EMAIL_HOST_PASSWORD = env.text("ANYUAN_SMTP_PASSWORD")
EMAIL_TIMEOUT = CHANNEL_TIMEOUT
DEFAULT_FROM_EMAIL = env.text("ANYUAN_SMTP_FROM") or EMAIL_HOST_USER or "anyuan@localhost"
SMS: dict[str, Any] = {
    "url": env.text("ANYUAN_SMS_URL"),
    "key": env.text("ANYUAN_SMS_KEY"),
    "secret": env.text("ANYUAN_SMS_SECRET"),
    "sign": env.text("ANYUAN_SMS_SIGN", "安园"),
    "template": env.text("ANYUAN_SMS_TEMPLATE"),
    "body": env.shape(
        "ANYUAN_SMS_BODY",
        {
            "phone": "{phone}",
            "sign": "{sign}",
            "template": "{template}",
            "params": {"title": "{title}", "url": "{url}"},
            "reference": "{reference}",
        },
    ),
    "ok": env.text("ANYUAN_SMS_OK", "code=0"),
    "id": env.text("ANYUAN_SMS_ID", "id"),
    "retry": frozenset(env.words("ANYUAN_SMS_RETRY")),  # codes after which trying again makes sense
}
