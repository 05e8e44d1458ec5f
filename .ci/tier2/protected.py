#!/usr/bin/env python3
"""A protected server of the second tier: notes, behind OAuth, with an authorization server of its own.

    protected.py [--lifetime SECONDS] [--uses N] [--consent] [--port N] [--issuer-port N]

Both stand on the published `mcp` package and on two ports of the loopback, so that resource and issuer are two
origins, as they mostly are. The MCP side speaks both eras. Whoever wants in registers itself, proves its key (PKCE
S256), names the resource, and gets a JWT that lasts --lifetime seconds (3600) and a refresh token good for one use.
list_notes needs the scope notes:read, add_note notes:write: a token without it is answered 403 insufficient_scope.
With --uses an access token is taken back after so many requests, whatever it says of itself.
With --consent a page asks; without it, whoever asks is let in.

The first line on stdout says where they are, every later one what happened: JSON, one object a line. Ends when stdin
does. Nothing is kept.
"""

import argparse
import asyncio
import html
import json
import secrets
import socket
import sys
import threading
import time

import jwt
import uvicorn
from mcp.server import MCPServer
from mcp.server.auth.provider import (
    AccessToken,
    AuthorizationCode,
    OAuthAuthorizationServerProvider,
    RefreshToken,
    construct_redirect_uri,
)
from mcp.server.auth.routes import build_metadata, create_auth_routes
from mcp.server.auth.settings import AuthSettings, ClientRegistrationOptions
from mcp.shared.auth import OAuthToken
from pydantic import AnyHttpUrl
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse
from starlette.routing import Mount, Route

SCOPES = ["notes:read", "notes:write"]
# What a tool needs beyond what the server as a whole does.
NEEDS = {"add_note": "notes:write"}
USER = "ada"


def say(**what):
    """One line on stdout."""
    print(json.dumps(what), flush=True)


