"""The clock of this room."""

from celery import shared_task

from insights import forecasting, product_texts, recommendation_runs, scoring, training


@shared_task(ignore_result=True)
def learn_recommendations() -> None:
    recommendation_runs.learn_all()


@shared_task(ignore_result=True)
def read_product_texts() -> None:
    product_texts.read_all()


@shared_task(ignore_result=True)
def refresh_recommendations() -> None:
    recommendation_runs.refresh_changed()


@shared_task(ignore_result=True)
def train_models() -> None:
    training.train_due()
    scoring.score_all()


@shared_task(ignore_result=True)
def forecast_days() -> None:
    forecasting.forecast_all()
