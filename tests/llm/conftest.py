import pytest

from tests.llm.stub import Stub


@pytest.fixture
def server(settings, monkeypatch):
    for proxy in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(proxy, raising=False)
    stub = Stub()
    settings.LLM_PROVIDER = "openai_compatible"
    settings.LLM_BASE_URL = stub.url
    settings.LLM_MODEL = "stub-1"
    settings.LLM_API_KEY = "sesame"
    settings.LLM_TIMEOUT_SECONDS = 5
    yield stub
    stub.shutdown()
    stub.server_close()
