"""From the ``simulation:`` block of a scenario and the houses of a plan to draws, tables and a summary."""

from siting.outlook.ahead import Outlook, look_ahead

__all__ = ["Outlook", "look_ahead"]
