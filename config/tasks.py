"""The clock of what no single room does."""

from celery import shared_task

from config import demo_shop


@shared_task(ignore_result=True)
def run_demo_shops() -> None:
    demo_shop.run_waiting()
