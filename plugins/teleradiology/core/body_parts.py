"""Which region of the body a study shows: a vote over codes, descriptions and Body Part Examined, which alone is often wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from .names import plain

# The regions, as PS3.16 Annex L writes them where it has a term, and the words that mean them: English, other languages of
# modality consoles, Arabic (without article). Words are compared as core.names.plain makes them.
REGIONS: Mapping[str, str] = {
    "HEAD": "head|brain|skull|cranium|cranial|cerebral|cerebrum|intracranial|neurocranium|pituitary|sella|sella turcica|iac|iacs|"
    "internal auditory|temporal bone|temporal bones|mastoid|mastoids|circle of willis|cow|posterior fossa|ventricles|"
    "kopf|schadel|schaedel|schädel|hirn|gehirn|tete|tête|crane|crâne|cerveau|cabeza|craneo|cráneo|cerebro|cabeça|testa|encefalo|"
    "cranio|cranio encefalico|głowa|głowy|mózg|kafa|beyin|голова|мозг|頭部|頭|脳|"
    "راس|دماغ|مخ|جمجمه",
    "FACE": "face|facial|facial bones|maxillofacial|zygoma|zygomatic|nasal bone|nasal bones|nose|viscerocranium|وجه|انف",
    "ORBIT": "orbit|orbits|orbital|eye|eyes|ocular|optic nerve|optic canal|عين|عينين|محجر|حجاج",
    "SINUS": "sinus|sinuses|paranasal|paranasal sinus|paranasal sinuses|pns|nnh|جيوب|جيوب انفيه",
    "JAW": "jaw|mandible|mandibular|maxilla|maxillary|tmj|temporomandibular|opg|opt|orthopantomogram|panoramic|dental|teeth|tooth|"
    "فك|اسنان",
    "NECK": "neck|neck soft tissue|thyroid|larynx|pharynx|nasopharynx|parotid|carotid|carotids|soft tissue neck|hals|cou|cuello|"
    "pescoço|collo|szyja|boyun|шея|頸部|رقبه|عنق|غده درقيه|درقيه",
    "CSPINE": "cspine|c spine|cervical|cervical spine|cervical vertebrae|cx spine|hws|rachis cervical|odontoid|"
    "فقرات رقبيه|فقرات عنقيه|رقبيه|عنقيه|cervicothoracic|cervico thoracic|cervicodorsal",
    "TSPINE": "tspine|t spine|d spine|thoracic spine|thoracic vertebrae|dorsal spine|dorsal vertebrae|dorsal|bws|rachis dorsal|"
    "فقرات صدريه|فقرات ظهريه|ظهريه|thoracolumbar|thoraco lumbar|dorsolumbar|dorso lumbar|cervicothoracic|cervico thoracic|cervicodorsal",
    "LSPINE": "lspine|l spine|ls spine|l s spine|lumbar|lumbar spine|lumbar vertebrae|lumbosacral|lumbo sacral|lumbosacral spine|lws|"
    "rachis lombaire|sacrum|coccyx|sacroiliac|si joint|si joints|فقرات قطنيه|قطنيه|عجز|"
    "thoracolumbar|thoraco lumbar|dorsolumbar|dorso lumbar",
    "SPINE": "spine|spinal|vertebra|vertebrae|vertebral|vertebral column|whole spine|scoliosis|wirbelsäule|rachis|columna|kręgosłup|"
    "عمود فقري|فقرات|فقري",
    "CHEST": "chest|thorax|thoracic|lung|lungs|pulmonary|pulmonary arteries|pulmonary angiogram|ctpa|ctpe|cxr|mediastinum|rib|ribs|"
    "sternum|hrct|ldct|trachea|bronchus|airways|clavicle|brustkorb|lunge|poumon|poumons|torax|tórax|torace|pulmon|pulmón|klatka piersiowa|"
    "klatki piersiowej|płuca|toraks|akciğer|грудная клетка|легкие|胸部|胸|صدر|رئه|رئتين|رئتان|اضلاع|قفص صدري",
    "HEART": "heart|cardiac|coronary|coronaries|coronary arteries|cta coronary|ctca|calcium score|echocardiogram|echocardiography|"
    "myocardial|cardio|herz|coeur|cœur|corazon|corazón|心臓|قلب|شرايين تاجيه|تاجيه",
    "BREAST": "breast|breasts|mammo|mammogram|mammography|mammographie|mamografia|mamografía|tomosynthesis|axilla|mama|brust|sein|"
    "ثدي|ثديين|ماموجرام",
    "ABDOMEN": "abdomen|abdominal|abd|abdo|belly|liver|hepatic|kidney|kidneys|renal|kub|kidneys ureters bladder|gallbladder|gall bladder|"
    "biliary|mrcp|pancreas|pancreatic|spleen|stomach|bowel|colon|enterography|enteroclysis|upper gi|barium meal|barium swallow|"
    "urogram|urography|ivu|ivp|adrenal|adrenals|appendix|retroperitoneum|axr|abdominis|bauch|oberbauch|leber|foie|brzuch|brzuszna|"
    "jama brzuszna|j brzuszna|vientre|addome|karın|batın|брюшная полость|живот|腹部|腹|"
    "بطن|كبد|كلي|كليه|كليتين|مراره|بنكرياس|طحال|معده|قولون|مسالك بوليه",
    "PELVIS": "pelvis|pelvic|pelvi|uterus|uterine|ovary|ovaries|ovarian|adnexa|bladder|urinary bladder|prostate|prostatic|rectum|rectal|"
    "scrotum|scrotal|testis|testes|testicular|hsg|hysterosalpingogram|transvaginal|tvs|trus|pelvis masculin|pelvis feminin|becken|"
    "bassin|miednica|bacino|骨盤|حوض|رحم|مثانه|بروستات|بروستاتا|خصيه|خصيتين|مبيض|مبايض",
    "FETUS": "fetus|foetus|fetal|foetal|obstetric|obstetrical|obstetrics|ob|pregnancy|pregnant uterus|gravid uterus|anomaly scan|"
    "nuchal translucency|grossesse|embarazo|schwangerschaft|جنين|حمل|حامل",
    "SHOULDER": "shoulder|shoulders|scapula|acromioclavicular|ac joint|rotator cuff|humeral head|schulter|epaule|épaule|hombro|bark|"
    "كتف|لوح كتف",
    "ARM": "humerus|upper arm|upperarm|arm|oberarm|عضد",
    "ELBOW": "elbow|elbows|radial head|olecranon|ellenbogen|coude|codo|مرفق|كوع",
    "FOREARM": "forearm|radius|ulna|radius ulna|radius and ulna|unterarm|avant bras|ساعد|زند",
    "WRIST": "wrist|wrists|scaphoid|carpus|carpal|handgelenk|poignet|رسغ|معصم",
    "HAND": "hand|hands|finger|fingers|thumb|metacarpal|metacarpals|bone age|main gauche|main droite|mano|يد|كف|اصبع|اصابع",
    "HIP": "hip|hips|acetabulum|femoral head|femoral neck|neck of femur|nof|head of femur|hüfte|hanche|cadera|biodro|ورك|مفصل حوض",
    "THIGH": "thigh|femur|femora|oberschenkel|cuisse|فخذ",
    "KNEE": "knee|knees|patella|meniscus|acl|knie|genou|rodilla|kolano|ركبه|ركبتين",
    "LEG": "leg|legs|lower leg|tibia|fibula|tib fib|tibia fibula|calf|unterschenkel|jambe|ساق",
    "ANKLE": "ankle|ankles|malleolus|sprunggelenk|cheville|كاحل",
    "FOOT": "foot|feet|toe|toes|calcaneus|heel|metatarsal|metatarsals|forefoot|hindfoot|fuß|pied|قدم|قدمين",
    "EXTREMITY": "extremity|extremities|limb|limbs|lower limb|upper limb|lower extremity|upper extremity|طرف|اطراف|طرف سفلي|طرف علوي",
    "WHOLEBODY": "wholebody|whole body|total body|pan ct|panct|pan scan|panscan|polytrauma|skeletal survey|skull base to mid thigh|"
    "bone scan|ganzkörper|corps entier|جسم كامل|كامل جسم",
}

# Several regions in one word.
_COMPOUNDS: Mapping[str, tuple[str, ...]] = {
    "cap": ("CHEST", "ABDOMEN", "PELVIS"),
    "tap": ("CHEST", "ABDOMEN", "PELVIS"),
    "ap portable che": ("CHEST",),  # cut by a device at 16 characters
    "a p": ("ABDOMEN", "PELVIS"),
    "abdopelvis": ("ABDOMEN", "PELVIS"),
    "abdominopelvic": ("ABDOMEN", "PELVIS"),
    "headneck": ("HEAD", "NECK"),
    "thoraco abdominal": ("CHEST", "ABDOMEN"),
    "thoracoabdominal": ("CHEST", "ABDOMEN"),
}

# Words that sound like a region and are none: positions, devices, views.
_NOT_A_REGION = (
    "head first|feet first|foot first|head coil|head neck coil|body coil|knee coil|c arm|arms up|arms down|arm up|arm down|headache|"
    "ap|pa|hand injection|hand held|handheld|face to face|cow boy|foot print|heart rate|eye lens dose"
)

# How much each source counts; the strongest that says anything names the regions.
WEIGHTS: Mapping[str, float] = {
    "procedure_code": 6,
    "requested_procedure": 5,
    "study_description": 4,
    "anatomic_region": 3,
    "body_part_examined": 3,
    "series_description": 2,
    "protocol_name": 2,
    "modality": 1,
}
BY_MODALITY: Mapping[str, str] = {"MG": "BREAST", "PX": "JAW", "IO": "JAW", "OP": "ORBIT", "OPT": "ORBIT", "OCT": "ORBIT"}

_LONGEST_ALIAS = 5  # words
_SHORTEST_PART = 3  # letters of a word run together with others
_ARTICLE = re.compile("^(?:[وفبك]?ال|ولل|لل)(?=..)")


def _aliases() -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {_bare(word): () for word in _NOT_A_REGION.split("|")}
    for region, words in REGIONS.items():
        for word in (region, *words.split("|")):
            table[_bare(word)] = tuple(dict.fromkeys((*table.get(_bare(word), ()), region)))
    return table | _COMPOUNDS


def _bare(text: str) -> str:
    """The words of a text as compared, without the Arabic article."""
    return " ".join(_ARTICLE.sub("", word) for word in plain(text).split())


_ALIASES = _aliases()


@dataclass(frozen=True)
class Regions:
    """The outcome of a vote: the winner ("" when nothing was named), all regions, who named the winner, its share of the votes."""

    body_part: str = ""
    body_parts: tuple[str, ...] = ()
    source: str = ""
    confidence: float | None = None


def regions_in(text: str) -> tuple[str, ...]:
    """The regions that a text names, in its order: "CT_CHEST/ABD w/o" -> CHEST, ABDOMEN."""
    return tuple(dict.fromkeys(_named(_bare(text).split())))


def _named(words: list[str]) -> Iterator[str]:
    place = 0
    while place < len(words):
        for length in range(min(_LONGEST_ALIAS, len(words) - place), 0, -1):
            regions = _ALIASES.get(" ".join(words[place : place + length]))
            if regions is not None:
                yield from regions
                break
        else:
            length = 1
            yield from _run_together(words[place])
        place += length


def _run_together(word: str) -> tuple[str, ...]:
    """The regions in a word such as "chestabdpelvis", all of which must be known; () otherwise."""
    for end in range(len(word) - _SHORTEST_PART, _SHORTEST_PART - 1, -1):
        head, rest = _ALIASES.get(word[:end]), word[end:]
        if head:
            tail = _ALIASES.get(rest) or _run_together(rest)
            if tail:
                return (*head, *tail)
    return ()


def vote(evidence: Iterable[tuple[str, str]]) -> Regions:
    """The regions that (source, text) pairs name; sources are those of ``WEIGHTS``.

    Texts of one source share its weight. All regions named by the strongest source count, and those that two sources name.
    """
    votes = _votes(evidence)
    if not votes:
        return Regions()
    strongest = max(votes, key=lambda source: WEIGHTS[source])
    scores: dict[str, float] = {}
    for source, regions in votes.items():
        for region, share in regions.items():
            scores[region] = scores.get(region, 0) + WEIGHTS[source] * share
    agreed = [region for region in scores if region in votes[strongest] or sum(region in each for each in votes.values()) > 1]
    ranked = sorted(agreed, key=lambda region: -scores[region])  # stable: on a tie the first named
    winner = ranked[0]
    source = max((source for source in votes if winner in votes[source]), key=lambda source: WEIGHTS[source])
    confidence = min(1.0, scores[winner] / sum(WEIGHTS[source] for source in votes))
    return Regions(winner, tuple(ranked), source, round(confidence, 2))


def _votes(evidence: Iterable[tuple[str, str]]) -> dict[str, dict[str, float]]:
    """For each source that names something: the share of its texts that name each region, strongest source first."""
    named: dict[str, list[tuple[str, ...]]] = {}
    for source, text in evidence:
        if regions := regions_in(text):
            named.setdefault(source, []).append(regions)
    return {
        source: _shares(named[source]) for source in sorted(named, key=lambda source: -WEIGHTS[source])
    }


def _shares(texts: list[tuple[str, ...]]) -> dict[str, float]:
    shares: dict[str, float] = {}
    for regions in texts:
        for region in regions:
            shares[region] = shares.get(region, 0) + 1 / len(texts)
    return shares
