"""From the ``simulation:`` block of a scenario and the changes of a plan to draws, tables and a summary."""

from siting.outlook.ahead import Outlook, look_ahead
from siting.outlook.changes import Changes

__all__ = ["Changes", "Outlook", "look_ahead"]
