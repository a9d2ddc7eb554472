"""The one settings file; what differs between machines comes from the environment (docs/deployment.md)."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from readerstudy import environment

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = environment.writable_folder("DATA_DIR", BASE_DIR / "var")

DEBUG = environment.boolean("DEBUG", default=False)
SECRET_KEY = environment.secret_key(DATA_DIR)
ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = environment.words("CSRF_TRUSTED_ORIGINS")

# The newest heading of the changelog is the version; nothing else has to be kept in step with it.
_CHANGELOG = (BASE_DIR / "CHANGELOG.md").read_text()
VERSION = (re.findall(r"^## (\d+\.\d+\.\d+)", _CHANGELOG, re.MULTILINE) or ["0.0.0"])[0]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "csp",
    "django_vite",
    "django_tasks",
    "django_tasks_db",
    "readerstudy.audit",
    "readerstudy.accounts",
    "readerstudy.jobs",
    "readerstudy.cohorts",
    "readerstudy.truth",
    "readerstudy.studies",
    "readerstudy.reading",
    "readerstudy.training",
    "readerstudy.detectors",
    "readerstudy.reports",
    "readerstudy.operations",
    "readerstudy.demo",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "readerstudy.caching.keep_nothing",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "readerstudy.languages.speak",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
]

ROOT_URLCONF = "readerstudy.urls"
WSGI_APPLICATION = "readerstudy.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "readerstudy" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
            ],
        },
    },
]


def _database() -> dict[str, Any]:
    """SQLite under DATA_DIR unless DATABASE_URL names another; only what the tests run on is accepted."""
    url = environment.text("DATABASE_URL", f"sqlite:///{DATA_DIR / 'readerstudy.sqlite3'}")
    if not url.startswith(("sqlite:///", "postgres://", "postgresql://")):
        raise ImproperlyConfigured("DATABASE_URL must begin with sqlite:/// or postgres://.")
    try:
        database: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=60, conn_health_checks=True))
    except ValueError:  # without the address, which may hold a password
        raise ImproperlyConfigured("DATABASE_URL is malformed: postgres://user:password@host:port/name.") from None
    if database["ENGINE"] == "django.db.backends.sqlite3":
        # Writers queue instead of failing, commits reach the disk, and the append-only triggers cannot be walked
        # round by INSERT OR REPLACE. Measured choices: docs/decisions/0003-evidence-in-the-database.md
        database["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
            "PRAGMA recursive_triggers=ON;",
        }
        # A name of its own, so that two runs of the tests do not empty each other's database.
        database["TEST"] = {"NAME": str(DATA_DIR / f"test-{os.getpid()}.sqlite3")}
    return database


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
# Scrypt costs an attacker memory as well as time, and comes with Python.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "accounts:login"

LANGUAGE_CODE = "en"
# Each in its own words. Another one: a folder in readerstudy/locale (readerstudy/texts.py) and frontend/src/texts.
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [BASE_DIR / "readerstudy" / "locale"]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns where there is none yet
FRONTEND_DIST = BASE_DIR / "frontend" / "dist"
STATICFILES_DIRS = [FRONTEND_DIST] if FRONTEND_DIST.exists() else []
DJANGO_VITE = {"default": {"manifest_path": FRONTEND_DIST / ".vite" / "manifest.json"}}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "readerstudy.api_errors.answer",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Reader study",
    "DESCRIPTION": "What a reader's browser, a simulated reader or a script may ask. Nothing here tells a case's truth "
    "before its gate opens.",
    "VERSION": VERSION,
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {
        "CallEnum": "readerstudy.reading.models.Call",
        "MarkKindEnum": "readerstudy.reading.models.MarkKind",
        "QuestionKindEnum": "readerstudy.studies.models.QuestionKind",
    },
}

# The wasm decoders of the viewer need 'wasm-unsafe-eval'; nothing else is let in.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, "'wasm-unsafe-eval'"],
        "worker-src": [SELF],
        "connect-src": [SELF],
        "img-src": [SELF, "blob:", "data:"],
        "style-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
# A working day: a browser that was left open is not logged in for ever; at work, one logs in again in place.
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
# A loopback demo speaks plain HTTP; behind TLS the operator says so once.
HTTPS = environment.boolean("HTTPS", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000

# The upstream archive that images may be imported from; coordinators never type addresses.
DICOMWEB_URL = environment.text("DICOMWEB_URL")
DICOMWEB_USER = environment.text("DICOMWEB_USER")
DICOMWEB_PASSWORD = environment.text("DICOMWEB_PASSWORD")

# Mail to readers: to a server where one is named, else into a folder, as letters that nobody takes to the post.
EMAIL_HOST = environment.text("EMAIL_HOST")
_EMAIL_SECURITY = environment.choice("EMAIL_SECURITY", ("STARTTLS", "TLS", "NONE"), "STARTTLS")
EMAIL_USE_TLS, EMAIL_USE_SSL = _EMAIL_SECURITY == "STARTTLS", _EMAIL_SECURITY == "TLS"
EMAIL_PORT = environment.whole_number("EMAIL_PORT", {"STARTTLS": 587, "TLS": 465, "NONE": 25}[_EMAIL_SECURITY])
EMAIL_HOST_USER = environment.text("EMAIL_USER")
EMAIL_HOST_PASSWORD = environment.text("EMAIL_PASSWORD")
EMAIL_TIMEOUT = 10
EMAIL_FILE_PATH = DATA_DIR / "mail"
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'filebased'}.EmailBackend"
DEFAULT_FROM_EMAIL = environment.text("EMAIL_FROM", "readerstudy@localhost")
# Where people find this server, for links in mails; a page knows it from its request, a command does not.
SITE_URL = environment.text("SITE_URL").rstrip("/")

# What may lie ready for one import, and what stays free on the disk.
UPLOAD_MAX_FILES = 20_000
UPLOAD_MAX_BYTES = 64 * 2**30
UPLOAD_SPARE_BYTES = 2**30

# Jobs are queued in the database itself: no broker is needed, and any number of workers may take from it.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}
# The server starts a worker of its own, or leaves that to `manage.py run_worker`.
WORKER = environment.choice("WORKER", ("EMBEDDED", "NONE"), "EMBEDDED")

# The browser that prints reports into PDFs: a name or path; empty: whichever is installed.
CHROMIUM = environment.text("CHROMIUM")

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": environment.choice("LOG_LEVEL", LOG_LEVELS, "WARNING")},
}
