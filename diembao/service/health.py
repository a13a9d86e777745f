"""State of the service → /healthz, /readyz and /metrics over HTTP."""

import json
import shutil
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener

from diembao.service.collection_health import CollectionHealth
from pipeline.i18n.catalogs import translate
from pipeline.records import JobOutcome, JobRun

#: Seconds without a check of the schedule after which the service is called dead.
_DEAD = 60.0
#: Seconds in which a service must answer.
_PATIENCE = 5.0


@dataclass(slots=True)
class HealthState:
    """State of the service loop; its fields are replaced by the loop and read by the threads of the web server."""

    root: Path
    #: time.monotonic() of the last check of the schedule
    checked: float = field(default_factory=time.monotonic)
    #: time of that check, by the service's clock
    at: datetime | None = None
    #: running job → id of its process
    running: Mapping[str, int | None] = field(default_factory=dict)
    #: job → time at which it is due next
    next: Mapping[str, datetime] = field(default_factory=dict)
    #: job → its last run that ended
    last: Mapping[str, JobRun] = field(default_factory=dict)
    #: error that keeps the service from its work; '': none
    trouble: str = ""
    clock_jumps: int = 0
    #: how collection stands; None: not known yet
    collection: CollectionHealth | None = None
    #: gives why the desk does not answer; '': it answers, or is not to run
    desk: Callable[[], str] = lambda: ""

    @property
    def ready(self) -> bool:
        """Whether the service is alive, works, and collects, and its desk answers."""
        troubles = self.collection.troubles if self.collection is not None else ()
        return self.alive and not self.trouble and not troubles and not self.desk()

    @property
    def alive(self) -> bool:
        """Whether the loop checked the schedule in the last _DEAD seconds."""
        return time.monotonic() - self.checked < _DEAD


class _Metrics:
    """The Prometheus metrics of /metrics, in a registry of their own."""

    def __init__(self, state: HealthState) -> None:
        from prometheus_client import (
            CollectorRegistry,
            Counter,
            Gauge,
            GCCollector,
            Histogram,
            PlatformCollector,
            ProcessCollector,
        )

        self.registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)
        self.turns = Counter(
            "diembao_job_turns", "Turns of jobs by how they ended", ["job", "how"], registry=self.registry
        )
        self.seconds = Histogram(
            "diembao_job_seconds",
            "How long turns took",
            ["job"],
            buckets=(1, 5, 15, 60, 300, 900, 3600),
            registry=self.registry,
        )
        self.done = Gauge(
            "diembao_job_last_done_timestamp_seconds", "When a job was last done", ["job"], registry=self.registry
        )
        self.late = Gauge("diembao_job_late_seconds", "How late the last turn began", ["job"], registry=self.registry)
        ready = Gauge(
            "diembao_ready", "1: nothing keeps the service from its work, and it collects", registry=self.registry
        )
        ready.set_function(lambda: float(state.ready))
        desk = Gauge("diembao_desk_well", "1: the desk answers, or is not to run", registry=self.registry)
        desk.set_function(lambda: float(not state.desk()))
        self._add_collection(state)
        running = Gauge("diembao_jobs_running", "Jobs that run now", registry=self.registry)
        running.set_function(lambda: float(len(state.running)))
        free = Gauge("diembao_disk_free_bytes", "Free space for the home folder", registry=self.registry)
        free.set_function(lambda: float(shutil.disk_usage(state.root).free))
        jumps = Gauge("diembao_clock_jumps", "Jumps of the clock since the start", registry=self.registry)
        jumps.set_function(lambda: float(state.clock_jumps))

    def _add_collection(self, state: HealthState) -> None:
        """Add what collection says of itself; before the first look at it every figure is 0, and it is well."""
        from prometheus_client import Gauge

        def add(name: str, words: str, figure: Callable[[CollectionHealth], float], empty: float = 0.0) -> None:
            gauge = Gauge(name, words, registry=self.registry)
            gauge.set_function(lambda: empty if state.collection is None else float(figure(state.collection)))

        add("diembao_collection_well", "1: nothing is wrong with collection", lambda c: not c.troubles, 1.0)
        add("diembao_sources_asked", "Sources that were ever asked", lambda c: len(c.asked))
        add("diembao_sources_failing", "Sources of which every feed failed last", lambda c: len(c.failing))
        add("diembao_collection_new_links", "New links of the last 24 hours", lambda c: c.figures.new)
        add(
            "diembao_collection_last_poll_timestamp_seconds",
            "When a feed was last asked",
            lambda c: c.last_poll.timestamp() if c.last_poll else 0.0,
        )


