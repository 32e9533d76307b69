"""Problems in Chinese: who gets them, what stands in them, and what stays as it was."""

from __future__ import annotations

import time

import pytest
from starlette.websockets import WebSocketDisconnect

from bachang.catalogue import Language, both, language_of, say
from bachang.exercise import ConditionError, View, holds
from bachang.portal._problem import ProblemError
from bachang.portal.models import Role
from tests.portal.people import ORIGIN, PASSWORD, People

ZH = {"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"}
NEW = {"name": "lihua", "display_name": "Li Hua", "password": PASSWORD, "roles": ["trainee"]}
EN, CN = Language.ENGLISH, Language.CHINESE


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", EN),
        ("*", EN),
        ("en-US,en;q=0.9", EN),
        ("zh", CN),
        ("ZH-Hans-CN", CN),
        ("en;q=0.5, zh-TW;q=0.8", CN),
        ("en, zh", EN),
        ("de, fr;q=0.9, zh;q=0.1", CN),
        ("zh;q=0, en;q=0.1", EN),
        ("zh;q=0", EN),
        ("zha, zh;q=2, zh;q=nan, ;;,q=, \x00", EN),
        ("zh;q=1.0000", EN),
        ("," * 60_000, EN),
    ],
)
def test_the_language_is_the_one_that_is_liked_best(accepted: str, language: Language) -> None:
    assert language_of(accepted) is language


def test_a_problem_is_told_in_the_language_of_the_request(people: People) -> None:
    admin = people("root", Role.ADMINISTRATOR)
    assert admin.post("/api/accounts", json=NEW).status_code == 201
    refused = admin.post("/api/accounts", json=NEW)
    assert refused.json()["detail"] == "the name 'lihua' is taken"
    assert refused.headers["content-language"] == "en"
    told = admin.post("/api/accounts", json=NEW, headers=ZH)
    assert told.json() == {
        "type": "conflict",
        "title": "冲突",
        "status": 409,
        "detail": "名称“lihua”已被占用",
        "remedy": "请另选一个。",
    }
    assert told.headers["content-language"] == "zh-CN"
    assert refused.headers["vary"] == told.headers["vary"] == "Accept-Language"


@pytest.mark.parametrize(
    ("path", "title", "detail"),
    [
        ("/api/exercises", "未登录", "尚未登录"),
        ("/api/nowhere", "未找到", "未找到"),
        ("/api/invitations", "未登录", "尚未登录"),
    ],
)
def test_refusals_of_every_part_are(people: People, path: str, title: str, detail: str) -> None:
    told = people.nobody.get(path, headers=ZH).json()
    assert (told["title"], told["detail"]) == (title, detail)
    assert told["remedy"].endswith("。")


def test_the_guard_tells_it_too(people: People) -> None:
    told = people.nobody.get("/api/session", headers={"Host": "evil.example", **ZH})
    assert (told.status_code, told.json()["detail"]) == (421, "门户不使用这个名称")


def test_what_cannot_be_as_it_was_sent_says_so(people: People) -> None:
    body = {**NEW, "password": "short", "more": 1}
    told = people("root", Role.ADMINISTRATOR).post("/api/accounts", json=body, headers=ZH).json()
    assert told["detail"] == "body.password: 至少 12 个字符; body.more: 不接受此项"
    assert told["remedy"] == "请按 API 文档的要求发送。"
    sent = {**ZH, "Content-Type": "application/json"}
    told = people("root").post("/api/accounts", content="{", headers=sent).json()
    assert told["detail"] == "body.1: JSON 无法解析"


def test_an_answer_that_is_no_problem_stays_as_it_is(people: People) -> None:
    plain, told = (people("ann").get("/api/session", headers=more) for more in ({}, ZH))
    assert plain.content == told.content
    assert "content-language" not in told.headers
    assert "accept-language" not in told.headers.get("vary", "").lower()


