"""Report: what people read of a run, and the folder that holds it."""

from siting.report.build import build_report
from siting.report.findings import Findings
from siting.report.run_folder import RunFolder
from siting.report.terminal import render_summary

__all__ = ["Findings", "RunFolder", "build_report", "render_summary"]