class HealthServer:
    """The web server of a service, in a thread of its own."""

    def __init__(self, address: str, state: HealthState) -> None:
        """Listen on host:port. Raises OSError where the port is taken."""
        from prometheus_client import generate_latest

        self._state = state
        self._metrics = metrics = _Metrics(state)
        host, _, port = address.rpartition(":")

        class Handler(BaseHTTPRequestHandler):
            # A monitor that sends nothing must not hold a thread for ever.
            timeout = 10

            def do_GET(self) -> None:
                path = self.path.split("?")[0]
                if path == "/healthz":
                    self._answer(200 if state.alive else 503, "text/plain", b"ok\n" if state.alive else b"stuck\n")
                elif path == "/readyz":
                    ready = state.ready
                    body = json.dumps(_readiness(state), ensure_ascii=False, default=str).encode()
                    self._answer(200 if ready else 503, "application/json", body)
                elif path == "/metrics":
                    kind = "text/plain; version=0.0.4; charset=utf-8"
                    self._answer(200, kind, generate_latest(metrics.registry))
                else:
                    self._answer(404, "text/plain", b"/healthz /readyz /metrics\n")

            def _answer(self, status: int, kind: str, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("X-Content-Type-Options", "nosniff")
                self.send_header("Cache-Control", "no-store")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

        self._server = Server((host.strip("[]"), int(port)), Handler)
        threading.Thread(target=self._server.serve_forever, name="health", daemon=True).start()

    @property
    def url(self) -> str:
        host, port = self._server.server_address[:2]
        return f"http://[{host!s}]:{port}" if ":" in str(host) else f"http://{host!s}:{port}"

    def count(self, run: JobRun) -> None:
        """Add a run that ended to the metrics."""
        assert run.ended is not None
        self._metrics.turns.labels(run.job, str(run.outcome)).inc()
        self._metrics.seconds.labels(run.job).observe(max(0.0, (run.ended - run.started).total_seconds()))
        self._metrics.late.labels(run.job).set(run.late)
        if run.outcome == JobOutcome.DONE:
            self._metrics.done.labels(run.job).set(run.ended.timestamp())

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def service_trouble(address: str) -> str:
    """Ask the service at an address (HealthServer.url) what keeps it from its work; return it in words, '': nothing."""
    # A proxy of the environment is none for this machine.
    opener = build_opener(ProxyHandler({}))
    try:
        with opener.open(f"{address}/readyz", timeout=_PATIENCE) as answer:
            body = answer.read()
    except HTTPError as error:
        body = error.read()
    except (OSError, HTTPException) as error:
        return translate(
            "The service does not answer at {address} ({error}): start it again", address=address, error=error
        )
    told = json.loads(body)
    if not told.get("alive", True):
        return translate("The service has not looked at its schedule for a minute: start it again")
    if told["trouble"]:
        return translate("The service cannot do its work: {trouble}", trouble=told["trouble"])
    return ""


def _readiness(state: HealthState) -> dict[str, Any]:
    """Return the body of /readyz; it leaves out outputs of jobs, so it holds no secret."""
    return {
        "ready": state.ready,
        "alive": state.alive,
        "at": state.at,
        "trouble": state.trouble,
        "collection": list(state.collection.troubles) if state.collection is not None else [],
        "desk": state.desk(),
        "running": dict(state.running),
        "next": {name: when.isoformat() for name, when in state.next.items()},
        "last": {
            name: {
                "how": run.outcome,
                "due": run.due.isoformat(),
                "ended": run.ended.isoformat() if run.ended else None,
            }
            for name, run in state.last.items()
        },
    }
