"""The words that mean a region of the body: English, other languages of modality consoles, Arabic without article."""

from __future__ import annotations

from collections.abc import Mapping

# The regions as PS3.16 Annex L writes them where it has a term. Words are separated by | and compared as names.plain makes them.
REGIONS: Mapping[str, str] = {
    "HEAD": """
        head | brain | skull | cranium | cranial | cerebral | cerebrum | intracranial | neurocranium | pituitary | sella |
        sella turcica | iac | iacs | internal auditory | temporal bone | temporal bones | mastoid | mastoids |
        circle of willis | cow | posterior fossa | ventricles | kopf | schadel | schaedel | schädel | hirn | gehirn |
        tete | tête | crane | crâne | cerveau | cabeza | craneo | cráneo | cerebro | cabeça | testa | encefalo | cranio |
        cranio encefalico | głowa | głowy | mózg | kafa | beyin | голова | мозг |
        頭部 | 頭 | 脳 | 头颅 | 头部 | 颅脑 | راس | دماغ | مخ | جمجمه
    """,
    "FACE": """
        face | facial | facial bones | maxillofacial | zygoma | zygomatic | nasal bone | nasal bones | nose |
        viscerocranium | وجه | انف
    """,
    "ORBIT": "orbit | orbits | orbital | eye | eyes | ocular | optic nerve | optic canal | عين | عينين | محجر | حجاج",
    "SINUS": "sinus | sinuses | paranasal | paranasal sinus | paranasal sinuses | pns | nnh | جيوب | جيوب انفيه",
    "JAW": """
        jaw | mandible | mandibular | maxilla | maxillary | tmj | temporomandibular | opg | opt | orthopantomogram |
        panoramic | dental | teeth | tooth | فك | اسنان
    """,
    "NECK": """
        neck | neck soft tissue | thyroid | larynx | pharynx | nasopharynx | parotid | carotid | carotids |
        soft tissue neck | hals | cou | cuello | pescoço | collo | szyja | boyun | шея | 頸部 | رقبه | عنق | غده درقيه |
        درقيه
    """,
    "CSPINE": """
        cspine | c spine | cervical | cervical spine | cervical vertebrae | cx spine | hws | rachis cervical | odontoid |
        فقرات رقبيه | فقرات عنقيه | رقبيه | عنقيه | cervicothoracic | cervico thoracic | cervicodorsal
    """,
    "TSPINE": """
        tspine | t spine | d spine | thoracic spine | thoracic vertebrae | dorsal spine | dorsal vertebrae | dorsal |
        bws | rachis dorsal | فقرات صدريه | فقرات ظهريه | ظهريه | thoracolumbar | thoraco lumbar | dorsolumbar |
        dorso lumbar | cervicothoracic | cervico thoracic | cervicodorsal
    """,
    "LSPINE": """
        lspine | l spine | ls spine | l s spine | lumbar | lumbar spine | lumbar vertebrae | lumbosacral | lumbo sacral |
        lumbosacral spine | lws | rachis lombaire | sacrum | coccyx | sacroiliac | si joint | si joints | فقرات قطنيه |
        قطنيه | عجز | thoracolumbar | thoraco lumbar | dorsolumbar | dorso lumbar
    """,
    "SPINE": """
        spine | spinal | vertebra | vertebrae | vertebral | vertebral column | whole spine | scoliosis | wirbelsäule |
        rachis | columna | kręgosłup | عمود فقري | فقرات | فقري
    """,
    "CHEST": """
        chest | thorax | thoracic | lung | lungs | pulmonary | pulmonary arteries | pulmonary angiogram | ctpa | ctpe |
        cxr | mediastinum | rib | ribs | sternum | hrct | ldct | trachea | bronchus | airways | clavicle | brustkorb |
        lunge | poumon | poumons | torax | tórax | torace | pulmon | pulmón | klatka piersiowa | klatki piersiowej |
        płuca | toraks | akciğer | грудная клетка | легкие | 胸部 | 胸 | صدر | رئه | رئتين | رئتان | اضلاع | قفص صدري
    """,
    "HEART": """
        heart | cardiac | coronary | coronaries | coronary arteries | cta coronary | ctca | calcium score |
        echocardiogram | echocardiography | myocardial | cardio | herz | coeur | cœur | corazon | corazón | 心臓 | قلب |
        شرايين تاجيه | تاجيه
    """,
    "BREAST": """
        breast | breasts | mammo | mammogram | mammography | mammographie | mamografia | mamografía | tomosynthesis |
        axilla | mama | brust | sein | ثدي | ثديين | ماموجرام
    """,
    "ABDOMEN": """
        abdomen | abdominal | abd | abdo | belly | liver | hepatic | kidney | kidneys | renal | kub |
        kidneys ureters bladder | gallbladder | gall bladder | biliary | mrcp | pancreas | pancreatic | spleen | stomach |
        bowel | colon | enterography | enteroclysis | upper gi | barium meal | barium swallow | urogram | urography |
        ivu | ivp | adrenal | adrenals | appendix | retroperitoneum | axr | abdominis | bauch | oberbauch | leber | foie |
        brzuch | brzuszna | jama brzuszna | j brzuszna | vientre | addome | karın | batın | брюшная полость | живот | 腹部 |
        腹 | بطن | كبد | كلي | كليه | كليتين | مراره | بنكرياس | طحال | معده | قولون | مسالك بوليه
    """,
    "PELVIS": """
        pelvis | pelvic | pelvi | uterus | uterine | ovary | ovaries | ovarian | adnexa | bladder | urinary bladder |
        prostate | prostatic | rectum | rectal | scrotum | scrotal | testis | testes | testicular | hsg |
        hysterosalpingogram | transvaginal | tvs | trus | pelvis masculin | pelvis feminin | becken | bassin | miednica |
        bacino | 骨盤 | حوض | رحم | مثانه | بروستات | بروستاتا | خصيه | خصيتين | مبيض | مبايض
    """,
    "FETUS": """
        fetus | foetus | fetal | foetal | obstetric | obstetrical | obstetrics | ob | pregnancy | pregnant uterus |
        gravid uterus | anomaly scan | nuchal translucency | grossesse | embarazo | schwangerschaft | جنين | حمل | حامل
    """,
    "SHOULDER": """
        shoulder | shoulders | scapula | acromioclavicular | ac joint | rotator cuff | humeral head | schulter | epaule |
        épaule | hombro | bark | كتف | لوح كتف
    """,
    "ARM": "humerus | upper arm | upperarm | arm | oberarm | عضد",
    "ELBOW": "elbow | elbows | radial head | olecranon | ellenbogen | coude | codo | مرفق | كوع",
    "FOREARM": "forearm | radius | ulna | radius ulna | radius and ulna | unterarm | avant bras | ساعد | زند",
    "WRIST": "wrist | wrists | scaphoid | carpus | carpal | handgelenk | poignet | رسغ | معصم",
    "HAND": """
        hand | hands | finger | fingers | thumb | metacarpal | metacarpals | bone age | main gauche | main droite | mano |
        يد | كف | اصبع | اصابع
    """,
    "HIP": """
        hip | hips | acetabulum | femoral head | femoral neck | neck of femur | nof | head of femur | hüfte | hanche |
        cadera | biodro | ورك | مفصل حوض
    """,
    "THIGH": "thigh | femur | femora | oberschenkel | cuisse | فخذ",
    "KNEE": "knee | knees | patella | meniscus | acl | knie | genou | rodilla | kolano | ركبه | ركبتين",
    "LEG": "leg | legs | lower leg | tibia | fibula | tib fib | tibia fibula | calf | unterschenkel | jambe | ساق",
    "ANKLE": "ankle | ankles | malleolus | sprunggelenk | cheville | كاحل",
    "FOOT": """
        foot | feet | toe | toes | calcaneus | heel | metatarsal | metatarsals | forefoot | hindfoot | fuß | pied | قدم |
        قدمين
    """,
    "EXTREMITY": """
        extremity | extremities | limb | limbs | lower limb | upper limb | lower extremity | upper extremity | طرف |
        اطراف | طرف سفلي | طرف علوي
    """,
    "WHOLEBODY": """
        wholebody | entire body | whole body | total body | pan ct | panct | pan scan | panscan | polytrauma | skeletal survey |
        skull base to mid thigh | bone scan | ganzkörper | corps entier | جسم كامل | كامل جسم
    """,
}

# Several regions in one word.
COMPOUNDS: Mapping[str, tuple[str, ...]] = {
    "cap": ("CHEST", "ABDOMEN", "PELVIS"),
    "tap": ("CHEST", "ABDOMEN", "PELVIS"),
    "ap portable che": ("CHEST",),
    "a p": ("ABDOMEN", "PELVIS"),
    "abdopelvis": ("ABDOMEN", "PELVIS"),
    "abdominopelvic": ("ABDOMEN", "PELVIS"),
    "headneck": ("HEAD", "NECK"),
    "thoraco abdominal": ("CHEST", "ABDOMEN"),
    "thoracoabdominal": ("CHEST", "ABDOMEN"),
}

# Words that sound like a region and are none: positions, devices, views, symptoms.
NOT_A_REGION = """
    head first | feet first | foot first | head coil | head neck coil | body coil | knee coil | c arm | arms up |
    arms down | arm up | arm down | headache | ap | pa | hand injection | hand held | handheld | face to face |
    heart rate | eye lens dose
"""


def words_in(table: str) -> list[str]:
    """The words of one entry."""
    return [word for part in table.split("|") if (word := part.strip())]
