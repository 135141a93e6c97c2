"""Somebody at the keyboard alone, whose actions are counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.async_api import Page, expect

MOST_TABS = 60


@dataclass
class Hands:
    """Presses keys and counts: a key is an action, and so is a line that is typed."""

    page: Page
    actions: list[str] = field(default_factory=list)

    async def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self.actions.append(key)
            await self.page.keyboard.press(key)

    async def type(self, line: str) -> None:
        """Type a line where the focus is."""
        self.actions.append(line)
        await self.page.keyboard.type(line)

    async def tab_to(self, name: str) -> None:
        """Press Tab until what is called so has the focus."""
        for _ in range(MOST_TABS):
            await self.press("Tab")
            if name in str(await self.page.evaluate(_NAME)):
                return
        pytest.fail(f"{name} cannot be reached with the Tab key")

    async def arrive(self, heading: Any, **which: Any) -> None:
        """Wait for a page by its heading, and for its script: before that it hears no key."""
        await expect(self.page.get_by_role("heading", name=heading, **which)).to_be_visible()
        await self.page.wait_for_load_state()

    def done(self) -> tuple[int, int]:
        """Return how many actions the task took beside Tab and how many Tabs; count anew."""
        tabs = self.actions.count("Tab")
        keys = len(self.actions) - tabs
        self.actions.clear()
        return keys, tabs


_NAME = """() => {
  const one = document.activeElement;
  return one.getAttribute("aria-label") || one.labels?.[0]?.textContent || one.textContent;
}"""
