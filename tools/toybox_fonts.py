"""Build time only: cut the fonts of the toy box down to the letters that names are made of.

Needs fontTools (not a dependency of the app) and a folder with the full fonts, as they lie in the packages named in
NOTICE. Writes stylize/toybox/fonts/*.ttf.

    python tools/toybox_fonts.py FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

OUT = Path(__file__).parent.parent / "stylize" / "toybox" / "fonts"

PUNCTUATION = "".join(map(chr, range(0x20, 0x7F))) + "¡¿«»·’‘“”„–—…•№ªº°×&+!?@#™®©€£$"
LATIN = "".join(map(chr, [*range(0xC0, 0x180), *range(0x218, 0x21C), 0x1E9E]))
VIETNAMESE = "ƠơƯư" + "".join(map(chr, range(0x1EA0, 0x1EFA)))
GREEK = "".join(map(chr, range(0x386, 0x3CF)))
CYRILLIC = "".join(map(chr, [*range(0x400, 0x460), *range(0x490, 0x4FA)]))
HEBREW = "".join(map(chr, range(0x5D0, 0x5EB))) + "׳״־"
ARABIC = "".join(map(chr, [*range(0x621, 0x656), 0x67E, 0x686, 0x698, 0x6A9, 0x6AF, 0x6CC, 0x60C, 0x61F]))
DEVANAGARI = "".join(map(chr, range(0x900, 0x980)))
THAI = "".join(map(chr, [*range(0xE01, 0xE3B), *range(0xE3F, 0xE5C)]))
KANA = "".join(map(chr, [*range(0x3041, 0x3097), *range(0x30A1, 0x30FF)])) + "・ー々、。「」"
HAN = (
    "一七万三上下中丸丹主久之九乃也二五亜京人仁今介代令以仲伊伍优伟佐佑作佳侑信修俊保倉健優元光兎克党全八公六兵内冬冴凌凛凜凡出刀"
    "创利刘别前剑剛创力功加助努勇勝北匠十千午半卓南博原友双古可史司合吉名吾告周呂味呼命和咲品哉唐唯啓善喜四国園土圭地坂坊垣城"
    "堀堂場塚塩士壮夏夕外多夢大天太夫央奈好妃妹姉姫娘子孝孟季学宇安宋宏宗官宙定宝実客宣室宮家容宿寅富寛寧寺対寿将小少尚尾山岡"
    "岩岸岳島崇崎川州工左巨希帆師平年幸広康庸廉延建弓弘張強弥当彦彩影彰征待後徐徳心志忠快念思怜恋恒恭恵悟悠情想意愛慎慧慶成我"
    "戦戸手才打拓持指振敏教敦文斎斗料新方旅旗日旦早旬昇昌明星春昭是時晃晋晴智暁暖曜曹月有服朔望朝木未末本朱村杏李杉来東松板林"
    "果枝柊柏柔柚柳柴栄栗校桂桃桜桐梅梓梢梨森椎楊楓楠楽榎榊樂樹橋橘欣歌止正武歩歳母比毛水永江池沙沢河沼泉法波泰洋津洲洸活流浅"
    "浜浦浩海涼淑淳深清渉渚渡温港湊湖湧満源滝漢潤澄澤瀬火灯炎烈無照熊燕爽父牛牧特犬犯狼猫献王玉玖玲珠現球理琉琳琴瑛瑞瑠瑶瑳璃"
    "瓜甘生田由甲男町画留異畑登白百皇盛盟目直相真眞知石研砂碧礼祐祖神祥福秀秋科秦稔稲穂空立竜章端竹笑筆策節紀約紅紋純紗紘索紫"
    "細結絢絵綾緑緒線織美羽義翔翠翼考者聖聡肇育胡能臣至舞舟航良色花芝芦芭芯芳芹苑若英茂茉茜草荒荘荷莉菅菊菜萌葉葛葵蒔蒼蓮蔡"
    "薫藍藤蘭虎虹蛍衛表西要見覚親観角解言計訓詩誠語読誉調諒謙讃谷豊貝貞貴賀賢赤走起超越足路車軍軒輝輪辰近迪透通進逸遊運達遠遥"
    "遼郁郎郭都配酒里重野金針鈴銀鋭錦鎌長門開関阿陣陳陸陽隆隈隼雄雅集雪雫雲零雷霞霧露青静非面音順領頼顔風飛食飯香馬駒駿高鬼魁"
    "魚鳥鳳鳴鶴鷹鹿麗麻麿黄黎黒鼓龍龙张陈杨赵黄吴马罗郑谢韩冯丽华国军杰娟艳涛强磊敏静伟芳娜秀梅婷雪丹玉萍红凤鹏辉欣怡佳梓涵轩"
    "浩宇博泽俊雨晨子语嘉依诗雅思妍琪悦宁瑶瑾萱晓文明"
)
HANGUL = (
    "가간갈감갑강개거건걸검겸경계고곤공곽관광교구국군궁권귀규균극근금기길김나난날남낭내너노녹농누눈늘니다단달담당대덕도독돈동두둘둥"
    "득들등디라락란람랑래량러레려력련렬렴령례로록론루류륜률륭르른름리린림립마막만말맑망매맹머메명모목몽묘무묵문물미민박반발밤방배백"
    "번범벽변별병보복본봄봉부북분불비빈빛빙사산살삼상새샘서석선설섭성세소속손솔송수숙순술숭슬습승시식신실심쌍아안암애액야약양어억언"
    "엄여역연열염엽영예오옥온올옹와완왕외요용우욱운울웅원월위유육윤율융은을음의이익인일임자작잔장재저적전절정제조족존종좌주준중즐증"
    "지직진질집차찬창채책천철청체초촌총최추축춘출충치친칠카크타탁탄태택토통퇴투특파판팔평포표푸풍피필하학한할함합항해햇향허헌혁현협형"
    "혜호홍화환활황회효후훈휘휴흔흠흥희힘별꽃꿈달님들미키티라파로바버타터트스르즈야옹멍"
)


def cut(path: Path, name: str, letters: str, *, features: str = "*", axes: dict[str, float] | None = None) -> None:
    font = TTFont(path)
    if axes:
        font = instancer.instantiateVariableFont(font, axes)
    options = subset.Options(
        layout_features=[f for f in features.split(",") if f],
        hinting=False,
        desubroutinize=True,
        name_IDs=[0, 1, 2, 5, 13, 14],
        notdef_outline=True,
    )
    worker = subset.Subsetter(options)
    worker.populate(text=letters)
    worker.subset(font)
    target = OUT / f"{name}.ttf"
    font.save(target)
    print(f"{name}: {target.stat().st_size / 1024:.0f} KB, {len(font.getBestCmap())} letters")


def main(folder: Path) -> None:
    def find(pattern: str) -> Path:
        return next(folder.rglob(pattern))

    basic = PUNCTUATION + "".join(map(chr, range(0xC0, 0x100)))
    kerned = "kern,mark,mkmk,ccmp,locl"
    cut(find("LuckiestGuy-Regular.ttf"), "luckiest-guy", PUNCTUATION + LATIN, features=kerned)
    cut(find("Fredoka*.ttf"), "fredoka", PUNCTUATION + LATIN + HEBREW, features=kerned, axes={"wght": 660, "wdth": 100})
    cut(find("Rubik_900Black.ttf"), "rubik", basic + LATIN + CYRILLIC + HEBREW + ARABIC)
    cut(
        find("MPLUSRounded1c_900Black.ttf"),
        "m-plus-rounded",
        basic + LATIN + VIETNAMESE + GREEK + CYRILLIC + KANA + HAN,
        features=kerned,
    )
    cut(find("Jua_400Regular.ttf"), "jua", basic + HANGUL, features=kerned)
    cut(find("Baloo2_800ExtraBold.ttf"), "baloo-2", PUNCTUATION + DEVANAGARI)
    cut(find("Kanit_900Black.ttf"), "kanit", PUNCTUATION + THAI)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
