"""Lines to partners who answer at once: HTTPS with the office's client certificate."""

from __future__ import annotations

from hub.certificates.center import CertificateCenter
from hub.channels.outbound.exchange import NOT_THERE, address_unknown
from hub.channels.outbound.https import HttpsDoor, Receipt
from hub.core.settings import HttpsTarget
from hub.pipeline.house import PartnerAnswer


class HttpsLine:
    """One partner's address, asked in the name of an office."""

    def __init__(self, door: HttpsDoor, center: CertificateCenter, target: HttpsTarget) -> None:
        self._door = door
        self._center = center
        self._target = target

    async def ask(self, tenant: str, body: bytes, key: str) -> PartnerAnswer:
        """Send a message and return the answer of the same exchange.

        Raises:
            Unavailable: provably nothing happened.
            Refused: the partner does not take the message.
            OutcomeUnknown: it may or may not have happened.
            Misconfigured: address, certificate or rights are wrong.
        """
        context = await self._center.client_context(tenant, self._target.name)
        receipt = await self._door.post(
            self._target.url,
            body,
            context=context,
            headers={
                "Content-Type": "application/xml; charset=utf-8",
                "Idempotency-Key": key,
            },
            timeout_s=self._target.timeout_s,
        )
        return _answer(receipt)

    async def inquire(self, tenant: str, key: str) -> PartnerAnswer | None:
        """Return what was answered to an earlier message; ``None`` when it never arrived.

        That it never arrived is only believed when the partner names the message: a wrong
        address says 404, too.

        Raises:
            Unavailable: the partner cannot say at the moment.
            Misconfigured: address, certificate or rights are wrong.
        """
        context = await self._center.client_context(tenant, self._target.name)
        url = self._target.query_url.replace("{id}", key)
        receipt = await self._door.get(
            url,
            context=context,
            headers={"Idempotency-Key": key},
            timeout_s=self._target.timeout_s,
        )
        if receipt.status != NOT_THERE:
            return _answer(receipt)
        if receipt.headers.get("idempotency-key", "").lower() != key:
            raise address_unknown(url)
        return None


def _answer(receipt: Receipt) -> PartnerAnswer:
    if receipt.peer is None:
        return PartnerAnswer(receipt.body, "")
    return PartnerAnswer(receipt.body, receipt.peer.fingerprint, receipt.peer.not_after_us)
