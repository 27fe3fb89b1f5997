"""Clients of Primes: submit, wait with growing pauses, check what is known, and now and then look at /metrics.

All is set by the environment, see README.md. The run fails by its exit code when a service level is missed.
"""

import logging
import os
import random
import time

import gevent
from locust import HttpUser, constant, events, task

# n and the n-th prime, for all n that the mix may have.
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
    """`100:10,1000000:1` as two lists, n and weights."""
    pairs = [part.split(":") for part in text.split(",")]
    sizes = [int(n) for n, _ in pairs]
    unknown = sorted(set(sizes) - set(NTH_PRIME))
    if unknown:
        raise SystemExit(f"LOAD_MIX may have {sorted(NTH_PRIME)}, not {unknown}")
    return sizes, [float(weight) for _, weight in pairs]


SIZES, WEIGHTS = parse_mix(os.environ.get("LOAD_MIX", "100:60,10000:25,1000000:10,10000000:5"))
THINK_SECONDS = float(os.environ.get("LOAD_THINK_SECONDS", "0.5"))
FRESH_SHARE = float(os.environ.get("LOAD_FRESH_SHARE", "0"))
PATIENCE_SECONDS = float(os.environ.get("LOAD_PATIENCE_SECONDS", "60"))
MOST_ERRORS = float(os.environ.get("LOAD_MOST_ERRORS", "0.001"))
SUBMIT_P95_MS = float(os.environ.get("LOAD_SUBMIT_P95_MS", "250"))
COMPLETION_P95_MS = float(os.environ.get("LOAD_COMPLETION_P95_MS", "10000"))

SUBMIT = "POST /tasks"
COMPLETION = "submitted to done"


class Client(HttpUser):
    """One client with one task at a time."""

    wait_time = constant(THINK_SECONDS)

    def on_start(self):
        # W3C baggage: spans of this load can be told from those of others.
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
    def look_at_metrics(self):
        self.client.get("/metrics", name="GET /metrics")

    def _await_end(self, request_id, start):
        """Polls with growing pauses; None once the task is done, else what went wrong."""
        pause = 0.05
        while time.perf_counter() - start < PATIENCE_SECONDS:
            path = f"/tasks/{request_id}?limit=0"
            with self.client.get(path, name="GET /tasks/{id}", catch_response=True) as answer:
                if answer.status_code != 200:
                    # A poll that fails says nothing about the task: it is asked for again.
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
        """Reads the last prime alone; None if it is the right one."""
        path = f"/tasks/{request_id}?offset={n - 1}&limit=1"
        with self.client.get(path, name="GET /tasks/{id} last prime", catch_response=True) as answer:
            if answer.status_code != 200:
                answer.failure(f"{answer.status_code} {answer.text[:200]}")
                return RuntimeError("the result cannot be read")
            result = answer.json()["result"]
        if result != [NTH_PRIME[n]]:
            return RuntimeError(f"prime {n} is {NTH_PRIME[n]}, not {result}")
        return None


@events.quitting.add_listener
def judge(environment, **_):
    """Compares the run with the service levels."""
    # Workers of a distributed run know their own part only.
    if environment.parsed_options and environment.parsed_options.worker:
        return
    stats = environment.stats
    measured = {
        "share of errors": (stats.total.fail_ratio, MOST_ERRORS),
        "p95 of submissions, ms": (stats.get(SUBMIT, "POST").get_response_time_percentile(0.95), SUBMIT_P95_MS),
        "p95 of completions, ms": (stats.get(COMPLETION, "task").get_response_time_percentile(0.95), COMPLETION_P95_MS),
    }
    missed = [name for name, (value, limit) in measured.items() if value > limit]
    if stats.get(COMPLETION, "task").num_requests == 0:
        missed.append("a task that was done")
    for name, (value, limit) in measured.items():
        logging.info("%s: %.4g (at most %.4g)", name, value, limit)
    if missed:
        logging.error("Missed: %s", ", ".join(missed))
        environment.process_exit_code = 1
    elif environment.process_exit_code is None:
        environment.process_exit_code = 0
