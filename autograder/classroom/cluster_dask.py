"""The way to Dask workers: a connection to a scheduler, or a cluster on this machine for trying."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import warnings
from collections.abc import Callable, Coroutine, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from autograder.classroom.cluster_link import Seen
from autograder.faults import Refusal

try:
    from distributed import Client, LocalCluster
    from distributed.comm.core import connect
    from distributed.security import Security
except ModuleNotFoundError as error:
    raise Refusal(
        f"Grading on a cluster needs the package {error.name}: "
        "pip install 'backprop-autograder[cluster]'"
    ) from None

#: The seconds in which a scheduler has to answer.
CONNECT_SECONDS = 15.0
_PLAIN, _TLS = "tcp", "tls"
_OPEN = (
    "would send the course's key and solutions over the network in plain text. Have the scheduler "
    "use TLS (docs/cluster.md), or add --insecure where nobody else can listen."
)


class DaskLink:
    """A connected scheduler; see `autograder.classroom.cluster_link.Link`."""

    def __init__(self, client: Client, insecure: bool) -> None:
        opened: Any = client  # of which not all has types
        self._client = opened
        self._insecure = insecure
        self.name = str(self._client.scheduler.address)
        self._loop: asyncio.AbstractEventLoop = self._client.loop.asyncio_loop

    def workers(self) -> Future[Mapping[str, Seen]]:
        """All workers that the scheduler knows, by address."""
        return self._future(self._workers())

    async def _workers(self) -> dict[str, Seen]:
        found = await asyncio.wait_for(
            self._client.scheduler.identity(n_workers=-1), CONNECT_SECONDS
        )
        return {
            address: Seen(int(each["nthreads"]), float(each["last_seen"]), self._refused(address))
            for address, each in found["workers"].items()
        }

    def _refused(self, address: str) -> str:
        return "" if self._insecure or is_private(address) else f"is one to which this {_OPEN}"

    def ask(self, worker: str, function: Callable[..., Any], *arguments: object) -> Future[Any]:
        """Have a worker call a coroutine function in its event loop."""
        return self._future(self._ask(worker, function, arguments))

    async def _ask(self, worker: str, function: Callable[..., Any], arguments: Any) -> Any:
        answers = await self._client.run(function, *arguments, workers=[worker])
        return answers[worker]

    def _future(self, coroutine: Coroutine[Any, Any, Any]) -> Future[Any]:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)


@contextmanager
def connected(address: str, insecure: bool) -> Iterator[DaskLink]:
    """A scheduler by its address.

    Raises `Refusal` for an address that is none, for one over which secrets would travel in plain
    text unless that is ``insecure`` on purpose, and where nobody answers as a scheduler.
    """
    parts = urlsplit(address)
    try:
        is_address = parts.scheme in (_PLAIN, _TLS) and parts.hostname and parts.port
    except ValueError:
        is_address = False
    if not is_address:
        raise Refusal(
            f"{address!r} is no address of a Dask scheduler. Write one such as tls://host:8786."
        )
    if not (insecure or is_private(address)):
        raise Refusal(f"{address} {_OPEN}")
    security = _security(address) if parts.scheme == _TLS else None
    try:
        socket.create_connection((parts.hostname, parts.port), CONNECT_SECONDS).close()
    except OSError as error:
        raise Refusal(
            f"Nobody listens at {address} ({error.strerror or error}). See whether the scheduler "
            "runs there, and whether this machine may connect to it."
        ) from None
    with _quiet():
        _require_scheduler(address, security)
    with _client(address, security) as client:
        yield DaskLink(client, insecure)


def _require_scheduler(address: str, security: Any) -> None:
    """Raise `Refusal` if what listens there is no scheduler: a client would wait for it forever."""

    async def shake_hands() -> None:
        arguments = security.get_connection_args("client") if security else {}
        comm: Any = connect  # without types
        found = await asyncio.wait_for(comm(address, **arguments), CONNECT_SECONDS)
        await found.close()

    try:
        asyncio.run(shake_hands())
    except (OSError, TypeError, ValueError, TimeoutError) as error:
        why = " ".join(str(error).split()) or f"no answer within {CONNECT_SECONDS:g} seconds"
        raise Refusal(
            f"What listens at {address} does not answer as a Dask scheduler that this machine may "
            f"use ({why[:200]})."
        ) from None


def _security(address: str) -> Any:
    """The certificates that Dask's configuration names; raises `Refusal` if there are none."""
    try:
        security: Any = Security(require_encryption=True)  # type: ignore[no-untyped-call]
        if security.get_connection_args("client").get("ssl_context"):
            return security
        why = "names none"
    except (OSError, ValueError) as error:
        why = f"names some that cannot be read ({error})"
    raise Refusal(
        f"{address} needs certificates for TLS, and Dask's configuration here {why}. See "
        "docs/cluster.md."
    )


@contextmanager
def local(workers: int) -> Iterator[DaskLink]:
    """A scheduler and workers on this machine, which talk over TLS: others may use it too."""
    with _quiet():
        # What workers inherit: Ctrl-C at the terminal is for this process, which ends them.
        usual = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            started = LocalCluster(  # type: ignore[no-untyped-call]
                n_workers=workers,
                threads_per_worker=1,
                dashboard_address=None,
                security=True,
                silence_logs=logging.CRITICAL,
            )
        finally:
            signal.signal(signal.SIGINT, usual)
        with started as cluster, _client(cluster) as client:
            yield DaskLink(client, insecure=False)


@contextmanager
def _client(target: str | LocalCluster, security: Any = None) -> Iterator[Client]:
    with (
        _quiet(),
        Client(  # type: ignore[no-untyped-call]
            target, timeout=CONNECT_SECONDS, set_as_default=False, security=security
        ) as client,
    ):
        yield client


@contextmanager
def _quiet() -> Iterator[None]:
    """What happens to workers is said by the run itself."""
    names = ("distributed", "tornado", "asyncio")
    before = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module="distributed")
            yield
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)


def is_private(address: str) -> bool:
    """Whether nobody can listen on the way to an address: with TLS, or on this very machine."""
    parts = urlsplit(address)
    if parts.scheme == _TLS:
        return True
    try:
        found = socket.getaddrinfo(parts.hostname, 1, type=socket.SOCK_DGRAM)
    except OSError:
        return False
    return bool(found) and all(_is_ours(family, place) for family, _, _, _, place in found)


def _is_ours(family: int, place: tuple[Any, ...]) -> bool:
    """Whether an address is one of this machine's: what goes there has it as its source too. That
    it can be bound says nothing, since the kernel can be set to let any be (`ip_nonlocal_bind`)."""
    host = str(place[0])
    if ip_address(host.partition("%")[0]).is_loopback:
        return True
    with socket.socket(family, socket.SOCK_DGRAM) as tried:
        try:
            tried.connect(place)  # which sends nothing
        except OSError:
            return False
        return bool(tried.getsockname()[0] == host)
