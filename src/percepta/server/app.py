"""The application: guards outside, routes inside."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, FastAPI, Request
from fastapi import Path as PathParameter
from starlette.middleware import Middleware
from starlette.responses import Response

from percepta.core.errors import NotFoundError
from percepta.server.access import AccessMiddleware, Launch
from percepta.server.errors import ErrorMiddleware, install_error_handlers
from percepta.server.headers import SecurityHeadersMiddleware
from percepta.server.limits import BodyLimitMiddleware
from percepta.server.origin import HostMiddleware, OriginMiddleware
from percepta.server.page import BUILT_PAGE, Page
from percepta.server.routes import (
    answers,
    channels,
    charts,
    dashboards,
    events,
    health,
    jobs,
    projects,
    queries,
    runs,
    samples,
)
from percepta.server.schema.base import ErrorResponse
from percepta.server.services import Services

logger = logging.getLogger("percepta.server")

if TYPE_CHECKING:
    from percepta.jobs.runner import JobRunner
    from percepta.storage import Workspace

NO_TELEMETRY: dict[str, Any] = {
    "telemetry": {"auto_configure": False, "tracing": False, "metrics": False, "logs": False}
}
"""FastAPI exports traces and metrics when the environment asks for it, unless told not to (T14)."""


def create_app(
    workspace: Workspace,
    launch: Launch | str,
    *,
    allowed_hosts: Iterable[str] = (),
    runner: JobRunner | None = None,
    page: Path = BUILT_PAGE,
) -> FastAPI:
    """Return the application over one workspace.

    Args:
        workspace: what it shows.
        launch: the token (and cookie) that lets people in.
        allowed_hosts: host names it answers for beside those of the loopback interface.
        runner: started and stopped with the application; None: jobs are queued for another process.
        page: folder of the built page.
    """
    services = Services(workspace)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if runner is not None:
            runner.start()
        yield
        await services.events.close()
        services.answers.close()
        if runner is not None and runner.stop():
            logger.warning("A job goes on without the server; the next one finds it.")

    guards = [
        Middleware(SecurityHeadersMiddleware),
        Middleware(ErrorMiddleware),
        Middleware(HostMiddleware, allowed=tuple(allowed_hosts)),
        Middleware(OriginMiddleware),
        Middleware(AccessMiddleware, launch=Launch(launch) if isinstance(launch, str) else launch),
        Middleware(BodyLimitMiddleware),
    ]
    app = bare_app(middleware=guards, lifespan=lifespan)
    app.state.services = services
    _serve_page(app, Page(page))
    return app


def bare_app(**options: Any) -> FastAPI:
    """Return the routes without a workspace or guards: what the OpenAPI document is made of."""
    from percepta import __version__

    app = FastAPI(
        title="percepta",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        redirect_slashes=False,
        **NO_TELEMETRY,
        **options,
    )
    install_error_handlers(app)
    api = APIRouter(
        prefix="/api", responses={"default": {"model": ErrorResponse, "description": "Failure."}}
    )
    for module in (
        health,
        projects,
        dashboards,
        runs,
        queries,
        charts,
        samples,
        answers,
        channels,
        jobs,
        events,
    ):
        api.include_router(module.router)
    app.include_router(api)
    return app


def _serve_page(app: FastAPI, page: Page) -> None:
    @app.get("/{address:path}", include_in_schema=False)
    def get_page(address: Annotated[str, PathParameter()], request: Request) -> Response:
        if address.startswith("api/"):
            raise NotFoundError("The API has no such address.")
        return page.answer(request, address)
