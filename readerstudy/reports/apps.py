from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "readerstudy.reports"
    label = "reports"

    def ready(self) -> None:
        """Name the jobs that this room does."""
        from readerstudy.jobs.registry import register
        from readerstudy.reports import blinding_jobs, interim, made_files, making
        from readerstudy.reports.blinding_audit import BlindingAuditError
        from readerstudy.reports.computing import NoResultsError
        from readerstudy.reports.printing import NotPrintedError
        from readerstudy.reports.ratings_table import StillBlindedError

        register(blinding_jobs.KIND, blinding_jobs.run, told=(BlindingAuditError,))
        register(interim.KIND, interim.run, told=(NoResultsError, StillBlindedError))
        register(making.KIND, making.run, told=(NoResultsError, StillBlindedError))
        register(making.FIGURES, making.run_figures)
        for file in made_files.FILES.values():
            register(file.kind, file.run, told=(NotPrintedError, NoResultsError))
