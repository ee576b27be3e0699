"""Connections that end when nothing comes, or nothing is taken, for too long."""

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

ASKING_S = 20.0  # from the connection, or the last answer, until a request is complete
TAKING_S = 20.0  # until a piece of an answer that was handed over has been taken


class Patient(H11Protocol):
    """HTTP as uvicorn speaks it, with an end to waiting."""

    _asking: asyncio.TimerHandle | None = None
    _taking: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for a request."""
        super().connection_made(transport)
        self._wait_for_a_request()

    def on_response_complete(self) -> None:
        """Wait for another request."""
        self._wait_for_a_request()
        super().on_response_complete()

    def pause_writing(self) -> None:
        """Wait until what was handed over is taken."""
        super().pause_writing()
        self._taking = self._taking or self.loop.call_later(TAKING_S, self.transport.abort)

    def resume_writing(self) -> None:
        """Wait no more: it was."""
        super().resume_writing()
        if self._taking:
            self._taking.cancel()
        self._taking = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        for timer in (self._asking, self._taking):
            if timer:
                timer.cancel()
        super().connection_lost(exc)

    def _wait_for_a_request(self) -> None:
        if self._asking:
            self._asking.cancel()
        self._asking = self.loop.call_later(ASKING_S, self._end_unless_asked)

    def _end_unless_asked(self) -> None:
        in_flight = self.cycle is not None and not self.cycle.response_complete
        if not in_flight or self.cycle.more_body:
            self.transport.abort()
