"""The tools of the Model Context Protocol, used by its official client over both transports."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import Client, StdioServerParameters

from tests.api.test_http_load import asked
from tests.fakes import ScriptedModel
from tests.service import ARTICLE_ID, Serve, Service

ROOT = Path(__file__).parents[2]
QUESTION = {"question": "Where was al-Rifai killed?"}
INVENTED = "The strike was carried out by the Royal Navy of Norway from submarines near Oslo."
ACCEPT = "application/json, text/event-stream"
CALL = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "ask", "arguments": QUESTION}}
FORMER = {"MCP-Protocol-Version": "2025-06-18"}


def run(server: Any, use: Callable[[Client], Awaitable[None]], mode: str = "auto") -> None:
    async def test() -> None:
        async with Client(server, mode=mode) as client:
            await use(client)

    asyncio.run(test())


async def use_every_tool(client: Client, told: list[str]) -> None:
    """What a program does with the tools, over any transport. The client holds results against their schemas."""

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        told.append(message or "")

    tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert tools.keys() == {"ask", "search", "get_document"}
    for tool in tools.values():
        assert tool.description
        assert tool.annotations
        assert tool.annotations.read_only_hint
        assert all(field.get("description") for field in tool.input_schema["properties"].values())
        assert tool.output_schema

    reply = await client.call_tool("ask", QUESTION, progress_callback=hear)
    answer = reply.structured_content
    assert answer
    assert (reply.is_error, answer["status"], answer["reason"]) == (False, "answered", None)
    assert ARTICLE_ID in reply.content[0].text.partition("Sources:")[2]  # type: ignore[union-attr]
    cited = answer["citations"][0]
    read = await client.call_tool(
        "get_document",
        {"document_id": cited["document_id"], "start": cited["start"], "characters": len(cited["quote"])},
    )
    assert read.structured_content
    assert read.structured_content["text"] == cited["quote"]
    assert (read.structured_content["start"], read.structured_content["end"]) == (cited["start"], cited["end"])

    found = await client.call_tool(
        "search", {**QUESTION, "limit": 1, "as_of": "2026-01-01", "document_ids": [ARTICLE_ID]}
    )
    assert found.structured_content
    assert [passage["document_id"] for passage in found.structured_content["passages"]] == [ARTICLE_ID]
    narrowed = await client.call_tool("search", {**QUESTION, "document_ids": ["nothing"]})
    assert narrowed.structured_content == {"passages": []}

    for name, arguments, code in (
        ("ask", {"question": ""}, "invalid_input"),
        ("ask", {**QUESTION, "temperature": 1}, "invalid_input"),
        ("search", {**QUESTION, "limit": 99}, "invalid_input"),
        ("get_document", {"document_id": "nothing"}, "not_found"),
        ("delete", {}, "invalid_input"),
    ):
        wrong = await client.call_tool(name, arguments)
        assert wrong.is_error
        assert wrong.content[0].text.endswith(f"({code})")  # type: ignore[union-attr]


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_the_tools_work_over_http(service: Service, mode: str) -> None:
    told: list[str] = []
    run(f"{service.url}/mcp", lambda client: use_every_tool(client, told), mode)
    assert [message.partition(". [")[0] for message in told] == [service.model.drafts[0].rstrip(".")]  # type: ignore[union-attr]


def test_the_tools_work_over_standard_input_and_output(service: Service) -> None:
    command = [sys.executable, "-c", "from api.cli import main; main()", "mcp", "--base", service.url]
    server = StdioServerParameters(command=command[0], args=command[1:], cwd=ROOT)
    told: list[str] = []
    run(server, lambda client: use_every_tool(client, told))
    assert len(told) == 1


def test_a_refusal_is_a_result_that_says_why(serve: Serve) -> None:
    async def use(client: Client) -> None:
        reply = await client.call_tool("ask", QUESTION)
        assert reply.structured_content
        assert reply.structured_content["status"] in ("not_found", "unsupported")
        assert reply.content[0].text == reply.structured_content["reason"]  # type: ignore[union-attr]
        assert not reply.is_error

    with serve(ScriptedModel(INVENTED)) as service:
        run(f"{service.url}/mcp", use)


def broken(_: object) -> str:
    raise RuntimeError("the secret is 1234")


def test_an_unexpected_error_is_told_without_its_words(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    async def use(client: Client) -> None:
        reply = await client.call_tool("ask", QUESTION)
        assert reply.is_error
        assert reply.content[0].text.endswith("(internal_error)")  # type: ignore[union-attr]
        assert "1234" not in reply.content[0].text  # type: ignore[union-attr]

    with serve(ScriptedModel(broken)) as service:
        run(f"{service.url}/mcp", use)
    assert "1234" in caplog.text


def headers(**more: str) -> dict[str, str]:
    return {"Accept": ACCEPT, "Content-Type": "application/json"} | FORMER | more


def test_a_page_of_another_site_is_kept_out(service: Service) -> None:
    def status(**more: str) -> int:
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
        return httpx.post(f"{service.url}/mcp", json=body, headers=headers(**more)).status_code

    assert status() == 200
    assert status(Origin=service.url) == 200
    assert status(Origin="http://localhost:3000") == 403
    assert status(Host="evil.example:8000") == 421
    assert status(Origin="https://evil.example") == 403
    assert httpx.get(f"{service.url}/mcp", headers=headers()).json()["code"] == "method_not_allowed"


@pytest.mark.parametrize("protocol", ["2025-06-18", "2026-07-28"])
def test_a_full_line_is_told_and_a_client_that_leaves_frees_the_model(serve: Serve, protocol: str) -> None:
    meta = {
        "io.modelcontextprotocol/protocolVersion": protocol,
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
    }
    body = json.dumps(CALL | {"params": CALL["params"] | {"_meta": meta}}).encode()  # type: ignore[operator]
    more = f"MCP-Protocol-Version: {protocol}\r\nMcp-Method: tools/call\r\nMcp-Name: ask\r\n"
    model = ScriptedModel("Al-Rifai was killed.")
    with serve(model, concurrency=1, queue_limit=1) as service:
        model.pause()
        with asked(service, ACCEPT, "/mcp", body, more):
            model.wait_started(1)
            with asked(service, "application/json"):
                service.until_waiting(1)

                async def use(client: Client) -> None:
                    reply = await client.call_tool("ask", QUESTION)
                    assert reply.content[0].text.endswith("(overloaded)")  # type: ignore[union-attr]

                run(f"{service.url}/mcp", use)
            service.until_waiting(0)
        model.wait_closed(1)
        model.resume()