class Issuer(OAuthAuthorizationServerProvider):
    """The authorization server's memory, and its decisions."""

    def __init__(self, url, resource, options):
        self.url, self.resource, self.lifetime, self.consent = url, resource, options.lifetime, options.consent
        self.uses, self.used = options.uses, {}
        self.key = secrets.token_hex(32)
        self.clients, self.codes, self.refresh, self.waiting = {}, {}, {}, {}

    async def get_client(self, client_id):
        return self.clients.get(client_id)

    async def register_client(self, client_info):
        # Whoever names the scopes of today may still ask for more tomorrow.
        client_info.scope = " ".join(SCOPES)
        self.clients[client_info.client_id] = client_info
        say(
            event="registered",
            client=client_info.client_id,
            name=client_info.client_name,
            redirects=[str(uri) for uri in client_info.redirect_uris or []],
            grants=client_info.grant_types,
            method=client_info.token_endpoint_auth_method,
            application=client_info.application_type,
        )

    async def authorize(self, client, params):
        say(event="asked", client=client.client_id, scopes=params.scopes, resource=params.resource, state=bool(params.state))
        if params.resource != self.resource:
            # Not raised: the package would leave out the issuer, which is promised for errors too.
            return self.back(params, error="invalid_target", error_description=f"the resource is {self.resource}")
        ticket = secrets.token_urlsafe(24)
        self.waiting[ticket] = (client, params)
        return f"{self.url}/consent?ticket={ticket}" if self.consent else self.let_in(ticket)

    def let_in(self, ticket):
        """Where to send whoever agreed."""
        client, params = self.waiting.pop(ticket)
        code = AuthorizationCode(
            code=secrets.token_urlsafe(32),
            scopes=params.scopes or SCOPES[:1],
            expires_at=time.time() + 60,
            client_id=client.client_id,
            code_challenge=params.code_challenge,
            redirect_uri=params.redirect_uri,
            redirect_uri_provided_explicitly=params.redirect_uri_provided_explicitly,
            resource=params.resource,
            subject=USER,
        )
        self.codes[code.code] = code
        return self.back(params, code=code.code)

    def turn_away(self, ticket):
        """Where to send whoever did not agree."""
        _, params = self.waiting.pop(ticket)
        return self.back(params, error="access_denied")

    def back(self, params, **said):
        """The client's address, with what it is told."""
        return construct_redirect_uri(str(params.redirect_uri), **said, state=params.state, iss=self.url)

    async def load_authorization_code(self, client, authorization_code):
        return self.codes.get(authorization_code)

    async def exchange_authorization_code(self, client, authorization_code):
        del self.codes[authorization_code.code]
        return self.issue("authorization_code", client, authorization_code.scopes, authorization_code.resource)

    async def load_refresh_token(self, client, refresh_token):
        return self.refresh.get(refresh_token)

    async def exchange_refresh_token(self, client, refresh_token, scopes):
        del self.refresh[refresh_token.token]
        return self.issue("refresh_token", client, scopes, refresh_token.resource)

    def issue(self, grant, client, scopes, resource):
        now = int(time.time())
        claims = {
            "iss": self.url,
            "sub": USER,
            "aud": resource,
            "client_id": client.client_id,
            "scope": " ".join(scopes),
            "iat": now,
            "exp": now + self.lifetime,
            "jti": secrets.token_hex(8),
        }
        refresh = None
        if "refresh_token" in client.grant_types:
            refresh = secrets.token_urlsafe(32)
            self.refresh[refresh] = RefreshToken(
                token=refresh, client_id=client.client_id, scopes=scopes, resource=resource, subject=USER
            )
        say(event="issued", grant=grant, client=client.client_id, scopes=scopes, resource=resource, refresh=bool(refresh))
        return OAuthToken(
            access_token=jwt.encode(claims, self.key, "HS256", headers={"typ": "at+jwt"}),
            token_type="Bearer",
            expires_in=self.lifetime,
            scope=" ".join(scopes),
            refresh_token=refresh,
        )

    def use(self, token):
        """Counts a request with this token."""
        self.used[token] = self.used.get(token, 0) + 1

    async def load_access_token(self, token):
        return await self.verify_token(token)

    async def verify_token(self, token):
        try:
            claims = jwt.decode(token, self.key, ["HS256"], audience=self.resource, issuer=self.url)
        except jwt.PyJWTError as problem:
            say(event="refused", why=str(problem))
            return None
        if self.uses and self.used.get(token, 0) > self.uses:
            say(event="refused", why="used up")
            return None
        return AccessToken(
            token=token,
            client_id=claims["client_id"],
            scopes=claims["scope"].split(),
            expires_at=claims["exp"],
            resource=claims["aud"],
            subject=claims["sub"],
        )

    async def revoke_token(self, token):
        self.refresh.pop(token.token, None)


def issuing(issuer):
    """The authorization server as an application: the routes of the package, below the path of the issuer."""
    registration = ClientRegistrationOptions(enabled=True, valid_scopes=SCOPES, default_scopes=SCOPES)
    metadata = build_metadata(AnyHttpUrl(issuer.url), None, registration, revocation_options=Off())
    metadata = metadata.model_copy(
        update={
            "token_endpoint_auth_methods_supported": ["none", "client_secret_post", "client_secret_basic"],
            "authorization_response_iss_parameter_supported": True,
        }
    )
    document = metadata.model_dump(mode="json", exclude_none=True)
    routes = create_auth_routes(issuer, AnyHttpUrl(issuer.url), client_registration_options=registration)
    inner = [route for route in routes if "/.well-known/" not in route.path]

    async def describe(request):
        return JSONResponse(document)

    async def ask(request: Request):
        ticket = request.query_params.get("ticket", "")
        if ticket not in issuer.waiting:
            return HTMLResponse("This page was used already.", status_code=400)
        client, params = issuer.waiting[ticket]
        name, scopes = html.escape(client.client_name or client.client_id), html.escape(" ".join(params.scopes or []))
        return HTMLResponse(
            f"<!doctype html><title>Let it in?</title><p>{name} wants: {scopes}</p>"
            '<form method="post"><button name="answer" value="yes">Allow</button>'
            '<button name="answer" value="no">Deny</button></form>'
        )

    async def answer(request: Request):
        ticket = request.query_params.get("ticket", "")
        if ticket not in issuer.waiting:
            return HTMLResponse("This page was used already.", status_code=400)
        agreed = (await request.form()).get("answer") == "yes"
        return RedirectResponse(issuer.let_in(ticket) if agreed else issuer.turn_away(ticket), status_code=303)

    path = AnyHttpUrl(issuer.url).path.rstrip("/")
    inner += [Route("/consent", ask, methods=["GET"]), Route("/consent", answer, methods=["POST"])]
    return Starlette(
        routes=[Route(f"/.well-known/oauth-authorization-server{path}", describe), Mount(path or "/", routes=inner)]
    )


