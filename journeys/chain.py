"""An absorbing Markov chain over stages, one step a day. Pure: counts in, figures out.

Source: Kemeny & Snell, "Finite Markov Chains" (1960), chapter 3: with Q the moves among transient
states and N = (I - Q)^-1, N 1 are the expected steps and N R the chances to end in each absorbing
state; the days of those who do reach a stage follow from the chain conditioned on reaching it.
What is uncertain about the counts goes through by the Bayesian bootstrap (Rubin 1981): each row is
drawn from a Dirichlet with its counts.

That a customer's next step depends only on the stage, not on how long they have been there, is the
model's assumption; it is wrong in detail (people who just bought rarely buy tomorrow) and good for
comparing what would change.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Counts:
    """Moves from each stage (row) to each stage, the last column being off the map, and the days
    that customers spent at each stage."""

    moves: Floats  # stages × (stages + 1)
    days: Floats  # stages

    @property
    def size(self) -> int:
        return len(self.days)


@dataclass(frozen=True)
class Reaching:
    """Of who stands at each stage: the chance to reach the target ever, and the days of those who
    do; nan where nobody can."""

    chance: Floats
    days: Floats


def daily(counts: Counts) -> Floats:
    """The chance of each move on one day; the diagonal is to stay, off the map is for good.

    Every move takes a day: a stage that is left the day it was entered has as many days as moves.
    """
    return _with_out(_row_counts(counts) / _row_counts(counts).sum(axis=1, keepdims=True))


def draws(counts: Counts, number: int, seed: int = 0) -> Floats:
    """As `daily`, so many times, each row drawn from what the counts leave open."""
    random = np.random.default_rng(seed)
    rows = _row_counts(counts)
    # A gamma with shape 0 is 0: what was never seen stays impossible.
    drawn = random.standard_gamma(np.broadcast_to(rows, (number, *rows.shape)))
    return _with_out(drawn / np.maximum(drawn.sum(axis=2, keepdims=True), 1e-300))


def reaching(step: Floats, target: int) -> Reaching:
    """The chance to reach a stage from each, and the expected days of who reaches it."""
    size = len(step)
    chance, days = np.full(size, np.nan), np.full(size, np.nan)
    able = _able(step, target)
    inside = [state for state in range(size) if able[state] and state != target]
    chance[:] = 0.0
    chance[target], days[target] = 1.0, 0.0
    if inside:
        fundamental = np.linalg.inv(np.eye(len(inside)) - step[np.ix_(inside, inside)])
        chance[inside] = np.minimum(1.0, fundamental @ step[inside, target])
        # Conditioned on reaching it, a step to a state weighs by the chance from there.
        given = chance[inside]
        days[inside] = (fundamental * given[None, :] / given[:, None]).sum(axis=1)
    return Reaching(chance[:-1], days[:-1])


def within(step: Floats, target: int, days: int) -> Floats:
    """The chance to have reached the target on each day 0 … days, from each state.

    `step` may be one matrix or many (draws first); days are the last axis but one.
    """
    closed = np.array(step, copy=True)
    closed[..., target, :] = 0.0
    closed[..., target, target] = 1.0
    reached = np.zeros(closed.shape[:-1])
    reached[..., target] = 1.0
    found = [reached]
    for _day in range(days):
        reached = ahead(closed, reached)
        found.append(reached)
    return np.stack(found, axis=-2)


def value(step: Floats, reward: Floats, days: int) -> Floats:
    """What somebody at each state brings in so many days, given what a day at each brings."""
    earned = np.zeros(step.shape[:-1])
    for _day in range(days):
        earned = reward + ahead(step, earned)
    return earned


def ahead(step: Floats, worth: Floats) -> Floats:
    """What each state is worth one step earlier.

    By einsum: for matrices this small BLAS spends its time on starting threads.
    """
    found: Floats = np.einsum("...ij,...j->...i", step, worth)
    return found


def raised(step: Floats, origin: int, target: int, factor: float) -> Floats:
    """The chain in which `factor` times as many move from origin to target, at the expense of
    staying, then of the other ways in proportion."""
    changed = np.array(step, copy=True)
    row = changed[..., origin, :]
    wanted = np.clip(row[..., target] * factor, 0.0, 1.0)
    more = wanted - row[..., target]
    rest = row.sum(axis=-1) - row[..., target]
    from_staying = np.minimum(more, row[..., origin])
    row[..., origin] -= from_staying
    others = rest - row[..., origin] - from_staying
    scale = np.where(others > 0, 1 - (more - from_staying) / np.where(others > 0, others, 1), 1.0)
    for state in range(row.shape[-1]):
        if state not in {origin, target}:
            row[..., state] *= scale
    row[..., target] = wanted
    return changed


def _row_counts(counts: Counts) -> Floats:
    """Moves and, on the diagonal, the days on which nobody moved; a row of nothing stays put."""
    rows = np.array(counts.moves, dtype=float, copy=True)
    out = rows.sum(axis=1)
    staying = np.maximum(counts.days - out, 0.0)
    staying[(out == 0) & (staying == 0)] = 1.0
    rows[np.arange(counts.size), np.arange(counts.size)] += staying
    return rows


def _with_out(rows: Floats) -> Floats:
    """The square matrix: the last state, off the map, keeps who is there."""
    last = np.zeros((*rows.shape[:-2], 1, rows.shape[-1]))
    last[..., 0, -1] = 1.0
    return np.concatenate([rows, last], axis=-2)


def _able(step: Floats, target: int) -> NDArray[np.bool_]:
    """From which states the target can be reached at all."""
    able = np.zeros(len(step), dtype=bool)
    able[target] = True
    for _state in range(len(step)):
        able |= (step[:, able] > 0).any(axis=1)
    return able
