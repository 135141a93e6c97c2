"""The whole evening: set the stage, play, verify, tell, and leave the doors open."""

from __future__ import annotations

import asyncio
from pathlib import Path

from hub.demo import cast
from hub.demo.stage import (
    Stage,
    open_accounts,
    open_cash_offices,
    open_register,
    python,
    set_stage,
    wait_for_port,
)
from hub.demo.story import play
from hub.demo.verify import Check, verify


async def perform(folder: Path, *, once: bool, web_port: int) -> bool:
    """Run the demonstration and return whether its end state verified.

    With ``once`` it ends there; else it serves the viewer until it is interrupted.
    """
    print("Vorführung: Ordner, S3-Server, Konten und Zertifikate …")
    stage = await start_everything(folder, web_port)
    try:
        good = await _play_and_verify(stage)
        if not once:
            await _serve(stage)
        return good
    finally:
        await stage.stop()


async def start_everything(folder: Path, web_port: int) -> Stage:
    """Set the stage and start the partners and the hub; the caller stops the stage."""
    stage = await set_stage(folder, web_port)
    try:
        await open_accounts(stage)
        await open_register(stage)
        await open_cash_offices(stage)
        await _start_hub(stage)
    except BaseException:
        await stage.stop()
        raise
    return stage


async def _start_hub(stage: Stage) -> None:
    await stage.start("hub", python("hub", "--settings", str(stage.settings_file), "run"))
    await wait_for_port(stage.ports.web)


async def _play_and_verify(stage: Stage) -> bool:
    try:
        await play(stage, lambda text: print(f"  · {text}"))
    except TimeoutError:
        print("Die Vorführung kam nicht rechtzeitig zum Ende; die Protokolle liegen in")
        print(f"{stage.folder}/logs.")
    checks, _ = await verify(stage)
    _tell(checks)
    return all(check.holds for check in checks)


def _tell(checks: list[Check]) -> None:
    print("\nPrüfung des Endzustands")
    for check in checks:
        mark = "✓" if check.holds else "✗ FEHLER:"
        detail = f" ({check.detail})" if check.detail else ""
        print(f"  {mark} {check.what}{detail}")
    failed = sum(not check.holds for check in checks)
    print("\nAlles stimmt." if not failed else f"\n{failed} Prüfungen sind fehlgeschlagen.")


async def _serve(stage: Stage) -> None:
    print(f"\nE-Akte und Betrieb: http://127.0.0.1:{stage.ports.web}/")
    print(f"Zustand und Metriken: http://127.0.0.1:{stage.ports.ops}/health und /metrics")
    print("\nAnmelden (alle mit demselben Passwort):")
    for office in cast.OFFICES:
        print(f"  {office.caseworker[0]:<12} Sachbearbeitung {office.name}")
    print(f"  {cast.ADMINISTRATOR[0]:<12} Verwaltung, zentraler Betrieb")
    print(f"  {cast.AUDITOR[0]:<12} Revision: Zugriffsprotokoll")
    print(f"  Passwort: {cast.PASSWORD}")
    print(f"\nEingangsordner zum Ausprobieren: {stage.folder}/inbox")
    print("Beenden mit Strg+C.")
    hub = stage.programs[-1]
    await asyncio.wait({asyncio.create_task(hub.wait())})
