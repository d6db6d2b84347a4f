"""The aspects of a purchase and the phrases that name them; a shop adds its own in the admin.

A phrase may say at once that it is good or bad ("runs small"): then it stands in the lexicon too.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reviews_nlp.lexicon import Clause, tokens


@dataclass(frozen=True, slots=True)
class Aspect:
    """Its name for people, and its phrases in English and Chinese, parted by |."""

    label: str | Promise
    english: str
    chinese: str


ASPECTS = {
    "size": Aspect(
        _("Size and fit"),
        "size|sizing|sized|fit|fits|fitting|fitted|true to size|tts|runs small|run small"
        "|running small|ran small|runs large|run large|running large|ran large|runs big"
        "|runs short|too small|too big|too large|too tight|too loose|too short|too long"
        "|too wide|too narrow|size up|size down"
        "|sized up|sized down|waist|hips|bust|sleeve|shoulder|armhole|tight|loose|boxy|baggy"
        "|length|cut|petite|flattering|unflattering|gaping|snug",
        "尺码|尺寸|大小|合身|偏大|偏小|太大|太小|太长|太短|合适|码数|型号",
    ),
    "quality": Aspect(
        _("Quality"),
        "quality|well made|well-made|poorly made|cheaply made|badly made|workmanship|craftsmanship"
        "|construction|durable|durability|sturdy|stitching|seam|zipper|button|fell apart"
        "|falls apart|broke|broken|ripped|defect|defective|flaw|hole|holds up|held up|build"
        "|solid|flimsy",
        "质量|品质|做工|耐用|结实|质感|坏了|破损|瑕疵|次品|掉色|断了|死机|漏水|漏液"
        "|印刷|纸张|缺页|装订",
    ),
    "material": Aspect(
        _("Material"),
        "material|fabric|cotton|silk|wool|linen|polyester|leather|cloth|texture|lining|knit|lace"
        "|see through|see-through|sheer|itchy|scratchy|soft|softness|thin|thick|stretchy|stretch"
        "|wrinkled|pilling|pilled|shrunk|shrank|plastic|metal|wood",
        "面料|材质|布料|料子|手感|材料|棉|皮质|塑料|金属|薄|厚",
    ),
    "appearance": Aspect(
        _("Looks and colour"),
        "color|colour|colors|colours|pattern|print|design|style|look|looks|looking|beautiful|pretty"
        "|gorgeous|ugly|cute|stylish|appearance|photo|picture|as pictured|faded|embroidery|detail",
        "颜色|外观|外形|款式|样式|设计|好看|漂亮|难看|色差|图案|封面|精美|大气",
    ),
    "comfort": Aspect(
        _("Comfort"),
        "comfort|comfortable|comfy|comfortably|uncomfortable|cozy|cosy|breathable|itch|pinches",
        "舒服|舒适|不舒服|透气",
    ),
    "price": Aspect(
        _("Price"),
        "price|priced|pricey|cost|costs|expensive|cheap|affordable|value|money|worth|worth it|deal"
        "|bargain|overpriced|discount|on sale|for the price",
        "价格|价钱|性价比|便宜|贵|实惠|划算|优惠|降价|差价|超值|物超所值|值得",
    ),
    "delivery": Aspect(
        _("Delivery"),
        "delivery|delivered|deliver|shipping|shipped|shipment|arrive|arrived|arrives|courier"
        "|postage"
        "|dispatch|dispatched|tracking|late|on time|never arrived|never received|parcel",
        "快递|物流|送货|发货|配送|送达|送餐|送来|到货|速度|外卖员|快递员|小哥|准时|送到",
    ),
    "packaging": Aspect(
        _("Packaging"),
        "packaging|packaged|package|packed|packing|wrapped|wrapping|box|bubble wrap|gift box",
        "包装|包裹|盒子|箱子|外包装|打包|密封|塑封",
    ),
    "service": Aspect(
        _("Service"),
        "service|customer service|support|staff|seller|refund|refunded|exchange|return policy"
        "|replied|reply|response|responded|rude|helpful|warranty|salesperson|agent|waiter|waitress",
        "服务|客服|售后|态度|卖家|商家|店家|退款|退货|换货|保修|维修|回复|投诉|服务员|安装",
    ),
    "usability": Aspect(
        _("Ease of use"),
        "easy to use|hard to use|user friendly|user-friendly|instructions|manual|setup|set up"
        "|install|installation|assemble|assembly|interface|intuitive|complicated|app|software"
        "|controls",
        "操作|使用|说明书|系统|界面|好用|不好用|难用|上手|软件|反应|方便",
    ),
    "performance": Aspect(
        _("Performance"),
        "battery|battery life|screen|display|speed|performance|keyboard|camera|sound|noise|works"
        "|working|stopped working|effective|effect|charge|charging|power|heat|memory",
        "电池|屏幕|性能|速度快|卡顿|流畅|待机|音质|拍照|充电|效果"
        "|加热|噪音|运行|像素|信号|去屑|柔顺",
    ),
    "taste": Aspect(
        _("Taste"),
        "taste|tastes|tasted|tasty|flavor|flavour|delicious|yummy|food|fresh|freshness|stale|sweet"
        "|salty|bland|spicy|texture|portion",
        "味道|口感|好吃|难吃|新鲜|不新鲜|甜|酸|水分|口味|美味|菜|份量|分量|米饭|烂的|烂了",
    ),
    "smell": Aspect(
        _("Smell"),
        "smell|smells|smelled|scent|odor|odour|fragrance|stink|stinks",
        "气味|异味|香味|难闻|刺鼻|好闻|味儿",
    ),
    "authenticity": Aspect(
        _("Authenticity"),
        "authentic|genuine|original|fake|counterfeit|knockoff|knock off|imitation|real thing"
        "|replica",
        "正品|假货|真货|真品|假的|山寨|冒牌|盗版|翻新|真假|水货",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mention:
    """Tokens of a clause that name an aspect."""

    aspect: str
    token: int
    length: int


class Register:
    """Phrases by their tokens; the longest one at a place wins."""

    def __init__(self, phrases: Iterable[tuple[str, str]]) -> None:
        self.aspects: dict[tuple[str, ...], str] = {}
        for aspect, phrase in phrases:
            words = tuple(tokens(phrase))
            if words:
                self.aspects[words] = aspect
                self.aspects.setdefault((*words[:-1], f"{words[-1]}s"), aspect)
        self.longest = max(map(len, self.aspects), default=0)

    def find(self, clause: Clause) -> list[Mention]:
        found, at = [], 0
        while at < len(clause.tokens):
            mention = self._at(clause.tokens, at)
            if mention:
                found.append(mention)
            at += mention.length if mention else 1
        return found

    def _at(self, words: tuple[str, ...], at: int) -> Mention | None:
        for length in range(min(self.longest, len(words) - at), 0, -1):
            aspect = self.aspects.get(words[at : at + length])
            if aspect is not None:
                return Mention(aspect, at, length)
        return None


def register(own: Mapping[str, str] | None = None) -> Register:
    """The built-in aspects, and a shop's `own` (key to phrases, one a line), which win."""
    return Register(
        [*_built_in(), *((k, line) for k, v in (own or {}).items() for line in v.splitlines())]
    )


@cache
def _built_in() -> tuple[tuple[str, str], ...]:
    return tuple(
        (key, phrase)
        for key, aspect in ASPECTS.items()
        for phrase in f"{aspect.english}|{aspect.chinese}".split("|")
    )


def label(aspect: str) -> str:
    """An aspect's name; a shop's own aspect is called by its key."""
    return str(ASPECTS[aspect].label) if aspect in ASPECTS else aspect
