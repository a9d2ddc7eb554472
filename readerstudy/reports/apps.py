from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "readerstudy.reports"
    label = "reports"

    def ready(self) -> None:
        """Name the jobs that this room does."""
        from readerstudy.jobs.registry import register
        from readerstudy.reports import blinding_jobs, interim, making, printing_jobs
        from readerstudy.reports.blinding_audit import BlindingAuditError
        from readerstudy.reports.computing import NoResultsError
        from readerstudy.reports.printing import NotPrintedError
        from readerstudy.reports.ratings_table import StillBlindedError

        register(blinding_jobs.KIND, blinding_jobs.run, told=(BlindingAuditError,))
        register(interim.KIND, interim.run, told=(NoResultsError, StillBlindedError))
        register(making.KIND, making.run, told=(NoResultsError, StillBlindedError))
        register(making.FIGURES, making.run_figures)
        register(printing_jobs.KIND, printing_jobs.run, told=(NotPrintedError,))
