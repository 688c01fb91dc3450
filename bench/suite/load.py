# SPDX-License-Identifier: Apache-2.0
"""Runs bench-load and puts the server's processor time beside its answer."""

import json
import statistics
import subprocess
from dataclasses import dataclass, field, fields

from . import machine
from .server import Broken


@dataclass
class Sample:
    """One run against one server."""

    rate: float = 0.0
    p50_ms: float = 0.0
    p99_ms: float = 0.0
    p999_ms: float = 0.0
    cpu_us: float = 0.0
    kernel_share: float = 0.0
    body: float = 0.0
    written_kb: float = 0.0
    requests: int = 0
    errors: str = ""
    extra: dict = field(default_factory=dict)


def median(samples):
    """A sample whose every number is the median of theirs; the first error is kept."""
    out = Sample()
    for entry in fields(Sample):
        values = [getattr(sample, entry.name) for sample in samples]
        if entry.name == "errors":
            wrong = [value for value in values if value]
            more = f" (and in {len(wrong) - 1} other runs)" if len(wrong) > 1 else ""
            out.errors = wrong[0] + more if wrong else ""
        elif entry.name == "extra":
            names = values[0].keys()
            out.extra = {name: statistics.median(value[name] for value in values) for name in names}
        else:
            setattr(out, entry.name, statistics.median(values))
    return out


def errors_of(answer):
    """What was wrong with the answers, in a few words; empty when nothing was."""
    words = []
    for name, what in (
        ("wrong", "wrong answers"),
        ("broken", "lost connections"),
        ("unanswered", "unanswered"),
    ):
        if answer[name]:
            words.append(f"{answer[name]} {what}")
    if answer["first_wrong"]:
        words.append("first: " + answer["first_wrong"].split("\r\n\r\n")[0].split("\r\n")[0])
    if not answer["requests"]:
        words.append("no answer at all")
    return ", ".join(words)


class Generator:
    """bench-load, pinned, with its requests kept as files."""

    def __init__(self, program, folder):
        self.program = program
        self.folder = folder
        self.count = 0

    def form(self, text):
        self.count += 1
        path = self.folder / f"request-{self.count}.txt"
        path.write_text(text)
        return path

    def command(self, port, forms, **options):
        command = [str(self.program), "--port", str(port)]
        for form in forms:
            command += ["--request", str(form)]
        for name, value in options.items():
            if value is True:
                command.append(f"--{name}")
            elif value is not None and value is not False:
                command += [f"--{name}", str(value)]
        return command

    def begin(self, port, forms, **options):
        """In the background; finish() gives the answer."""
        return subprocess.Popen(
            self.command(port, forms, **options),
            stdout=subprocess.PIPE,
            preexec_fn=machine.pin(machine.LOAD_CORE),
        )

    @staticmethod
    def finish(process):
        out, _ = process.communicate()
        if process.returncode != 0:
            raise Broken("bench-load could not run")
        return json.loads(out)

    def run(self, port, forms, **options):
        return self.finish(self.begin(port, forms, **options))

    @staticmethod
    def sample(answer):
        """Only what bench-load saw itself."""
        return Sample(
            rate=answer["rate"],
            p50_ms=answer["p50_us"] / 1e3,
            p99_ms=answer["p99_us"] / 1e3,
            p999_ms=answer["p999_us"] / 1e3,
            extra={"max_ms": answer["max_us"] / 1e3},
            body=answer["body_mean"],
            requests=answer["requests"],
            errors=errors_of(answer),
        )

    def measure(self, server, forms, **options):
        before = machine.cpu_ns(server.pid), machine.cpu_ticks(server.pid)
        written = machine.written_bytes(server.pid)
        answer = self.run(server.port, forms, **options)
        requests = max(answer["requests"], 1)
        sample = self.sample(answer)
        sample.cpu_us = (machine.cpu_ns(server.pid) - before[0]) / 1e3 / requests
        sample.kernel_share = machine.cpu_kernel_share(before[1], machine.cpu_ticks(server.pid))
        sample.written_kb = (machine.written_bytes(server.pid) - written) / 1024 / requests
        return sample
