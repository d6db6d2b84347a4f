"""Words that say what a product is, has or does, or hurry whoever reads them.

True or not, a mail says them only where the catalogue does. Pure.
"""

import re

# How it is made, of what, what others say, what it does, how few there are, how cheap, how soon;
# each a pattern between " | ".
ENGLISH = r"""
organic | vegan | sustainab\w+ | recycl\w+ | eco[- ]?friendly | climate | carbon | natural
handmade | hand[- ]?craft\w* | artisan\w* | made in \w+ | patent\w* | certifi\w+ | original
genuine | waterproof | water[- ]resistant | fireproof | unbreakable | leather | cotton
wool | silk | linen | cashmere | oak | walnut | bamboo | ceramic | porcelain | stainless
steel | silver | gold(?:en)? | diamonds? | award\w* | best[- ]?sell\w* | number one
no\. one | most popular | rated | proven | tested | clinical\w* | healthy | healing | cures?
guarantee\w* | warranty | refunds? | money back | lifetime | free | gifts? with | limited
last chance | only (?:a )?few | while stocks? last | selling fast | sold out | back in stock
in stock | today only | ends (?:soon|tonight|today) | hurry | discount\w* | sale | save
savings? | cheap\w* | lowest | bargain | reduced | exclusive\w* | forever | overnight
next[- ]day | same[- ]day | express | (?:delivered|ships?) (?:in|by|within)
"""
CHINESE = """
有机 | 纯天然 | 天然 | 环保 | 可回收 | 手工 | 防水 | 真皮 | 纯棉 | 羊毛 | 真丝 | 亚麻 | 实木
不锈钢 | 纯银 | 黄金 | 钻石 | 产自 | 正品 | 获奖 | 畅销 | 销量第一 | 第一 | 最佳 | 最好
热卖 | 专利 | 认证 | 临床 | 有效 | 治愈 | 健康 | 保证 | 保修 | 质保 | 退款 | 免费 | 赠送
限量 | 限时 | 仅剩 | 最后机会 | 售罄 | 补货 | 现货 | 今日 | 打折 | 折扣 | 特价 | 优惠 | 最低
独家 | 次日达 | 当日达 | 包邮 | 终身 | 永久
"""


def _any(words: str) -> str:
    return "|".join(word for word in re.split(r" \| |\n", words) if word)


CLAIM = re.compile(rf"\b(?:{_any(ENGLISH)})\b|{_any(CHINESE)}", re.IGNORECASE)
# Capitals that name no product.
USUAL = frozenset(
    """I I'm I’m I'd I’d I'll I’ll I've I’ve Monday Tuesday Wednesday Thursday Friday Saturday
    Sunday January February March April May June July August September October November
    December Christmas Easter""".split()  # noqa: SIM905
)
