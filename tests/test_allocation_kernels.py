"""Kernels of allocation against plain numpy."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.allocation.kernels import incidence, peaks


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 400))
def test_the_highest_score_is_found_after_any_change(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    score, is_in = rng.integers(-3, 9, n).astype(float), rng.random(n) < 0.5
    top, is_stale = peaks.tops(n)
    random = np.array([1], dtype=np.uint64)
    for _ in range(6):
        outside = np.flatnonzero(~is_in)
        best = outside[np.argmax(score[outside])] if len(outside) else -1
        assert peaks.highest(score, is_in, top, is_stale) == best
        seen = peaks.highest_seen(score, is_in, top, is_stale, random)
        assert seen == -1 if best < 0 else not is_in[seen]
        for j in rng.integers(0, n, 3).tolist():
            score[j], is_in[j] = rng.integers(-3, 9), rng.random() < 0.5
            peaks.touch(is_stale, j)


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 5))
def test_the_nearest_pairs_are_kept_and_the_first_one_left_out_is_told(seed: int, most: int) -> None:
    rng = np.random.default_rng(seed)
    rows = [sorted(rng.integers(0, 20, rng.integers(0, 6)).tolist()) for _ in range(5)]
    start = np.r_[0, np.cumsum([len(row) for row in rows])].astype(np.int64)
    site = rng.integers(0, 4, start[-1]).astype(np.int32)
    time_s = np.array([t for row in rows for t in row], dtype=np.float32)
    cap_s = rng.integers(0, 22, 5).astype(float)
    new_site = np.array([1, -1, 0, 2], dtype=np.int32)
    kept_start, kept_site, kept_s, whole_s = incidence.keep_nearer(start, site, time_s, cap_s, new_site, most)
    for i in range(5):
        pairs = [(float(time_s[k]), int(new_site[site[k]])) for k in range(start[i], start[i + 1])]
        pairs = [(t, j) for t, j in pairs if t < cap_s[i] and j >= 0]
        span = slice(kept_start[i], kept_start[i + 1])
        assert list(zip(kept_s[span].tolist(), kept_site[span].tolist(), strict=True)) == pairs[:most]
        assert whole_s[i] == (pairs[most][0] if len(pairs) > most else cap_s[i])