def test_a_request_with_a_key_is_refused_in_the_language_of_each_try(people: People) -> None:
    admin, key = people("root", Role.ADMINISTRATOR), {"Idempotency-Key": "one"}
    admin.post("/api/accounts", json=NEW, headers={"Idempotency-Key": "first"})
    english = admin.post("/api/accounts", json=NEW, headers=key).json()
    chinese = admin.post("/api/accounts", json=NEW, headers={**key, **ZH}).json()
    assert (english["title"], chinese["title"]) == ("Conflict", "冲突")
    done = admin.post("/api/accounts", json=NEW, headers={"Idempotency-Key": "first", **ZH})
    assert (done.status_code, "content-language" in done.headers) == (201, False)
    other = {**NEW, "name": "lilei"}
    told = admin.post("/api/accounts", json=other, headers={"Idempotency-Key": "first", **ZH})
    assert told.json()["detail"] == "这个键已用于另一个请求"


@pytest.mark.parametrize(
    "hostile",
    [
        "x' is taken",
        "' \" \\' {name} {0.__class__}",
        "<script>alert(1)</script>",
        "there is no pack 'y'\n; 您",
        "',-' is taken' ',-' is taken",
    ],
)
def test_what_stands_in_a_hole_is_plain_text(hostile: str) -> None:
    said = say(f"the name {hostile!r} is taken", CN)
    assert said == f"名称“{repr(hostile)[1:-1]}”已被占用"


def test_what_is_not_known_stays_english() -> None:
    new = ProblemError(409, "conflict", "said for the first time", "do 'x' and y is taken")
    told = new.document(CN)
    assert (told["title"], told["detail"], told["remedy"]) == ("冲突", new.detail, new.remedy)


def test_several_words_may_fill_a_hole() -> None:
    assert say("this needs one of the roles author, organiser", CN).endswith("：作者、组织者")
    assert say("this needs one of the roles author, nobody", CN).startswith("this")


@pytest.mark.parametrize("part", ["@", "'", ": ", "x@x is not given to you ", "author, "])
def test_a_long_text_is_looked_up_in_linear_time(part: str) -> None:
    for start in ("", "this pack does not load: ", "there is no pack '", "this needs one of the "):
        short_s, long_s = (_takes_s(start + part * times) for times in (1000, 4000))
        assert long_s < 8 * short_s + 0.05  # were it quadratic, 16 times as long


def _takes_s(text: str) -> float:
    """Of this process alone, as others may be at work."""
    started = time.process_time()
    assert say(text, CN)
    return time.process_time() - started


def test_a_socket_is_closed_in_chinese_as_far_as_there_is_room(people: People) -> None:
    address = f"{ORIGIN.replace('http', 'ws')}/api/live?topic=run:aaaaaaaa"
    socket = people.nobody.websocket_connect(address, headers=ZH)
    with pytest.raises(WebSocketDisconnect) as closed, socket as session:
        session.receive_text()
    assert (closed.value.code, closed.value.reason) == (1008, "尚未登录")
    long = ProblemError(403, "forbidden", "拒" * 100).reason(Language.ENGLISH)
    assert len(long.encode()) <= 123
    assert long == "拒" * 40


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        (
            "p/s.yaml:3:5: hosts.desk.gateway: no router `edg`; did you mean `edge`?\n"
            "p/s.yaml:4:5: tasks.a: is empty; write something or leave the key out",
            "p/s.yaml:3:5: hosts.desk.gateway: 没有路由器 `edg`；是否指 `edge`？\n"
            "p/s.yaml:4:5: tasks.a: 为空；请填写内容，或去掉此键。",
        ),
        ("'x y' is not a whole number", "“x y” 不是整数"),
        (
            "service desk/web did not answer within 5 s (ended with status 1); its last words: boo",
            "服务 desk/web 没有在 5 秒内响应（以状态 1 结束）；其最后输出：boo",
        ),
        (
            "host desk: sees files of the platform: /a, /b; can read devices of its machine: /dev",
            "主机 desk：能看到平台的文件：/a, /b；能读取宿主机的设备：/dev",
        ),
        (
            "host desk cannot be made: /x: No space left on device",
            "主机 desk 无法创建：/x：磁盘空间已满",
        ),
        (
            "the archive cannot be unpacked: [Errno 28] No space left on device: '/a'",
            "压缩包无法解开：磁盘空间已满：“/a”",
        ),
        (
            "this is no ZIP archive that can be read: Bad CRC-32 for file 'a'",
            "这不是可读的 ZIP 压缩包：文件“a”的校验和不对",
        ),
        (
            "the identity provider's answer is not valid: invalid_claim: Invalid claim: 'nonce'",
            "身份提供方的回答无效：令牌内容不符：Invalid claim: 'nonce'",
        ),
    ],
)
def test_sentences_in_sentences_are_told_too(english: str, chinese: str) -> None:
    assert both(english) == {"en": english, "zh": chinese}
    assert both({"en": english, "zh": "old"}) == {"en": english, "zh": chinese}


