"""A stand-in for the operator's HTTP server: the page with the headers that the operator gives it, and whatever things and
times a test wants. `python fake.py PORT` shows a handful of cases to look at."""

import json
import mimetypes
import sys
import threading
import time
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import material

PAGE = Path(__file__).resolve().parents[2] / "src" / "http" / "page"

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)

KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".html": "text/html"}

# The operator speaks at least every 2 s. Tests need not wait that long.
BEAT = 1.0

PATIENCE = 60.0


class Fake:
    """An operator that says what it is told to say."""

    def __init__(self, port=0):
        self.changed = threading.Condition()
        self.seen = threading.Condition()
        self.asked, self.streams, self.held = [], 0, []
        self.reset()
        handler = type("Handler", (Handler,), {"fake": self})
        self.server = Server(("127.0.0.1", port), handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def reset(self):
        self.release()
        with self.changed:
            self.operator = material.operator()
            self.clusters = [material.cluster("web", 3), material.cluster("batch")]
            self.cases = material.some_cases() + material.some_ended()
            self.remaining = 0
            self.down = self.refuses_streams = False
            self.broken = set()
            self.revisions = {"operator": 1, "clusters": 1, "interruptions": 1}
            self.asked = []
            self.holds, self.era, self.pieces = None, 0, 1
            self.set_clock(1.0)
            self.changed.notify_all()

    def set_clock(self, rate, at=material.START):
        """From now on its clock runs at this rate, and not at all at 0."""
        self.clock = (at, time.monotonic(), rate)

    def now(self):
        at, since, rate = self.clock
        return at + material.seconds((time.monotonic() - since) * rate)

    def change(self, *parts):
        """Tells the streams that these parts have changed."""
        with self.changed:
            for part in parts:
                self.revisions[part] += 1
            self.changed.notify_all()

    def go_down(self):
        with self.changed:
            self.down = True
            self.changed.notify_all()

    def break_streams(self):
        """Ends every stream; whoever asks gets another."""
        with self.changed:
            self.era += 1
            self.changed.notify_all()

    def notice(self, asked=(), streams=0):
        with self.seen:
            self.asked.extend(asked)
            self.streams += streams
            self.seen.notify_all()

    def wait_for(self, what):
        """Waits until it has been asked for what a test waits for."""
        with self.seen:
            assert self.seen.wait_for(what, PATIENCE), "it has not come to that"

    def hold(self, name):
        """The next answer of this name is made and stays here."""
        self.holds = name

    def hold_back(self, path):
        if self.holds is None or not path.endswith(self.holds):
            return
        self.holds = None
        gate = threading.Event()
        with self.seen:
            self.held.append(gate)
            self.seen.notify_all()
        gate.wait(PATIENCE)

    def release(self):
        """Lets go of the answers that it holds."""
        while self.held:
            self.held.pop().set()

    def answer(self, path):
        """The status and the body of an answer; None where there is nothing."""
        name = path.removeprefix("/api/v1/")
        if unquote(name) in self.broken:
            return 500, {"code": 500, "reason": "InternalError", "message": f"{name} is broken"}
        if name == "operator":
            self.operator["status"].update(time=material.stamp(self.now()))
            return 200, self.operator
        if name == "clusters":
            return 200, {"items": self.clusters}
        if name == "interruptions":
            more = {"remainingItemCount": self.remaining} if self.remaining else {}
            return 200, {"items": [self.told(case) for case in self.cases], **more}
        if name.startswith("interruptions/"):
            return self.one(unquote(name.removeprefix("interruptions/")))
        return None

    def one(self, name):
        for case in self.cases:
            if case["metadata"]["name"] == name:
                told = self.told(case)
                told["status"].setdefault("events", material.log_of(case))
                return 200, told
        message = f"no interruption `{name}` is open or has ended within the last hour"
        return 404, {"code": 404, "reason": "NotFound", "message": message}

    def told(self, case):
        status = dict(case.get("status", {}))
        if status.get("open") and "deadline" in status:
            deadline = datetime.fromisoformat(status["deadline"])
            status["seconds_left"] = round((deadline - self.now()).total_seconds(), 3)
        return {**case, "status": status}


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """A browser that has closed a page does not wait for its answers."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    fake = None

    def log_message(self, *_):
        pass

    def do_GET(self):
        path = urlsplit(self.path).path
        self.fake.notice(asked=[path])
        if self.fake.down:
            self.close_connection = True
        elif path == "/api/v1/events":
            self.stream()
        elif path.startswith("/api/"):
            answer = self.fake.answer(path) or (404, {"code": 404, "reason": "NotFound", "message": "no such path"})
            body = json.dumps(answer[1]).encode()
            self.fake.hold_back(path)
            self.send(answer[0], "application/json", body, self.fake.pieces)
        else:
            self.file(path)

    def file(self, path):
        name = "index.html" if path == "/" else path.removeprefix("/page/")
        file = PAGE / name
        if "/" in name or not file.is_file():
            self.send(404, "text/plain", b"not found\n")
            return
        kind = KINDS.get(file.suffix) or mimetypes.guess_type(name)[0]
        self.send(200, f"{kind}; charset=utf-8", file.read_bytes())

    def send(self, status, kind, body, pieces=1):
        """Sends it at once, or in so many pieces with a second between."""
        self.send_response(status)
        self.headers_of(kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        size = len(body) // pieces + 1
        for at in range(0, len(body), size):
            if at:
                time.sleep(1)
            self.wfile.write(body[at : at + size])
            self.wfile.flush()

    def headers_of(self, kind):
        self.send_header("Content-Type", kind)
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-store")

    def stream(self):
        if self.fake.refuses_streams:
            body = {"code": 503, "reason": "TooManyStreams", "message": "all of the 32 streams are in use"}
            self.send(503, "application/json", json.dumps(body).encode())
            return
        self.close_connection = True
        self.send_response(200)
        self.headers_of("text/event-stream")
        self.end_headers()
        self.fake.notice(streams=1)
        try:
            self.speak()
        except OSError:
            pass
        finally:
            self.fake.notice(streams=-1)

    def speak(self):
        fake, told, era = self.fake, None, self.fake.era
        while True:
            with fake.changed:
                if fake.revisions == told:
                    fake.changed.wait(BEAT)
                if fake.down or fake.refuses_streams or fake.era != era:
                    return
                told = dict(fake.revisions)
                data = json.dumps({"time": material.stamp(fake.now()), **told})
            self.wfile.write(f"event: changed\ndata: {data}\n\n".encode())
            self.wfile.flush()


def main():
    fake = Fake(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
    print(fake.url, flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
