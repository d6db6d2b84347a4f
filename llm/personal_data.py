"""What personal data looks like in English and Chinese, after `redaction.folded`: small letters.

Where a pattern has a group, the group is what is hidden. What may repeat at a pattern's start is
bounded (64 is the longest local part, RFC 5321): a text made to be slow costs no more than others.
The surnames are common ones, written down by hand, not a published list; add what is missing.
"""

import re

SURNAMES = (
    "(?:欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|令狐|慕容|司徒|夏侯|"
    "[王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁"
    "任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔])"
)
HAN = r"[\u3400-\u9fff]"
WORD = r"[a-z][a-z'’-]+"
FULL_NAME = rf"{WORD}(?:[^\S\n]+(?:[a-z]\.[^\S\n]*)?{WORD}){{0,2}}"
DIGIT_WORD = "(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple)"
STREET = (
    "(?:street|st|avenue|ave|road|rd|lane|ln|boulevard|blvd|drive|dr|court|ct|place|pl|square|sq"
    "|terrace|crescent|parkway|pkwy|highway|hwy|close|mews|gardens|row)"
)
NUMBER = r"[\d一二三四五六七八九十百]{1,8}"
HOUSE = rf"(?:{NUMBER}[a-z]?\s*(?:号楼?|弄|栋|幢|座|单元|层|楼|室|房)|[a-z]座|[-－]\s*\d+)"

