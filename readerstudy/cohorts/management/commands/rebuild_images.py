"""`manage.py rebuild_images COHORT [--profile P] [--check] [--tidy]`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from readerstudy.cohorts import presenting
from readerstudy.cohorts.models import Cohort
from readerstudy.cohorts.profiles import PresentationProfile, ProfileError, profile_named
from readerstudy.cohorts.services import UnknownCohortError, find_cohort
from readerstudy.command import JsonCommand


class Command(JsonCommand):
    help = "Make the presentation images of a cohort again from their masters, or check that they can be."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("cohort")
        parser.add_argument("--profile", help="NAME or NAME,setting=value,…; by default the cohort's own")
        parser.add_argument("--check", action="store_true", help="change nothing; name what is not as it should be")
        parser.add_argument("--tidy", action="store_true", help="also remove files of over an hour that no row names")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"] and options["profile"]:
            raise CommandError("--check looks at the images as they are: leave --profile out.")
        try:
            cohort = find_cohort(options["cohort"])
            done = self._check(cohort) if options["check"] else self._rebuild(cohort, options["profile"])
        except (UnknownCohortError, ProfileError, presenting.PresentingError) as error:
            raise CommandError(str(error)) from None
        if options["tidy"]:
            done["tidied"] = presenting.tidy_files()
            self.say(f"{done['tidied']} files that nothing named were removed.")
        self.summarise({"cohort": cohort.slug, **done})
        if done.get("problems"):
            raise SystemExit(1)

    def _check(self, cohort: Cohort) -> dict[str, Any]:
        problems = presenting.problems_of(cohort, self._tell)
        for problem in problems:
            self.say(f"  {problem.case} {problem.words}")
        images = cohort.cases(manager="with_excluded").count()
        self.say(f"{images - len(problems)} of {images} images are what their masters and recipes give, bit for bit.")
        told = [{"case": problem.case, "problem": problem.words} for problem in problems]
        return {"profile": cohort.recipe["name"], "images": images, "problems": told}

    def _rebuild(self, cohort: Cohort, name: str | None) -> dict[str, Any]:
        profile = profile_named(name) if name else PresentationProfile.from_recipe(cohort.recipe)
        count = presenting.represent_cohort(cohort=cohort, profile=profile, actor=None, progress=self._tell)
        self.say(f"{count} images of {cohort.slug} are now presented by {profile.name}. {profile.warning}".strip())
        return {"profile": profile.name, "images": count}

    def _tell(self, done: int, total: int) -> None:
        if not self.as_json and (done == total or done % 100 == 0):
            self.stdout.write(f"  {done} of {total}")
