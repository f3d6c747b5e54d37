"""Django's settings, derived from the typed :class:`~chuangcheng.kernel.settings.Settings` of the home."""

from __future__ import annotations

from pathlib import Path

from chuangcheng.config.database import caches, database
from chuangcheng.kernel import clock
from chuangcheng.kernel.settings import load

CITY = load()
CITY.home.mkdir(parents=True, exist_ok=True)
clock.start_at(CITY.clock_start)

PACKAGE = Path(__file__).resolve().parent.parent
SECRET_KEY = CITY.key("secret").hex()
DEBUG = CITY.debug
ALLOWED_HOSTS = [host.strip() for host in CITY.allowed_hosts.split(",")]

ROOMS = [
    "history", "places", "people", "photos", "notices",
    "framework", "cycle", "sites",
    "cases", "indicators", "tasks", "patrols", "campaigns", "meetings", "library",
    "scoring", "risks", "bulletins",
]  # fmt: skip
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "axes",
    *[f"chuangcheng.{room}" for room in ROOMS],
    "chuangcheng.web",
]

# Session, sign-in and CSRF wrap only the pages of staff: the public API pays for none of them.
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "chuangcheng.web.middleware.guard",
    "chuangcheng.web.middleware.session",
    "chuangcheng.web.middleware.locale",
    "chuangcheng.web.middleware.common",
    "chuangcheng.web.middleware.csrf",
    "chuangcheng.web.middleware.authentication",
    "chuangcheng.web.middleware.messages",
    "allauth.account.middleware.AccountMiddleware",
    "chuangcheng.web.middleware.htmx",
    "chuangcheng.web.middleware.actor",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "chuangcheng.config.urls"
WSGI_APPLICATION = "chuangcheng.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / room / "templates" for room in ("web", "desk", "portal", "field")],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "chuangcheng.web.context.page",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "chuangcheng.web.templatetags.parts",
            ],
        },
    }
]

DATABASES = {"default": database(CITY)}
CACHES = caches(CITY)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = CITY.secure_cookies
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_TRUSTED_ORIGINS = [CITY.public_url] if CITY.public_url else []

AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk:home"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
CSRF_FAILURE_VIEW = "chuangcheng.web.errors.csrf_failure"
ACCOUNT_ADAPTER = "chuangcheng.web.account.Adapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
# axes counts failures: by name and address, shared by all processes. A whole city hall may sign in from one address.
ACCOUNT_RATE_LIMITS = {"login_failed": False, "login": "120/m/ip"}
AXES_CLIENT_IP_CALLABLE = "chuangcheng.web.limits.sender"
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_HANDLER = "axes.handlers.database.AxesDatabaseHandler"
AXES_VERBOSE = False
AXES_LOCKOUT_CALLABLE = "chuangcheng.web.errors.locked_out"

LANGUAGE_CODE = CITY.language
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "web" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT = None  # whitenoise finds the files in the package; nothing is collected
STATICFILES_DIRS: list[Path] = []
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 3600
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/build/assets/.+-[0-9A-Za-z_-]{8}\."  # the bundler's hashed names
DATA_UPLOAD_MAX_MEMORY_SIZE = (CITY.photo_max_mb + 1) * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"chuangcheng": {"level": "INFO"}},
}
