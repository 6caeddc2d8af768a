"""Calibration: the speeds of a road network against travel times that are known, judged on places kept apart."""

from siting.calibration.calibrating import Calibration, calibrate
from siting.calibration.known_times import KnownTimes, read_known_times

__all__ = ["Calibration", "KnownTimes", "calibrate", "read_known_times"]
