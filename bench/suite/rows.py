# SPDX-License-Identifier: Apache-2.0
"""One line of the results, and how works are measured against each other."""

import statistics
from dataclasses import dataclass

from . import load
from .server import Broken


@dataclass
class Row:
    """What was measured of one work, and what the design allows it."""

    part: str
    work: str
    sample: load.Sample | None = None
    ceiling: load.Sample | None = None
    ceiling_name: str = ""
    ratio: float | None = None
    figure: str = ""  # what the budget speaks of, where that is no ratio
    budget: str = ""
    met: bool | None = None  # None: no budget, or not measured
    reason: str = ""
    broken: bool = False

    @property
    def verdict(self):
        if self.broken:
            return "BROKE OFF"
        if self.sample is not None and self.sample.errors:
            return "WRONG ANSWERS"
        if self.met is None:
            return "" if self.sample or self.figure else "not measured"
        return "met" if self.met else "missed"


def interleave(rounds, works):
    """Runs works in turn, every second round backwards, so that drift hits all alike."""
    samples = {name: [] for name in works}
    for at in range(rounds):
        order = list(works) if at % 2 == 0 else list(reversed(works))
        for name in order:
            samples[name].append(works[name]())
    return samples


def ratio_of(above, below, name):
    """Median over the rounds: neighbours in time are compared, not medians of different times."""
    pairs = [
        getattr(a, name) / getattr(b, name) for a, b in zip(above, below) if getattr(b, name) > 0
    ]
    if not pairs:
        raise Broken(f"there is nothing to compare: no {name}")
    return statistics.median(pairs)


def gap_reason(ours, ceiling):
    """Why a ratio of processor times is what it is, as far as figures tell."""
    kernel = ours.cpu_us * ours.kernel_share
    ceiling_kernel = ceiling.cpu_us * ceiling.kernel_share
    return (
        f"{ours.cpu_us:.1f} µs against {ceiling.cpu_us:.1f}: "
        f"{ours.cpu_us - kernel - ceiling.cpu_us + ceiling_kernel:.1f} µs more in the program, "
        f"{kernel - ceiling_kernel:.1f} µs more in the kernel"
    )