@pytest.mark.parametrize(
    ("expression", "chinese"),
    [
        ("genset.state ==", "“c”不是有效的 CEL：第 16 列：内容不完整"),
        ("true and\ntrue", "“c”不是有效的 CEL：第 6 列：“and”不能用在这里"),
        ("true\nand true", "“c”不是有效的 CEL：第 2 行第 1 列：“and”不能用在这里"),
        ("(true", "“c”不是有效的 CEL：第 6 列：缺少 `)`"),
        ("[1].map(1, 2)", "“c”不是有效的 CEL：第 9 列：参数应为简单名称"),
        ("has(genset)", "“c”不是有效的 CEL：第 5 列：has() 的参数无效"),
        ("9223372036854775808 > 1", "“c”不是有效的 CEL：第 1 列：整数无效"),
        ("9223372036854775808 > 1u", "“c”不是有效的 CEL：第 1 列：整数无效"),
        ("99999999999999999999u > 1u", "“c”不是有效的 CEL：第 1 列：无符号整数无效"),
        ("1e999 > 1.0", "“c”不是有效的 CEL：第 1 列：小数无效"),
        ("genst.rpm > 1", "世界里没有“genst”；是否指“genset”？"),
        ("genset.rmp > 1", "genset 没有“rmp”；是否指“rpm”？"),
        ("genset.xyz > 1", "genset 没有“xyz”；现有：rpm, state"),
        ("{'a': 1}.b == 1", "映射里没有“b”"),
        ("genset.rpm", "的结果是 1.0，不是真或假：请作比较"),
        ("genset.state > 1", "操作数的类型不支持此运算"),
        ("open('a')", "没有变量或函数“open”"),
        ("genset.rpm + 'a' > 1", "不支持的运算：float + string"),
        ("1u + 1 > 1u", "有符号与无符号整数不能混用：uint + int"),
        ("1 / 0 == 1", "除数为零"),
        ("1 % 0 == 1", "取模的除数为零"),
        ("1u - 2u > 0u", "运算“sub”溢出：1 与 2"),
        ("[1][2] == 1", "下标超出范围：2"),
        ("[1]['a'] == 1", "类型不对：应为“int|uint”，却是“string”"),
        ("genset.rpm in genset", "float 类型的值不能作映射的键"),
        ("int('x') > 1", "函数“int”出错：文本无法解析：含有非数字字符"),
        ("double('x') > 1.0", "函数“double”出错：文本无法解析：不是数"),
        ("int(1e300) > 1", "函数“int”出错：整数过大"),
        ("uint(-1) > 1u", "函数“uint”出错：超出无符号整数范围"),
        ("'a'.matches('[')", "函数“matches”出错：“[”不是有效的正则表达式："),
    ],
)
def test_what_is_wrong_with_an_expression_is_told_in_chinese(expression: str, chinese: str) -> None:
    view = View(time_s=1.0, points={"genset.rpm": 1.0, "genset.state": "running"})
    with pytest.raises(ConditionError) as refused:
        holds(expression, view, name="c")
    assert chinese in say(str(refused.value), CN)


@pytest.mark.parametrize(
    "part", ["x; ", "[Errno 1] ", "a:1:1: b: ", "; it said nothing", "host a: "]
)
def test_what_hosts_put_into_a_sentence_costs_little(part: str) -> None:
    started = time.process_time()
    both(part * 2000)
    assert time.process_time() - started < 1
