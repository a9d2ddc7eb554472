"""The endpoint table: every route, who may use it how, and what a reader gets to see of it.

A route without a row fails `test_endpoint_table.py`. Whoever adds one says here what each role is answered, and the
tests hold the application to it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

Answer = int | Literal["login"]
"""A status, or the way to the login page."""


@dataclass(frozen=True)
class Who:
    """What each role is answered.

    `reader` asks for the own session; `colleague` reads in the same study and asks for that session of another;
    `stranger` reads in no study. `coordinator`, `statistician` and `monitor` are the team of every study here;
    `outsider` coordinates others. Where the last three are not given, `Endpoint.asked` says what they are answered.
    """

    anonymous: Answer
    reader: Answer
    colleague: Answer
    stranger: Answer
    coordinator: Answer
    statistician: Answer | None = None
    monitor: Answer | None = None
    outsider: Answer | None = None


# What stands in an address where else the name of a study does.
_NO_STUDIES = ("new", "join", "join-team", "register")


@dataclass(frozen=True)
class Endpoint:
    """One use of a route.

    Attributes
    ----------
    name, route : str
        As the URL resolver has them.
    method : str
        The method, and what is sent by it.
    path : str
        An address of the route, with names in braces that the tests fill in.
    who : Who
        What each role is answered.
    tells_reader : {"nothing", "blinded", "truth"}
        Whether a reader gets a body of the application's: none, one that the canaries search, or the answer to a case
        after its gate.
    """

    name: str
    route: str
    method: str
    path: str
    who: Who
    tells_reader: Literal["nothing", "blinded", "truth"] = "nothing"
    sends: str = ""

    def asked(self) -> dict[str, Answer]:
        """Give what each role is answered.

        Unless the row says otherwise, a statistician and a monitor get what a reader of no study gets, and a
        coordinator of other studies what the study's own one gets, but nothing of a study.
        """
        said = asdict(self.who)
        _, room, study, *rest = [*self.path.split("/"), ""]
        of_a_study = room == "studies" and bool(study and rest) and study not in _NO_STUDIES
        usual = {
            "statistician": self.who.stranger,
            "monitor": self.who.stranger,
            "outsider": 404 if of_a_study else self.who.coordinator,
        }
        return {role: usual[role] if answer is None else answer for role, answer in said.items()}


def _coordinators(answer: int) -> Who:
    return Who("login", 404, 404, 404, answer)


def _team(answer: int) -> Who:
    return Who("login", 404, 404, 404, answer, statistician=answer, monitor=answer)


def _everyone(answer: int) -> Who:
    return Who(answer, answer, answer, answer, answer)


PAGE_OF_OWN_SESSION = Who("login", 200, 404, 404, 404)
API_OF_OWN_SESSION = Who(403, 200, 404, 404, 404)
LOGGED_IN = Who("login", 200, 200, 200, 200)
# A statistician sees results once the study is unblinded.
_RESULTS = Who("login", 404, 404, 404, 200, statistician=200)

ENDPOINTS = [
    Endpoint("home", "", "GET", "/", Who("login", 302, 302, 302, 302)),
    Endpoint("health", "healthz", "GET", "/healthz", _everyone(200), "blinded"),
    Endpoint("accounts:login", "accounts/login/", "GET", "/accounts/login/", Who(200, 302, 302, 302, 302)),
    Endpoint("accounts:login", "accounts/login/", "POST", "/accounts/login/", Who(200, 302, 302, 302, 302)),
    Endpoint("accounts:logout", "accounts/logout/", "POST", "/accounts/logout/", _everyone(302)),
    Endpoint("accounts:logout", "accounts/logout/", "GET", "/accounts/logout/", _everyone(405)),
    Endpoint(
        "accounts:language", "accounts/language/", "POST", "/accounts/language/", _everyone(302), sends="language=de"
    ),
    Endpoint("accounts:language", "accounts/language/", "GET", "/accounts/language/", _everyone(405)),
    Endpoint("accounts:account", "accounts/me/", "GET", "/accounts/me/", LOGGED_IN, "blinded"),
    Endpoint("accounts:account", "accounts/me/", "POST", "/accounts/me/", LOGGED_IN, "blinded", "password=wrong"),
    # The reader's pages
    Endpoint("reading:studies", "reading/", "GET", "/reading/", LOGGED_IN, "blinded"),
    Endpoint(
        "reading:consent", "reading/<slug:slug>/consent/", "GET", "/reading/{study}/consent/",
        Who("login", 200, 200, 404, 404), "blinded",
    ),
    Endpoint(
        "reading:consent", "reading/<slug:slug>/consent/", "POST", "/reading/{study}/consent/",
        Who("login", 302, 302, 404, 404), sends="agree=yes",
    ),
    Endpoint(
        "reading:withdraw", "reading/<slug:slug>/withdraw/", "GET", "/reading/{study}/withdraw/",
        Who("login", 200, 200, 404, 404), "blinded",
    ),
    Endpoint(
        "reading:withdraw", "reading/<slug:slug>/withdraw/", "POST", "/reading/{study}/withdraw/",
        Who("login", 302, 302, 404, 404),
    ),
    Endpoint(
        "reading:start", "reading/<slug:slug>/start/", "POST", "/reading/{study}/start/",
        Who("login", 302, 302, 404, 404),
    ),
    Endpoint(
        "reading:start", "reading/<slug:slug>/start/", "GET", "/reading/{study}/start/",
        Who("login", 405, 405, 405, 405),
    ),
    Endpoint(
        "reading:session", "reading/sessions/<slug:code>/", "GET", "/reading/sessions/{code}/",
        PAGE_OF_OWN_SESSION, "blinded",
    ),
    # The reader's API
    Endpoint(
        "api:studies", "api/v1/studies/", "GET", "/api/v1/studies/", Who(403, 200, 200, 200, 200), "blinded"
    ),
    Endpoint(
        "api:consent", "api/v1/studies/<slug:slug>/consent/", "POST", "/api/v1/studies/{study}/consent/",
        Who(403, 200, 200, 404, 404), "blinded",
    ),
    Endpoint(
        "api:sessions", "api/v1/studies/<slug:slug>/sessions/", "POST", "/api/v1/studies/{study}/sessions/",
        Who(403, 200, 201, 404, 404), "blinded",
    ),
    Endpoint(
        "api:session", "api/v1/sessions/<slug:code>/", "GET", "/api/v1/sessions/{code}/", API_OF_OWN_SESSION, "blinded"
    ),
    Endpoint(
        "api:judgements", "api/v1/sessions/<slug:code>/readings/<int:position>/judgements/", "POST",
        "/api/v1/sessions/{code}/readings/2/judgements/", Who(403, 201, 404, 404, 404), "blinded", "judgement",
    ),
    Endpoint(
        "training_api:feedback", "api/v1/sessions/<slug:code>/readings/<int:position>/feedback/", "GET",
        "/api/v1/sessions/{code}/readings/1/feedback/", API_OF_OWN_SESSION, "truth",
    ),
    Endpoint(
        "training_api:feedback", "api/v1/sessions/<slug:code>/readings/<int:position>/feedback/", "GET",
        "/api/v1/sessions/{code}/readings/2/feedback/", Who(403, 404, 404, 404, 404),
    ),
    Endpoint(
        "training_api:feedback-at-end", "api/v1/sessions/<slug:code>/feedback/", "GET",
        "/api/v1/sessions/{told_code}/feedback/", API_OF_OWN_SESSION, "truth",
    ),
    Endpoint(
        "training_api:feedback-at-end", "api/v1/sessions/<slug:code>/feedback/", "GET",
        "/api/v1/sessions/{code}/feedback/", Who(403, 404, 404, 404, 404),
    ),
    # How many calls were right, once a practice is over; of which cases is not told.
    Endpoint(
        "training_api:qualification", "api/v1/sessions/<slug:code>/qualification/", "POST",
        "/api/v1/sessions/{told_code}/qualification/", API_OF_OWN_SESSION, "blinded",
    ),
    Endpoint(
        "training_api:qualification", "api/v1/sessions/<slug:code>/qualification/", "POST",
        "/api/v1/sessions/{code}/qualification/", Who(403, 404, 404, 404, 404),
    ),
    # What a detector says of the case to judge, without its name
    Endpoint(
        "detectors_api:aid", "api/v1/sessions/<slug:code>/readings/<int:position>/aid/", "GET",
        "/api/v1/sessions/{aided_code}/readings/1/aid/", API_OF_OWN_SESSION, "blinded",
    ),
    Endpoint(
        "detectors_api:aid", "api/v1/sessions/<slug:code>/readings/<int:position>/aid/", "GET",
        "/api/v1/sessions/{aided_code}/readings/2/aid/", Who(403, 404, 404, 404, 404),
    ),
    Endpoint(
        "api:draft", "api/v1/sessions/<slug:code>/readings/<int:position>/draft/", "PUT",
        "/api/v1/sessions/{code}/readings/2/draft/", API_OF_OWN_SESSION, "blinded",
        '{"body": {}, "seconds": 1, "version": 0}',
    ),
    Endpoint(
        "api:reopen", "api/v1/sessions/<slug:code>/readings/<int:position>/reopen/", "POST",
        "/api/v1/sessions/{code}/readings/1/reopen/", API_OF_OWN_SESSION, "blinded",
    ),
    Endpoint(
        "api:reopen", "api/v1/sessions/<slug:code>/readings/<int:position>/reopen/", "POST",
        "/api/v1/sessions/{code}/readings/2/reopen/", Who(403, 409, 404, 404, 404),
    ),
    Endpoint(
        "api:reopen", "api/v1/sessions/<slug:code>/readings/<int:position>/reopen/", "DELETE",
        "/api/v1/sessions/{code}/readings/1/reopen/", API_OF_OWN_SESSION, "blinded",
    ),
    Endpoint(
        "api:end", "api/v1/sessions/<slug:code>/end/", "POST", "/api/v1/sessions/{code}/end/",
        Who(403, 409, 404, 404, 404), sends='{"answers": {}}',
    ),
    Endpoint(
        "api:display", "api/v1/studies/<slug:slug>/display/", "POST", "/api/v1/studies/{study}/display/",
        Who(403, 201, 201, 404, 404), "blinded",
        '{"width": 800, "height": 600, "pixel_ratio": 1, "colour_depth": 24, "confirmed": true}',
    ),
    # The password's own check, in place; and what a person prefers
    Endpoint("accounts_api:login", "api/v1/login/", "POST", "/api/v1/login/", _everyone(400), sends="{}"),
    Endpoint("accounts_api:login", "api/v1/login/", "GET", "/api/v1/login/", _everyone(405)),
    Endpoint(
        "accounts_api:preferences", "api/v1/preferences/", "GET", "/api/v1/preferences/",
        Who(403, 200, 200, 200, 200), "blinded",
    ),
    Endpoint(
        "accounts_api:preferences", "api/v1/preferences/", "PATCH", "/api/v1/preferences/",
        Who(403, 200, 200, 200, 200), "blinded", '{"keys": {"invert": "x"}}',
    ),
    # A DICOMweb client is told the same whether it is logged in wrongly or not at all, and whether there is a session.
    Endpoint(
        "api:dicomweb", "api/v1/sessions/<slug:code>/dicomweb/<path:resource>", "GET",
        "/api/v1/sessions/{code}/dicomweb/{frame}", Who(404, 200, 404, 404, 404), "blinded",
    ),
    Endpoint(
        "api:dicomweb", "api/v1/sessions/<slug:code>/dicomweb/<path:resource>", "GET",
        "/api/v1/sessions/{code}/dicomweb/studies", Who(404, 200, 404, 404, 404), "blinded",
    ),
    Endpoint(
        "api:dicomweb", "api/v1/sessions/<slug:code>/dicomweb/<path:resource>", "POST",
        "/api/v1/sessions/{code}/dicomweb/studies", Who(404, 405, 404, 404, 404),
    ),
    Endpoint("schema", "api/schema/", "GET", "/api/schema/", _coordinators(200)),
    Endpoint("api-docs", "api/docs/", "GET", "/api/docs/", _coordinators(200)),
    # The way into a study: whoever holds an unused link
    Endpoint(
        "studies:join", "studies/join/<slug:token>/", "GET", "/studies/join/{token}/",
        Who(200, 200, 200, 200, 302, statistician=302, monitor=302), "blinded",
    ),
    Endpoint(
        "studies:join", "studies/join/<slug:token>/", "GET", "/studies/join/{used_token}/",
        Who(410, 302, 410, 410, 410),
    ),
    Endpoint("studies:join", "studies/join/<slug:token>/", "GET", "/studies/join/nothing/", _everyone(404)),
    # The link for everybody; who reads in the study already is led home (its page: test_attacking_reader.py)
    Endpoint(
        "studies:register", "studies/register/<slug:token>/", "GET", "/studies/register/{open_token}/",
        Who(200, 302, 302, 200, 302, statistician=302, monitor=302),
    ),
    Endpoint("studies:register", "studies/register/<slug:token>/", "GET", "/studies/register/nothing/", _everyone(404)),
    # Coordinators' pages: cohorts
    Endpoint("truth:cohorts", "cohorts/", "GET", "/cohorts/", _coordinators(200)),
    Endpoint("truth:new", "cohorts/new/", "GET", "/cohorts/new/", _coordinators(200)),
    Endpoint("truth:new", "cohorts/new/", "POST", "/cohorts/new/", _coordinators(200), sends="title=lacks the rest"),
    Endpoint("truth:import", "cohorts/<slug:slug>/import/", "GET", "/cohorts/{cohort}/import/", _coordinators(200)),
    Endpoint(
        "truth:import-ready", "cohorts/<slug:slug>/import/ready/", "GET", "/cohorts/{cohort}/import/ready/",
        _coordinators(200),
    ),
    Endpoint(
        "truth:import-start", "cohorts/<slug:slug>/import/start/", "POST", "/cohorts/{cohort}/import/start/",
        _coordinators(302),
    ),
    Endpoint("truth:uploads", "cohorts/<slug:slug>/uploads/", "GET", "/cohorts/{cohort}/uploads/", _coordinators(200)),
    Endpoint(
        "truth:uploads", "cohorts/<slug:slug>/uploads/", "PUT",
        "/cohorts/free/uploads/?name=a.png&size=0&stamp=0&offset=0", _coordinators(200),
    ),
    Endpoint("truth:uploads", "cohorts/<slug:slug>/uploads/", "DELETE", "/cohorts/free/uploads/", _coordinators(204)),
    Endpoint("truth:archive", "cohorts/<slug:slug>/archive/", "GET", "/cohorts/{cohort}/archive/", _coordinators(200)),
    Endpoint(
        "truth:archive-retrieve", "cohorts/<slug:slug>/archive/retrieve/", "POST",
        "/cohorts/{cohort}/archive/retrieve/", _coordinators(302),
    ),
    Endpoint("truth:gallery", "cohorts/<slug:slug>/", "GET", "/cohorts/{cohort}/", _coordinators(200)),
    Endpoint("truth:reveal", "cohorts/<slug:slug>/reveal/", "POST", "/cohorts/{cohort}/reveal/", _coordinators(302)),
    Endpoint("truth:hide", "cohorts/<slug:slug>/hide/", "POST", "/cohorts/{cohort}/hide/", _coordinators(302)),
    Endpoint(
        "truth:thumbnail", "cohorts/cases/<slug:code>/thumbnail/", "GET", "/cohorts/cases/{case}/thumbnail/",
        _coordinators(200),
    ),
    # Coordinators' pages: background work
    Endpoint("jobs:list", "jobs/", "GET", "/jobs/", _coordinators(200)),
    Endpoint("jobs:job", "jobs/<int:pk>/", "GET", "/jobs/{job}/", _coordinators(200)),
    Endpoint("jobs:stop", "jobs/<int:pk>/stop/", "POST", "/jobs/{job}/stop/", _coordinators(302)),
    # Coordinators' pages: the blinding audit
    Endpoint(
        "blinding:page", "cohorts/<slug:slug>/blinding/", "GET", "/cohorts/{cohort}/blinding/", _coordinators(200)
    ),
    Endpoint(
        "blinding:run", "cohorts/<slug:slug>/blinding/run/", "POST", "/cohorts/{cohort}/blinding/run/",
        _coordinators(302),
    ),
    Endpoint(
        "blinding:acknowledge", "cohorts/<slug:slug>/blinding/<int:number>/acknowledge/", "POST",
        "/cohorts/{cohort}/blinding/{audit}/acknowledge/", _coordinators(302),
    ),
    Endpoint(
        "blinding:summary", "cohorts/<slug:slug>/blinding/<int:number>/audit.json", "GET",
        "/cohorts/{cohort}/blinding/{audit}/audit.json", _coordinators(200),
    ),
    Endpoint(
        "blinding:chart", "cohorts/<slug:slug>/blinding/<int:number>/chart.<slug:form>", "GET",
        "/cohorts/{cohort}/blinding/{audit}/chart.json", _coordinators(200),
    ),
    # Coordinators' pages: one case of a cohort that no study has locked
    Endpoint(
        "truth:case", "cohorts/<slug:slug>/cases/<slug:code>/", "GET",
        "/cohorts/free/cases/{free_case}/", _coordinators(200),
    ),
    Endpoint(
        "truth:source-picture", "cohorts/<slug:slug>/cases/<slug:code>/source.png", "GET",
        "/cohorts/free/cases/{free_case}/source.png", _coordinators(200),
    ),
    Endpoint(
        "truth:presented-picture", "cohorts/<slug:slug>/cases/<slug:code>/presented.png", "GET",
        "/cohorts/free/cases/{free_case}/presented.png", _coordinators(200),
    ),
    Endpoint(
        "truth:preview", "cohorts/<slug:slug>/cases/<slug:code>/preview/", "GET",
        "/cohorts/free/cases/{free_case}/preview/?profile=square-512-8bit/1", _coordinators(200),
    ),
    Endpoint(
        "truth:black-out", "cohorts/<slug:slug>/cases/<slug:code>/blackouts/", "POST",
        "/cohorts/free/cases/{free_case}/blackouts/", _coordinators(302),
    ),
    Endpoint(
        "truth:remove-blackout", "cohorts/<slug:slug>/cases/<slug:code>/blackouts/<int:pk>/remove/", "POST",
        "/cohorts/free/cases/{free_case}/blackouts/{blackout}/remove/", _coordinators(302),
    ),
    Endpoint(
        "truth:check-text", "cohorts/<slug:slug>/cases/<slug:code>/text/", "POST",
        "/cohorts/free/cases/{free_case}/text/", _coordinators(302), sends="checked=yes",
    ),
    Endpoint(
        "truth:judge-text", "cohorts/<slug:slug>/cases/<slug:code>/text/<int:number>/", "POST",
        "/cohorts/free/cases/{free_case}/text/{number}/", _coordinators(302), sends="is=text",
    ),
    Endpoint(
        "truth:exclude", "cohorts/<slug:slug>/cases/<slug:code>/exclude/", "POST",
        "/cohorts/free/cases/{free_case}/exclude/", _coordinators(302), sends="reason=blurred",
    ),
    Endpoint(
        "truth:include", "cohorts/<slug:slug>/cases/<slug:code>/include/", "POST",
        "/cohorts/free/cases/{free_case}/include/", _coordinators(302),
    ),
    # Coordinators' pages: a whole cohort
    Endpoint(
        "truth:duplicates", "cohorts/<slug:slug>/duplicates/", "GET",
        "/cohorts/{cohort}/duplicates/", _coordinators(200),
    ),
    Endpoint(
        "truth:decide", "cohorts/<slug:slug>/duplicates/<int:pk>/", "POST",
        "/cohorts/free/duplicates/{pair}/", _coordinators(302), sends="decision=keep",
    ),
    Endpoint(
        "truth:deidentification", "cohorts/<slug:slug>/deidentification/", "GET",
        "/cohorts/{cohort}/deidentification/", _coordinators(200),
    ),
    Endpoint(
        "truth:deidentification-json", "cohorts/<slug:slug>/deidentification.json", "GET",
        "/cohorts/{cohort}/deidentification.json", _coordinators(200),
    ),
    Endpoint(
        "truth:deidentification-csv", "cohorts/<slug:slug>/deidentification.csv", "GET",
        "/cohorts/{cohort}/deidentification.csv", _coordinators(200),
    ),
    Endpoint(
        "truth:presentation", "cohorts/<slug:slug>/presentation/", "GET",
        "/cohorts/{cohort}/presentation/", _coordinators(200),
    ),
    Endpoint(
        "truth:present-anew", "cohorts/<slug:slug>/presentation/apply/", "POST",
        "/cohorts/{cohort}/presentation/apply/", _coordinators(302),
    ),
    Endpoint(
        "truth:sample", "cohorts/<slug:slug>/sample/", "GET",
        "/cohorts/{cohort}/sample/", _coordinators(200),
    ),
    Endpoint(
        "truth:sample", "cohorts/<slug:slug>/sample/", "POST",
        "/cohorts/{cohort}/sample/", _coordinators(200), sends="size=2",
    ),
    # Coordinators' pages: studies
    Endpoint("studies:list", "studies/", "GET", "/studies/", _team(200)),
    Endpoint("studies:new", "studies/new/", "GET", "/studies/new/", _coordinators(200)),
    Endpoint(
        "studies:new-from", "studies/new/from/<slug:preset_name>/", "GET", "/studies/new/from/rsna2026/",
        _coordinators(200),
    ),
    Endpoint(
        "studies:new-from", "studies/new/from/<slug:preset_name>/", "POST", "/studies/new/from/single-phase/",
        _coordinators(302), sends="new study",
    ),
    Endpoint(
        "studies:texts", "studies/<slug:slug>/protocol/texts/", "GET", "/studies/{draft}/protocol/texts/",
        _coordinators(200),
    ),
    Endpoint(
        "studies:arms", "studies/<slug:slug>/protocol/arms/", "GET", "/studies/{draft}/protocol/arms/",
        _coordinators(200),
    ),
    Endpoint(
        "studies:document", "studies/<slug:slug>/protocol/document/", "GET", "/studies/{draft}/protocol/document/",
        _coordinators(200),
    ),
    Endpoint(
        "studies:download", "studies/<slug:slug>/protocol/protocol.yaml", "GET",
        "/studies/{study}/protocol/protocol.yaml", _coordinators(200),
    ),
    Endpoint(
        "studies:undo", "studies/<slug:slug>/protocol/undo/", "POST", "/studies/{draft}/protocol/undo/",
        _coordinators(302),
    ),
    Endpoint(
        "studies:new-phase", "studies/<slug:slug>/protocol/new-phase/", "GET", "/studies/{draft}/protocol/new-phase/",
        _coordinators(200),
    ),
    Endpoint(
        "studies:phase", "studies/<slug:slug>/protocol/phases/<slug:phase>/", "GET",
        "/studies/{draft}/protocol/phases/phase-1/", _coordinators(200),
    ),
    Endpoint(
        "studies:phase", "studies/<slug:slug>/protocol/phases/<slug:phase>/", "POST",
        "/studies/{draft}/protocol/phases/phase-1/", _coordinators(200),
    ),
    Endpoint(
        "studies:remove-phase", "studies/<slug:slug>/protocol/phases/<slug:phase>/remove/", "POST",
        "/studies/{draft}/protocol/phases/phase-1/remove/", _coordinators(302),
    ),
    Endpoint(
        "studies:new-question", "studies/<slug:slug>/protocol/phases/<slug:phase>/new-question/", "GET",
        "/studies/{draft}/protocol/phases/phase-1/new-question/", _coordinators(200),
    ),
    Endpoint(
        "studies:question", "studies/<slug:slug>/protocol/phases/<slug:phase>/questions/<slug:question>/", "GET",
        "/studies/{draft}/protocol/phases/phase-1/questions/call/", _coordinators(200),
    ),
    Endpoint(
        "studies:move-question", "studies/<slug:slug>/protocol/phases/<slug:phase>/questions/<slug:question>/move/",
        "POST", "/studies/{draft}/protocol/phases/phase-1/questions/call/move/", _coordinators(302), sends="to=up",
    ),
    Endpoint(
        "studies:remove-question",
        "studies/<slug:slug>/protocol/phases/<slug:phase>/questions/<slug:question>/remove/", "POST",
        "/studies/{draft}/protocol/phases/phase-1/questions/call/remove/", _coordinators(302),
    ),
    Endpoint(
        "studies:protocol", "studies/<slug:slug>/protocol/", "GET", "/studies/{study}/protocol/", _coordinators(200)
    ),
    Endpoint("studies:readers", "studies/<slug:slug>/readers/", "GET", "/studies/{study}/readers/", _coordinators(200)),
    Endpoint(
        "studies:invite", "studies/<slug:slug>/readers/invite/", "POST", "/studies/{study}/readers/invite/",
        _coordinators(302),
    ),
    Endpoint(
        "studies:renew", "studies/<slug:slug>/readers/<slug:code>/renew/", "POST",
        "/studies/{study}/readers/{place}/renew/", _coordinators(302),
    ),
    Endpoint(
        "studies:withdraw", "studies/<slug:slug>/readers/<slug:code>/withdraw/", "GET",
        "/studies/{study}/readers/{place}/withdraw/", _coordinators(200),
    ),
    Endpoint(
        "studies:withdraw", "studies/<slug:slug>/readers/<slug:code>/withdraw/", "POST",
        "/studies/{study}/readers/{place}/withdraw/", _coordinators(302), sends="reason=no time",
    ),
    Endpoint(
        "studies:recruitment", "studies/<slug:slug>/readers/joining/", "GET", "/studies/{study}/readers/joining/",
        _coordinators(200),
    ),
    Endpoint(
        "studies:recruitment", "studies/<slug:slug>/readers/joining/", "POST", "/studies/{study}/readers/joining/",
        _coordinators(200), sends="limit=lacks the rest",
    ),
    Endpoint(
        "studies:notes", "studies/<slug:slug>/readers/notes/", "GET", "/studies/{study}/readers/notes/",
        _coordinators(200),
    ),
    Endpoint(
        "studies:notes", "studies/<slug:slug>/readers/notes/", "POST", "/studies/{study}/readers/notes/",
        _coordinators(200), sends="text=to nobody",
    ),
    Endpoint("studies:plan", "studies/<slug:slug>/plan/", "GET", "/studies/{draft}/plan/", _team(200)),
    Endpoint(
        "studies:edit-plan", "studies/<slug:slug>/plan/edit/", "GET", "/studies/{draft}/plan/edit/", _coordinators(200)
    ),
    Endpoint(
        "studies:edit-plan", "studies/<slug:slug>/plan/edit/", "POST", "/studies/{study}/plan/edit/",
        _coordinators(200), sends="alpha=0.05",
    ),
    Endpoint("studies:amend", "studies/<slug:slug>/amend/", "GET", "/studies/{study}/amend/", _coordinators(200)),
    Endpoint(
        "studies:amend", "studies/<slug:slug>/amend/", "POST", "/studies/{study}/amend/", _coordinators(200),
        sends="title=lacks the rest",
    ),
    Endpoint(
        "studies:version", "studies/<slug:slug>/versions/<slug:kind>/<int:number>/", "GET",
        "/studies/{study}/versions/plan/1/", _team(200),
    ),
    Endpoint("studies:copy", "studies/<slug:slug>/copy/", "GET", "/studies/{study}/copy/", _coordinators(200)),
    Endpoint(
        "studies:copy", "studies/<slug:slug>/copy/", "POST", "/studies/{study}/copy/", _coordinators(200),
        sends="title=lacks the rest",
    ),
    Endpoint("studies:pilot", "studies/<slug:slug>/pilot/", "POST", "/studies/{draft}/pilot/", _coordinators(302)),
    Endpoint("studies:lock", "studies/<slug:slug>/lock/", "POST", "/studies/{draft}/lock/", _coordinators(302)),
    Endpoint("studies:open", "studies/<slug:slug>/open/", "POST", "/studies/{draft}/open/", _coordinators(302)),
    Endpoint(
        "studies:schedule", "studies/<slug:slug>/schedule/", "POST", "/studies/{draft}/schedule/", _coordinators(302)
    ),
    Endpoint("studies:close", "studies/<slug:slug>/close/", "GET", "/studies/{study}/close/", _coordinators(200)),
    # Without the password it is not done.
    Endpoint(
        "studies:close", "studies/<slug:slug>/close/", "POST", "/studies/{study}/close/", _coordinators(200),
        sends="reason=all have read",
    ),
    Endpoint(
        "studies:unblind", "studies/<slug:slug>/unblind/", "GET", "/studies/{closed}/unblind/", _coordinators(200)
    ),
    Endpoint(
        "studies:unblind", "studies/<slug:slug>/unblind/", "POST", "/studies/{closed}/unblind/", _coordinators(200),
        sends="reason=all have read",
    ),
    Endpoint(
        "studies:archive", "studies/<slug:slug>/archive/", "POST", "/studies/{closed}/archive/", _coordinators(302)
    ),
    Endpoint(
        "studies:unarchive", "studies/<slug:slug>/unarchive/", "POST", "/studies/{closed}/unarchive/",
        _coordinators(302),
    ),
    Endpoint("preview", "studies/<slug:slug>/preview/", "GET", "/studies/{draft}/preview/", _coordinators(200)),
    Endpoint(
        "preview-phase", "studies/<slug:slug>/preview/<int:number>/<slug:phase>/", "GET",
        "/studies/{draft}/preview/1/phase-1/", _coordinators(200),
    ),
    Endpoint(
        "preview-script", "studies/<slug:slug>/preview/<int:number>/<slug:phase>/script.json", "GET",
        "/studies/{draft}/preview/1/phase-1/script.json", _coordinators(200),
    ),
    Endpoint(
        "preview-pictures", "studies/<slug:slug>/preview/<int:number>/<slug:phase>/dicomweb/<path:resource>", "GET",
        "/studies/{draft}/preview/1/phase-1/dicomweb/studies", _coordinators(200),
    ),
    Endpoint("monitor", "studies/<slug:slug>/monitor/", "GET", "/studies/{study}/monitor/", _team(200)),
    Endpoint(
        "watching:remind", "studies/<slug:slug>/readers/remind/", "POST", "/studies/{study}/readers/remind/",
        _coordinators(302),
    ),
    Endpoint("watching:audit", "studies/<slug:slug>/audit/", "GET", "/studies/{study}/audit/", _team(200)),
    Endpoint(
        "watching:export-audit", "studies/<slug:slug>/audit/trail.<slug:form>", "GET",
        "/studies/{study}/audit/trail.csv", _team(200),
    ),
    # The team of a study
    Endpoint("studies:team", "studies/<slug:slug>/team/", "GET", "/studies/{study}/team/", _coordinators(200)),
    Endpoint(
        "studies:invite-member", "studies/<slug:slug>/team/invite/", "POST", "/studies/{study}/team/invite/",
        _coordinators(302), sends="role=monitor",
    ),
    Endpoint(
        "studies:remove-member", "studies/<slug:slug>/team/<int:pk>/remove/", "POST",
        "/studies/{study}/team/{member}/remove/", _coordinators(302),
    ),
    # Whoever holds an unused link into a team; readers are told the study's title, so it goes to no reader
    Endpoint(
        "studies:join-team", "studies/join-team/<slug:token>/", "GET", "/studies/join-team/{team_token}/",
        Who(200, 404, 404, 404, 200, statistician=200, monitor=200),
    ),
    Endpoint(
        "studies:join-team", "studies/join-team/<slug:token>/", "GET", "/studies/join-team/nothing/", _everyone(404)
    ),
    # Coordinators' pages: detectors
    Endpoint(
        "detectors:page", "studies/<slug:slug>/detectors/", "GET", "/studies/{study}/detectors/", _coordinators(200)
    ),
    Endpoint(
        "detectors:scores", "studies/<slug:slug>/detectors/scores/", "POST", "/studies/{study}/detectors/scores/",
        _coordinators(200), sends="name=lacks the table",
    ),
    Endpoint(
        "detectors:describe", "studies/<slug:slug>/detectors/<int:number>/", "GET",
        "/studies/aided/detectors/{detector}/", _coordinators(200),
    ),
    Endpoint(
        "detectors:aid", "studies/<slug:slug>/detectors/aid/<slug:phase>/", "POST",
        "/studies/{draft}/detectors/aid/phase-1/", _coordinators(302),
    ),
    # Coordinators' pages: results
    Endpoint("reports:coding", "studies/<slug:slug>/coding/", "GET", "/studies/{closed}/coding/", _RESULTS),
    Endpoint(
        "reports:code", "studies/<slug:slug>/coding/<slug:reader>/", "POST", "/studies/{unblinded}/coding/R01/",
        Who("login", 404, 404, 404, 302, statistician=302), sends="unprompted=yes",
    ),
    Endpoint(
        "reports:results", "studies/<slug:slug>/results/", "GET", "/studies/{unblinded}/results/", _RESULTS
    ),
    Endpoint(
        "reports:results", "studies/<slug:slug>/results/", "GET", "/studies/{closed}/results/", _coordinators(200)
    ),
    Endpoint(
        "reports:make", "studies/<slug:slug>/results/make/", "POST", "/studies/{unblinded}/results/make/",
        _coordinators(302),
    ),
    Endpoint(
        "reports:figure", "studies/<slug:slug>/results/figures/<slug:name>.<slug:form>", "GET",
        "/studies/{unblinded}/results/figures/phase-1-roc.json", _RESULTS,
    ),
    Endpoint(
        "reports:power", "studies/<slug:slug>/plan/power/", "GET", "/studies/{draft}/plan/power/?effect=0.05",
        _RESULTS,
    ),
    Endpoint(
        "reports:write-power", "studies/<slug:slug>/plan/power/write/", "POST", "/studies/{draft}/plan/power/write/",
        _coordinators(302), sends="effect=0.05",
    ),
    Endpoint("reports:interim", "studies/<slug:slug>/interim/", "GET", "/studies/{study}/interim/", _coordinators(200)),
    # Without the password nobody looks.
    Endpoint(
        "reports:interim", "studies/<slug:slug>/interim/", "POST", "/studies/{study}/interim/", _coordinators(200),
        sends="reason=to see",
    ),
    Endpoint(
        "reports:capsule", "studies/<slug:slug>/export/capsule/", "GET", "/studies/{unblinded}/export/capsule/",
        _coordinators(404),
    ),
    Endpoint(
        "reports:make-capsule", "studies/<slug:slug>/export/capsule/make/", "POST",
        "/studies/{unblinded}/export/capsule/make/", Who("login", 404, 404, 404, 302, statistician=302),
    ),
    Endpoint("reports:exports", "studies/<slug:slug>/export/", "GET", "/studies/{unblinded}/export/", _RESULTS),
    Endpoint(
        "reports:make-pdf", "studies/<slug:slug>/export/pdf/make/", "POST", "/studies/{unblinded}/export/pdf/make/",
        Who("login", 404, 404, 404, 302, statistician=302),
    ),
    # Neither PDF nor capsule was made of this report.
    Endpoint(
        "reports:pdf", "studies/<slug:slug>/export/pdf/", "GET", "/studies/{unblinded}/export/pdf/", _coordinators(404)
    ),
    Endpoint(
        "reports:export-of-phase", "studies/<slug:slug>/export/<slug:phase>/<slug:form>/", "GET",
        "/studies/{unblinded}/export/phase-1/imrmc/", _RESULTS,
    ),
    Endpoint(
        "reports:export", "studies/<slug:slug>/export/<str:name>", "GET", "/studies/{unblinded}/export/ratings.csv",
        _RESULTS,
    ),
]  # fmt: skip
