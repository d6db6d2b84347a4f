"""Vectors of questions and passages that can be compared across languages.

The encoder puts texts of one language, and questions as such, close together whatever they say:
asked in Chinese it finds Chinese passages first. What texts of a language have in common, taken
from some that say nothing in particular, is subtracted; what is left is what they are about.
"""

import re
from collections.abc import Sequence
from functools import cache

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from llm import encoding

HAN = re.compile(r"[\u3400-\u9fff]")
QUESTIONS = {
    False: ("How does this work?", "Where do I find that?", "Can I do this here?",
            "What happens then?", "Do you have something else?", "Who can help me?",
            "When is it?", "Why is that so?"),
    True: ("这个怎么用？", "在哪里可以找到？", "这里可以这样做吗？", "然后会怎么样？",
           "还有别的吗？",
           "谁能帮我？", "什么时候？", "为什么会这样？"),
}  # fmt: skip
PASSAGES = {
    False: ("About us\nWe have been here for many years and like what we do.",
            "News\nThere is something new every month.",
            "Help\nIf you have a question, we are glad to hear from you.",
            "How it works\nFirst choose, then confirm, then it is done.",
            "Conditions\nThe following holds for everybody, unless we agreed on something else.",
            "Team\nOur people know what they are talking about."),
    True: ("关于我们\n我们在这里很多年了，热爱我们的工作。", "新闻\n每个月都有新内容。",
           "帮助\n如果您有问题，我们很乐意听取。", "使用方法\n先选择，再确认，然后就完成了。",
           "条款\n除非另有约定，以下内容适用于所有人。", "团队\n我们的员工很专业。"),
}  # fmt: skip


def vectors(texts: Sequence[str], *, is_query: bool) -> list[list[float]]:
    """One vector of length one per text, of what it is about."""
    if not texts:
        return []
    found = encoding.vectors(texts, is_query=is_query)
    found = found - np.stack([_common(bool(HAN.search(text)), is_query) for text in texts])
    lengths = np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)
    told: list[list[float]] = (found / lengths).tolist()
    return told


def compared_by_database() -> bool:
    """Whether pgvector is in the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'vector')")
        return bool(cursor.fetchone()[0])


@cache
def _common(han: bool, is_query: bool) -> NDArray[np.float32]:  # noqa: FBT001
    texts = (QUESTIONS if is_query else PASSAGES)[han]
    mean: NDArray[np.float32] = encoding.vectors(texts, is_query=is_query).mean(axis=0)
    return mean
