"""Accounts of people, their passwords and their sessions."""

from hub.store.accounts.attempts import LOCK_AFTER, LOCK_US
from hub.store.accounts.factors import Factor, SecondFactors, Vault
from hub.store.accounts.federated import Attempt, Identity, LogoutSaid
from hub.store.accounts.halfway import Entered, Halfway, Step
from hub.store.accounts.model import Account, Lifetime, Role, Session
from hub.store.accounts.passwords import Passwords
from hub.store.accounts.people import Accounts, find_account
from hub.store.accounts.sessions import find_session, lasting, touch

__all__ = [
    "LOCK_AFTER",
    "LOCK_US",
    "Account",
    "Accounts",
    "Attempt",
    "Entered",
    "Factor",
    "Halfway",
    "Identity",
    "Lifetime",
    "LogoutSaid",
    "Passwords",
    "Role",
    "SecondFactors",
    "Session",
    "Step",
    "Vault",
    "find_account",
    "find_session",
    "lasting",
    "touch",
]
