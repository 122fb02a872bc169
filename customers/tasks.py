"""What does the background do for this floor? It seals what people changed."""

from celery import shared_task

from .history.sealing import seal


@shared_task
def seal_history() -> None:
    """Seal the changes of the last minute into their chains."""
    seal()
