"""English: the words by which bad news is denied, undone, supposed or rehearsed."""

from pipeline.tagging.denials.cues import words

_LIGHT_EN = words(
    "one|was|were|is|are|been|be|being|has|have|had|reports|report|reported|reporting|records|record|recorded"
    "|sign|signs|evidence"
    "|trace|traces|case|cases|new|further|additional|major|serious|significant|severe|any|more|longer|of|a|an"
    "|the|cause|caused"
    "|causes|causing|result|resulted|in|lead|led|to|people|person|persons|resident|residents|fishermen|boat"
    "|boats|house|houses"
    "|home|homes|tourist|tourists|worker|workers|risk|danger|human|property|casualties|immediate|single|other"
    "|such|ever|yet|so|far"
    "|confirmed|find|found|suffer|suffered|get|got|anyone|anybody|crew|member|members|passenger|passengers"
    "|child|children"
    "|student|students|villagers|farmers|material|environmental|fatal|deadly|oil|air|sea|structural|there|did"
    "|it|seen|detected|affected|hit|struck|harmed|hurt|threatened"
    "|from|on|at|by|or|its|their|who|that|life|lives|province"
)
_NO_EN = r"(?:(?<![^\W_])(?:no|without|zero|not|never|nor|neither|nobody|no one|none)(?![^\W_])|n't)"
_FAILED_EN = (
    r"(?:n't|(?<![^\W_])(?:not|never|no|cannot|fail(?:s|ed)? to|unable to|without|yet to|struggl(?:e|es|ed|ing) to|"
    r"hop(?:e|es|ed|ing) to|try(?:ing)? to|tries to))(?: \w+){0,2} $"
)
# What people lack when they come to harm, and turns of speech: 'no water', 'no end'.
_LACKED_EN = words(
    "water|rain|food|money|fuel|help|relief|warning|permit|licence|license|insurance|end|doubt|wonder|escape"
    "|answer|way|one"
    "|survivors|arrests|evidence|stranger|match|excuse"
)
ENGLISH = {
    "absent_before": rf"{_NO_EN}(?: {_LIGHT_EN}){{0,8}} $|{_NO_EN}(?: {_LIGHT_EN})* \w+ (?:or|nor)(?: {_LIGHT_EN})* $"
    rf"|(?<![^\W_])no (?:{_LIGHT_EN} )?(?!{_LACKED_EN})\w+ $|{words('free of|free from|free from any')} $",
    "double": r"(?:n't|(?<![^\W_])(?:not|never|cannot)) (?:\w+ ){0,2}$",
    "absent_after": r"(?: (?:or|and) \w+)? (?:was|were|is|are|has been|have been) (?:not|never) (?:reported"
    r"|recorded|found|detected|seen)"
    r"| (?:did|does|do) not (?:occur|happen|materiali[sz]e|take place)",
    "refuted_before": r"(?<![^\W_])(?:den(?:y|ies|ied|ying)|dismiss(?:es|ed)?|refut(?:es|ed|e)|reject(?:s|ed)?"
    r"|debunk(?:s|ed)?|rebut(?:s|ted)?) "
    r"(?:\w+ ){0,3}?(?:reports?|rumou?rs?|claims?|news|stories|talk|posts?)(?!\w)[^,]*$"
    r"|(?<![^\W_])(?:false|fake|baseless|unfounded|fabricated) (?:\w+ )?(?:reports?|rumou?rs?|news|claims?"
    r"|posts?)(?!\w)[^,]*$",
    "refuted_after": r"[^,]{0,50}? (?:is|are|was|were) (?:\w+ly )?(?:false|fake|untrue|a hoax|baseless"
    r"|unfounded|fabricated)(?!\w)",
    "refuting": r"(?<![^\W_])(?:den(?:y|ies|ied)|dismiss(?:es|ed)?|refut(?:es|ed)|debunk(?:s|ed)?) (?:\w+ ){0,3}?"
    r"(?:reports?|rumou?rs?|claims|news|stories|talk|posts?)(?!\w)|(?<![^\W_])(?:fake news|hoax"
    r"|false rumou?rs?)(?!\w)",
    "refuting_verb": r"(?<![^\W_])(?:den(?:y|ies|ied|ying)|dismiss(?:es|ed)?|refut(?:es|ed)|reject(?:s|ed)?"
    r"|debunk(?:s|ed)?)(?: \w+){0,3} $",
    "report_after": r"(?: \w+){0,2} (?:rumou?rs?|reports?|claims?|hoax)(?!\w)",
    "hearsay": r"(?<![^\W_])(?:rumou?rs?|social media|facebook|hoax|posts?|claim(?:s|ed|ing)?)(?!\w).*$",
    "averted_before": r"(?<![^\W_])(?:avoid(?:s|ed|ing)?|avert(?:s|ed)?|prevent(?:s|ed|ing)?|rid of|escap(?:e"
    r"|es|ed)|lift(?:s|ed)?|remov(?:es|ed)"
    r"|reduc(?:e|es|ed|ing)|eliminat(?:e|es|ed|ing)|eradicat(?:es|ed)|repa(?:ys|id)|paid off|overcom(?:e|es)"
    r"|overcame|against|rul(?:e|es|ed) out)"
    r"(?: (?:the|a|an|its|all|any|their|more|further|risk|threat|of|major|serious|possible"
    r"|from)){0,4}(?: (?!(?:and|but|as|after|by|with|in|who|which|that|when|while|to) )\w+)? $",
    "averted_after": r" (?:was|were|has been|have been) (?:\w+ly )?(?:avoided|averted|prevented|ruled out"
    r"|lifted)(?!\w)",
    "undone_before": r"(?<![^\W_])(?:extinguish(?:es|ed)|put(?:s)? out|contain(?:s|ed)|end(?:s|ed)|resolv(?:es"
    r"|ed)|settl(?:es|ed)|clean(?:s|ed) up"
    r"|recover(?:s|ed) from|fix(?:es|ed))(?: (?:the|a|an|its|all|their|long|forest|market|years|of)){0,4} $",
    "undone_after": r"(?: (?!(?:not|never|still|yet|kill\w*|injur\w*|destroy\w*|before|after|but|which"
    r"|that) )\w+){0,7}?(?: (?:was|were|is|are"
    r"|has been|have been|been|now))? (?:\w+ly |now |all )*"
    r"(?:extinguished|put out|contained|resolved|(?:brought )?under control|repaired|ended|eradicated"
    r"|settled|cleaned up|fixed)(?!\w)",
    "not_done": _FAILED_EN,
    "supposed_before": r"(?<![^\W_])(?:if|in case of|in the event of|should there be|used to (?:be|suffer|have)"
    r"|formerly|"
    r"once (?:a|an|the|suffer|was|were|known for|plagued|hit)\w*)(?!\w)[^,]*$",
    "drill": r"(?<![^\W_])(?:drills?|exercises?|rehears(?:al|als|e|es|ed)|simulat(?:e|es|ed|ion|ions)|mock"
    r"|training)(?!\w)",
    "drill_setting": r"(?<![^\W_])(?:during|in|after|at|following|before) (?:\w+ ){0,3}\w+$",
    "drill_after": r"(?:[ -](?!(?:during|in|at|after|before|following|on) )\w+){0,4} (?:drills?|exercises?"
    r"|rehearsals?|simulations?)(?!\w)",
    "real": r"(?<![^\W_])(?:real|actual|actually|last (?:year|month|week)|earlier)(?!\w)",
    "joined": rf"(?: (?:to|of|in|on)(?: \w+){{1,3}}?)?(?:, \w+(?= *,| and | or ))*(?: *, *| *,? (?:and|or|nor) "
    rf"| )(?:{words('no|any|people|was|were|or|one|to|of')} ){{0,3}}",
    "caused": r"(?: \w+){0,2} (?:that|which|to|has|have|had)? ?(?:caus(?:e|es|ed|ing)|kill(?:s|ed|ing)"
    r"|leading to|led to) (?:\w+ ){0,2}",
    "irreversible": "dead|dies?|died|killed|deaths|missing|injured|drown\\w*|murder|victim\\w*|destroyed|lost"
    "|sank|sinks|convict\\w*|sentenced|jailed",
    "sanctioned": r"(?<![^\W_])(?:was|were|been|be) $",
    "conditional": r"(?<![^\W_])if(?![^\W_]).*$",
    "remedy": "evacuat\\w*|arrest\\w*|detain\\w*|jailed|convict\\w*|sentenced|fined|protest\\w*|complain\\w*"
    "|warn\\w*|halt\\w*",
    "degree": "record|largest|biggest|highest",
    "hazard": "storm|typhoon|flood\\w*|evacuat\\w*|warn\\w*",
    "counted": r"(?:\d+|(?<![^\W_])(?:one|two|three|four|five|six|seven|eight|nine|ten|several|many"
    r"|dozens)) (?:\w+ ){0,4}$",
}  # fmt: skip