class Off:
    """Revocation, which is not offered."""

    enabled = False


def stepping(app, issuer, path):
    """Asks for more, when a tool needs more than its caller's token has; all of it in one challenge."""

    async def step(scope, receive, send):
        if scope["type"] != "http" or scope["path"] != path or scope["method"] != "POST":
            return await app(scope, receive, send)
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            body, more = body + message.get("body", b""), message.get("more_body", False)
        header = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")
        bearer = header[7:] if header.lower().startswith("bearer ") else None
        if bearer:
            issuer.use(bearer)
        needed = needs(body)
        if needed and bearer:
            token = await issuer.verify_token(bearer)
            if token and needed not in token.scopes:
                say(event="challenged", scope=needed)
                wanted = " ".join([*token.scopes, needed])
                about = str(issuer.resource).replace(path, f"/.well-known/oauth-protected-resource{path}")
                challenge = (
                    f'Bearer error="insufficient_scope", scope="{wanted}", resource_metadata="{about}",'
                    f' error_description="this tool needs {needed}"'
                )
                answer = JSONResponse({"error": "insufficient_scope"}, 403, {"WWW-Authenticate": challenge})
                return await answer(scope, receive, send)
        given = [{"type": "http.request", "body": body, "more_body": False}]

        async def again():
            return given.pop() if given else await receive()

        return await app(scope, again, send)

    return step


def needs(body):
    """The scope that the tool called by this message needs, if it is more than any call needs."""
    try:
        message = json.loads(body)
        return NEEDS.get(message["params"]["name"]) if message["method"] == "tools/call" else None
    except (ValueError, LookupError, TypeError):
        return None


def notes(issuer):
    """The server that is protected."""
    server = MCPServer(
        "protected-notes",
        version="1",
        token_verifier=issuer,
        auth=AuthSettings(
            issuer_url=AnyHttpUrl(issuer.url),
            resource_server_url=AnyHttpUrl(issuer.resource),
            required_scopes=SCOPES[:1],
            validate_token_resource=True,
        ),
    )
    kept = ["buy flour"]

    @server.tool()
    def list_notes() -> str:
        """Every note. Needs the scope notes:read."""
        return "\n".join(kept)

    @server.tool()
    def add_note(text: str) -> str:
        """One more note. Needs the scope notes:write."""
        kept.append(text)
        return f"{len(kept)} notes"

    return server.streamable_http_app()


def listen(port):
    found = socket.socket()
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    found.bind(("127.0.0.1", port))
    found.listen()
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lifetime", type=int, default=3600)
    parser.add_argument("--uses", type=int, default=0)
    parser.add_argument("--consent", action="store_true")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--issuer-port", type=int, default=0)
    options = parser.parse_args()
    sockets = [listen(options.port), listen(options.issuer_port)]
    port, issuer_port = (each.getsockname()[1] for each in sockets)
    resource = f"http://127.0.0.1:{port}/mcp"
    issuer = Issuer(f"http://127.0.0.1:{issuer_port}/login", resource, options)
    protected, login = stepping(notes(issuer), issuer, "/mcp"), issuing(issuer)

    async def both(scope, receive, send):
        here = scope["type"] == "lifespan" or scope["server"][1] == port
        await (protected if here else login)(scope, receive, send)

    server = uvicorn.Server(uvicorn.Config(both, log_level="warning", timeout_graceful_shutdown=1))

    def until_stdin_ends():
        sys.stdin.buffer.read()
        server.should_exit = True

    threading.Thread(target=until_stdin_ends, daemon=True).start()
    say(url=resource, issuer=issuer.url)
    asyncio.run(server.serve(sockets=sockets))


if __name__ == "__main__":
    main()
