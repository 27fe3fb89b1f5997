"""Simulated clients: submit a task, poll with increasing pauses, check the last prime, sometimes read /metrics.

Environment variables configure the run, see README.md. The exit code is 1 if it misses a service level.
"""

import logging
import os
import random
import time

import gevent
from locust import HttpUser, constant, events, task

# n and the n-th prime, for every n that LOAD_MIX may contain.
NTH_PRIME = {
    1: 2,
    10: 29,
    100: 541,
    1_000: 7_919,
    10_000: 104_729,
    100_000: 1_299_709,
    1_000_000: 15_485_863,
    10_000_000: 179_424_673,
    100_000_000: 2_038_074_743,
}


def parse_mix(text):
    """Returns `100:10,1000000:1` as two lists: n and weights."""
    pairs = [part.split(":") for part in text.split(",")]
    sizes = [int(n) for n, _ in pairs]
    unknown = sorted(set(sizes) - set(NTH_PRIME))
    if unknown:
        raise SystemExit(f"LOAD_MIX: expected n in {sorted(NTH_PRIME)}, received {unknown}")
    return sizes, [float(weight) for _, weight in pairs]


SIZES, WEIGHTS = parse_mix(os.environ.get("LOAD_MIX", "100:60,10000:25,1000000:10,10000000:5"))
THINK_SECONDS = float(os.environ.get("LOAD_THINK_SECONDS", "0.5"))
FRESH_SHARE = float(os.environ.get("LOAD_FRESH_SHARE", "0"))
PATIENCE_SECONDS = float(os.environ.get("LOAD_PATIENCE_SECONDS", "60"))
MAX_ERRORS = float(os.environ.get("LOAD_MAX_ERRORS", "0.001"))
SUBMIT_P95_MS = float(os.environ.get("LOAD_SUBMIT_P95_MS", "250"))
COMPLETION_P95_MS = float(os.environ.get("LOAD_COMPLETION_P95_MS", "10000"))

SUBMIT = "POST /tasks"
COMPLETION = "submitted to done"


class Client(HttpUser):
    """A client with one task at a time."""

    wait_time = constant(THINK_SECONDS)

    def on_start(self):
        # W3C baggage marks the spans of this run.
        self.client.headers["baggage"] = "load.test=locust"

    @task(50)
    def compute(self):
        n = random.choices(SIZES, WEIGHTS)[0]
        start = time.perf_counter()
        body = {"n": n, "fresh": random.random() < FRESH_SHARE}
        with self.client.post("/tasks", json=body, name=SUBMIT, catch_response=True) as answer:
            if answer.status_code != 202:
                answer.failure(f"{answer.status_code} {answer.text[:200]}")
                return
            request_id = answer.json()["request_id"]
        error = self._await_end(request_id, start) or self._check(request_id, n)
        self.environment.events.request.fire(
            request_type="task",
            name=COMPLETION,
            response_time=(time.perf_counter() - start) * 1_000,
            response_length=0,
            exception=error,
            context={},
        )

    @task(1)
    def read_metrics(self):
        self.client.get("/metrics", name="GET /metrics")

    def _await_end(self, request_id, start):
        """Polls with increasing pauses. Returns None once the task is done, else the error."""
        pause = 0.05
        while time.perf_counter() - start < PATIENCE_SECONDS:
            path = f"/tasks/{request_id}?limit=0"
            with self.client.get(path, name="GET /tasks/{id}", catch_response=True) as answer:
                if answer.status_code != 200:
                    # A failed poll says nothing about the task: poll again.
                    answer.failure(f"{answer.status_code} {answer.text[:200]}")
                else:
                    status = answer.json()["status"]
                    if status == "done":
                        return None
                    if status in ("failed", "cancelled"):
                        return RuntimeError(f"task {status}: {answer.json()['error']}")
            gevent.sleep(pause)
            pause = min(pause * 1.5, 2)
        return RuntimeError(f"not done after {PATIENCE_SECONDS:.0f} s")

    def _check(self, request_id, n):
        """Reads the last prime only. Returns None if it is correct, else the error."""
        path = f"/tasks/{request_id}?offset={n - 1}&limit=1"
        with self.client.get(path, name="GET /tasks/{id} last prime", catch_response=True) as answer:
            if answer.status_code != 200:
                answer.failure(f"{answer.status_code} {answer.text[:200]}")
                return RuntimeError("result not readable")
            result = answer.json()["result"]
        if result != [NTH_PRIME[n]]:
            return RuntimeError(f"prime {n}: expected {NTH_PRIME[n]}, received {result}")
        return None


@events.quitting.add_listener
def judge(environment, **_):
    """Sets the exit code by the service levels."""
    # A worker of a distributed run has only its own part.
    if environment.parsed_options and environment.parsed_options.worker:
        return
    stats = environment.stats
    measured = {
        "error rate": (stats.total.fail_ratio, MAX_ERRORS),
        "p95 of submissions, ms": (stats.get(SUBMIT, "POST").get_response_time_percentile(0.95), SUBMIT_P95_MS),
        "p95 of completions, ms": (stats.get(COMPLETION, "task").get_response_time_percentile(0.95), COMPLETION_P95_MS),
    }
    missed = [name for name, (value, limit) in measured.items() if value > limit]
    if stats.get(COMPLETION, "task").num_requests == 0:
        missed.append("no task completed")
    for name, (value, limit) in measured.items():
        logging.info("%s: %.4g (at most %.4g)", name, value, limit)
    if missed:
        logging.error("Missed: %s", ", ".join(missed))
        environment.process_exit_code = 1
    elif environment.process_exit_code is None:
        environment.process_exit_code = 0
