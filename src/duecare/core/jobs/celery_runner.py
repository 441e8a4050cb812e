"""Celery as a messenger: it tells workers on other machines that a job is due, and nothing more.

The job table stays the truth. A message that is lost, doubled or late changes nothing but the moment at which
a worker looks: each also looks by itself every `LOOK_EVERY_SECONDS`. Needs `requirements/celery.txt`.
"""

import threading

import structlog
from celery import Celery
from flask import Flask

from duecare.core.jobs import queue, runner
from duecare.core.logging import described
from duecare.core.requests import EXTENSION

log = structlog.get_logger(__name__)
TASK = "duecare.run_due"
QUEUE = "duecare"
LOOK_EVERY_SECONDS = 20
BROKER_SECONDS = 2


def messenger(queue_url: str, silence_seconds: float) -> Celery:
    """The Celery app of a broker (`redis://…`, `amqp://…`, `sqs://…`). Connects when it is first used.

    A broker that is silent for longer counts as away.
    """
    celery = Celery("duecare", broker=queue_url, set_as_current=False)
    celery.conf.update(
        task_default_queue=QUEUE,
        task_ignore_result=True,
        broker_connection_timeout=BROKER_SECONDS,
        broker_connection_retry_on_startup=True,
        broker_transport_options={
            "socket_connect_timeout": BROKER_SECONDS,
            "socket_timeout": silence_seconds,
        },
        worker_hijack_root_logger=False,
        worker_prefetch_multiplier=1,
    )
    return celery


def tell_workers(queue_url: str) -> None:
    """From now on, a commit that wrote a job sends a message; a broker that is away only delays the job."""
    celery = messenger(queue_url, BROKER_SECONDS)

    def tell() -> None:
        try:
            celery.send_task(TASK, retry=False)
        except Exception as error:  # noqa: BLE001 - the job is written: a worker finds it without a message
            log.warning("broker.away", error=described(error))

    queue.after_commit(tell)


def work(app: Flask, queue_url: str) -> None:
    """Runs due jobs when told, and looks by itself now and then, until SIGTERM or SIGINT."""
    installation = app.extensions[EXTENSION]
    celery = messenger(queue_url, LOOK_EVERY_SECONDS)

    def run_due() -> None:
        with app.app_context():
            while runner.run_due(installation):
                pass

    celery.task(run_due, name=TASK)
    looking = runner.Runner(installation, app.app_context, pause_seconds=LOOK_EVERY_SECONDS)
    threading.Thread(target=looking.run, name="duecare-looking", daemon=True).start()
    celery.worker_main(["worker", "--pool=solo", "--loglevel=WARNING", f"--queues={QUEUE}"])
    looking.stop()