EMAIL = [
    r"[a-z0-9._%+'-]{1,64}\s?@\s?[a-z0-9-]+(?:\.[a-z0-9-]+)+",
    r"[\w.+-]{1,64}@[\w-]+(?:[.。][\w-]+)+",
    r"[a-z0-9._%+-]{1,64}\s{0,3}[\[(]\s*(?:at|艾特)\s*[\])]\s*[a-z0-9-]+(?:\s*(?:\.|[\[(]\s*dot\s*[\])])\s*[a-z0-9]+)+",
    r"[a-z0-9._%+-]{1,64} at [a-z0-9-]+(?: dot [a-z0-9]+)+",
    r"[a-z0-9._%+-]{1,64}\s{0,3}#\s*[a-z0-9-]+\.(?:com|cn|net|org)\b",
    r"(?:微信号?|wechat(?: id)?|wx|qq号?|telegram|whatsapp|instagram)"
    r"\s*(?:是|is|[:：])?\s*@?([a-z0-9][\w.-]{4,})",
    r"(?<![\w@])@[a-z0-9_][\w.]{2,}",
]
PHONE = [
    r"(?<!\d)(?<!\d-)(?!\d{4}-\d\d-\d\d(?!\d))\+?\(?\d(?:[\s().\-–/·*]{0,3}\d){6,19}(?!\d)"
    r"(?:\s*(?:ext\.?|x|转|分机)\s*\d+)?",
    r"[零〇一二三四五六七八九幺]{7,}",
    rf"{DIGIT_WORD}(?:[\s,-]+{DIGIT_WORD}){{5,}}",
]
ORDER = [
    r"(?:order|invoice|tracking|parcel|shipment|receipt|return|rma|ticket)s?"
    r"\s*(?:number|num|no\.?|nr\.?|id|code|ref(?:erence)?)?\s*(?:is|was|[:#：＃])*\s*"
    r"([a-z]{1,6}[-_]\d[\w-]*|[a-z]{0,6}\d[\w-]{2,})",
    r"(?:订单|单号|运单|快递|发票|退货|工单|物流)(?:编?号码?|单号)*\s*(?:是|为|[:：#＃])*\s*([a-z]{1,6}-\d[a-z0-9-]*|[a-z0-9-]*\d[a-z0-9-]{2,})",
    r"[#＃№]\s*[a-z]{0,4}-?\d{3,}(?:-\d+)*",
    r"(?<![a-z0-9])[a-z]{1,5}-?\d{4,}(?:-\d+)*(?![a-z0-9])",
    r"(?<![a-z0-9])[a-z]{2,5}-\d{2,}(?:-\d{2,})+",
]
ADDRESS = [
    rf"\b\d{{1,5}}[a-z]?(?:\s*[-/]\s*\d+[a-z]?)?,?\s+(?:[a-z0-9][\w'’.-]*\s+){{1,3}}{STREET}\b\.?"
    r"(?:\s*(?:n|s|e|w|ne|nw|se|sw)\b)?(?:,?\s*(?:apt|apartment|unit|suite|ste|flat|floor|fl|#)\.?\s*\w+)?"
    r"(?:,\s*[a-z]+(?:\s[a-z]+)?)?(?:,?\s+[a-z]{2}\s+\d{5}(?:-\d{4})?)?",
    r"\b(?:apt|apartment|flat|suite|unit)\.?\s*#?(?:\d+[a-z]?|[a-z]\d+)\b",
    r"\bp\.?\s?o\.?\s*box\s*\d+",
    r"\b[a-z]{1,2}\d[a-z\d]?\s\d[a-z]{2}\b",
    r"\b[a-z]\d[a-z]\s\d[a-z]\d\b",
    r"\b[a-z]+(?:[\s,]+[a-z]+)?,\s*[a-z]{2}\s+\d{5}(?:-\d{4})?\b",
    r"\b[a-z]*(?:strasse|straße|str\.|weg|gasse|platz)\s+\d+[a-z]?(?:,?\s*\d{5}\s+[a-z]+)?",
    r"\brue\s+(?:[a-z'’]+\s+){0,3}[a-z'’]+\s+\d+|\b\d+\s+rue\s+(?:[a-z'’]+\s+){0,3}[a-z'’]+",
    rf"{HAN}{{1,24}}?(?:大道|路|街|巷|弄|胡同|道){HAN}{{0,3}}?\s*{NUMBER}\s*[号弄](?:{HAN}{{0,10}}?\s*{HOUSE})*",
    rf"{HAN}{{1,24}}?(?:小区|花园|公寓|大厦|广场|苑|村|新村|大学|中心|城)\s*{HOUSE}(?:\s*{HOUSE})*",
    rf"{HAN}{{2,8}}?(?:省|自治区){HAN}{{2,8}}?[市州县](?:{HAN}{{1,8}}?[区县市镇乡])*",
    rf"{HAN}{{2,6}}?市{HAN}{{1,6}}?[区县镇]",
    rf"{NUMBER}\s*[栋幢座]\s*(?:{NUMBER}\s*单元)?\s*{NUMBER}\s*[室号房]?",
    r"邮编\s*(?:是|[:：])?\s*(\d{6})",
    rf"(?:地址|住址|住在|寄到|送到)(?:是|为|[:：])?\s*({HAN}{{2,}}[^\s，。；！,;!]*)",
]
NAME = [
    rf"\b(?:my name is|my name's|name\s*:|i am called|call me|signed,?|recipient\s*:?|attn\.?:?"
    rf"|yours (?:truly|sincerely|faithfully),?)\s+({FULL_NAME})",
    rf"\b(?:best|kind|warm|many)?\s*(?:regards|wishes|cheers|thanks|sincerely),?\s*\n+\s*({FULL_NAME})",
    rf"\b(?:mr|mrs|ms|miss|mx|dr|prof|sir|madam)\b\.?[^\S\n]+({WORD}(?:[^\S\n]+{WORD})?)",
    rf"^\s*(?:dear|hi|hello|hey)[^\S\n]+({WORD}(?:[^\S\n]+{WORD})?)[^\S\n]*[,!\n]",
    rf"(?:我叫|名字[叫是]|姓名(?:是|[:：])?|收[件货]人(?:是|[:：])?|联系人(?:是|[:：])?|署名[:：]?)\s*({HAN}{{2,4}})",
    rf"(?:我是|我姓|找|给|叫)\s*({SURNAMES}{HAN}{{0,2}})(?=[，。,.！!\s]|$)",
    rf"({SURNAMES}{HAN}{{0,2}}?)(?:先生|女士|小姐|太太|老师|经理|医生|师傅|同学|总|哥|姐)",
    rf"([小老阿]{SURNAMES})(?!客)",
    rf"(?:亲爱的|尊敬的)\s*({HAN}{{2,4}})",
]
PATTERNS = [
    (kind, re.compile(pattern, re.MULTILINE))
    for kind, patterns in {
        "EMAIL": EMAIL,
        "PHONE": PHONE,
        "ADDRESS": ADDRESS,
        "ORDER": ORDER,
        "NAME": NAME,
    }.items()
    for pattern in patterns
]
