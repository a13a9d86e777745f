"""French, German, Spanish, Russian: the words by which bad news is denied, undone, supposed or rehearsed."""

FRENCH = {
    "absent_before": r"(?<![^\W_])(?:aucun\w*|sans|ni|pas|jamais|personne n'|nul(?:le)?|zéro|plus (?:de|d'|aucun\w*))"
    r"(?: ?(?:signe|de|d'|du|des|cas|été|est|a|fait|victime|à|signalé\w*|nouve\w+|risque|le|la|les|l'|un|une"
    r"|causé|provoqué|subi|eu|autre|majeur\w*"
    r"|grave\w*|trace|déplorer|humaine?s?|matériel\w*|perte|en|vie)(?!\w)'?){0,7} ?$",
    "double": r"(?<![^\W_])(?:non|pas) $",
    "absent_after": r" (?:n'a|n'ont) (?:pas )?(?:été|eu) (?:pas )?(?:signalé|lieu|constaté|déploré)\w*",
    "refuted_before": r"(?<![^\W_])(?:dément\w*|réfut\w*|(?:rejet\w+|ni(?:e|ent|é)) (?:les|des|toute"
    r"|ces) (?:informations?|rumeurs?))(?!\w)[^,]*$"
    r"|(?<![^\W_])(?:fausses? (?:informations?|rumeurs?|nouvelles?)|rumeurs? infondées?)[^,]*$",
    "refuting": r"(?<![^\W_])(?:dément\w*|réfut\w*|fausses? (?:informations?|rumeurs?))(?!\w)",
    "hearsay": r"(?<![^\W_])(?:rumeurs?|réseaux sociaux|facebook)(?!\w).*$",
    "averted_before": r"(?<![^\W_])(?:évit\w+|empêch\w+|échapp\w+|lev(?:é|ée|er|ant)|prévenir|prévention"
    r"|lutte contre|réduit|réduire)"
    r"(?: ?(?:le|la|les|l'|des|de|d'|du|un|une|à|tout|toute)(?!\w)'?){0,4} ?$",
    "averted_after": r" (?:a|ont|est|sont) (?:été )?(?:évité|levé)\w*",
    "undone_before": r"(?<![^\W_])(?:éteint|maîtris\w+|circonscri\w+|résolu\w*|résorb\w+|fin (?:de|du))"
    r"(?: ?(?:le|la|les|l'|de|d'|du)(?!\w)'?){0,3} ?$",
    "undone_after": r"(?: (?!(?:pas|toujours|mais|avant|après|tu\w*|bless\w*|détrui\w*) )[\w']+){0,12}? (?:(?:a"
    r"|ont) été|est"
    r"|sont) (?!pas )(?:\w+ment )?(?:éteint|maîtrisé|circonscrit|résolu|résorbé|réparé|surmonté|terminé)\w*",
    "not_done": r"(?<![^\W_])(?:pas|jamais|sans|impossible d'|tente\w* de|ne peut|ne pouvait) ?(?:\w+ ){0,2}$",
    "supposed_before": r"(?<![^\W_])(?:si|en cas d(?:e |')|autrefois|jadis)(?!\w)[^,]*$|(?<![^\W_])en cas d'[^,]*$",
    "drill": r"(?<![^\W_])(?:exercices?|simulations?|simul\w+|entraînements?)(?!\w)",
    "drill_setting": r"(?<![^\W_])(?:pendant|lors d'|lors de|après|durant|au cours d') ?(?:\w+[ '])*\w+$",
    "drill_after": r" simulé\w*",
    "joined": r" *, *(?:ni )?| (?:et|ou|ni) (?:(?:de|des|aucun\w*) |d')?| ",
    "irreversible": r"mort\w*|tué\w*|blessé\w*|décès|disparu\w*|noyé\w*|meurtre\w*|victime\w*|condamné\w*",
    "remedy": r"évacu\w*|arrêt\w*|plainte\w*|amendes?|avertit",
    "degree": r"record",
    "hazard": r"typhon|tempête|inondation\w*|évacu\w*|avertit",
}  # fmt: skip
GERMAN = {
    "absent_before": r"(?<![^\W_])(?:kein\w*|ohne|nicht|nie|niemand\w*|weder|noch)"
    r"(?: (?:wurde|wurden|ist|sind|gab|es|gibt|größere\w*|weitere\w*|neue\w*|schwere\w*|berichte|hinweise"
    r"|anzeichen|über|von|auf|für|ums|mehr|dabei|kam|dort|gefahr|einer|eines|menschen|personen|hat)(?!\w)){0,6} $",
    "double": r"(?<![^\W_])nicht $",
    "absent_after": r"(?: (?!doch)\w+){0,2}? (?:gab|gibt|traten?) es (?:nicht|keine)| (?:bliebe?n?"
    r"|blieb) (?:\w+ )?aus(?!\w)",
    "refuted_before": r"(?<![^\W_])(?:dementier\w*|widerleg\w*|(?:bestreit\w+|weis\w+) (?:\w+ )?(?:berichte"
    r"|gerüchte|meldungen))(?!\w)[^,]*$"
    r"|(?<![^\W_])(?:falschmeldung\w*|falsche (?:berichte|gerüchte))[^,]*$",
    "refuting": r"(?<![^\W_])(?:dementier\w*|widerleg\w*|falschmeldung\w*)(?!\w)",
    "hearsay": r"(?<![^\W_])(?:gerücht\w*|soziale\w* (?:medien|netzwerke\w*)|facebook)(?!\w).*$",
    "averted_before": r"(?<![^\W_])(?:verhinder\w*|vermied\w*|vermeid\w*|abgewend\w*|entgeh\w+|entging\w*"
    r"|schutz vor|gegen|aufgehoben)(?: (?:den|die|das|der|dem|einer?n?|eines|größere\w*|weitere\w*)){0,3} $",
    "averted_after": r"(?: (?!nicht )\w+){0,3}? (?:verhindert|vermieden|abgewendet|aufgehoben)(?!\w)",
    "undone_before": r"(?<![^\W_])(?:gelöscht\w*|behoben\w*|beendet\w*|eingedämmt\w*|ende (?:der"
    r"|des)) (?:(?:den|die|das|der) )?$",
    "undone_after": r"(?: (?!(?:nicht|noch) )\w+){0,3}? (?:gelöscht|behoben|beendet|eingedämmt|überstanden"
    r"|vorbei|unter kontrolle)(?!\w)",
    "not_done": r"(?<![^\W_])(?:nicht|kaum|nie) (?:\w+ ){0,2}$",
    "supposed_before": r"(?<![^\W_])(?:falls|wenn|im falle? (?:von|eine[sr])|einst|früher)(?!\w)[^,]*$",
    "drill": r"(?<![^\W_])\w*(?:übung(?:en)?|simulation\w*|simulier\w*|probealarm)(?!\w)",
    "drill_setting": r"(?<![^\W_])(?:während|bei|nach|in|im) (?:\w+ ){0,2}\w+$",
    "joined": r" *, *| (?:und|oder|noch|sowie) (?:keine )?| ",
    "irreversible": r"tot|tote|getötet|gestorben|ums leben|verletzte?|vermisst|ertrunken|mord|opfer|zerstört"
    r"|verurteilt",
    "remedy": r"evakuiert|verhaftet|verurteilt|warnt|warnung\w*|beschwerde\w*|protest\w*|strafe",
    "degree": r"größte\w*|rekord",
    "hazard": r"taifun|sturm|hochwasser|überschwemmung\w*|evakuiert|warnt|warnung\w*",
}  # fmt: skip
SPANISH = {
    "absent_before": r"(?<![^\W_])(?:sin|no|ning[uú]n\w*|ni|nunca|nadie|cero|tampoco)"
    r"(?: (?:se|ha|han|hay|hubo|fue|fueron|registr\w+|report\w+|report[oó]|caus[oó]|causar\w*|dej[oó]|dejar\w*"
    r"|produj\w+|provoc\w+|de|los|las|el|la|personas?|casos?|m[aá]s|nuev\w+|grandes|graves|resultado|result[oó]"
    r"|que|lamentar|sufri\w+|informes?|existe\w*|riesgo|señales)(?!\w)){0,7} $",
    "double": r"(?<![^\W_])no $",
    "refuted_before": r"(?<![^\W_])(?:desmient\w*|desmint\w*|(?:nieg\w+|neg[oó]|niega) (?:los|las"
    r"|el)? ?(?:rumor\w*|informaciones|noticias|informes))(?!\w)[^,]*$"
    r"|(?<![^\W_])(?:fals[oa]s? (?:rumor\w*|noticias?|informes?)|bulos?)(?!\w)[^,]*$",
    "refuting": r"(?<![^\W_])(?:desmient\w*|desmint\w*|bulos?|fals[oa]s? (?:rumor\w*|noticias?))(?!\w)",
    "hearsay": r"(?<![^\W_])(?:rumor\w*|redes sociales|facebook)(?!\w).*$",
    "averted_before": r"(?<![^\W_])(?:evit\w+|impid\w+|prevenir|prevenci[oó]n de|levant\w+|escap\w+|contra"
    r"|reduc\w+)(?: (?:el|la|los|las|de|un|una|a|m[aá]s)){0,3} $",
    "averted_after": r" (?:fue|fueron|ha sido) (?:evitad|levantad)\w*",
    "undone_before": r"(?<![^\W_])(?:extingu\w+|sofoca\w*|sofoc[oó]|controlad\w+|supera\w*|super[oó]"
    r"|fin de)(?: (?:el|la|los|las|de)){0,2} $",
    "undone_after": r"(?: (?!no )\w+){0,3}? (?:fue|fueron|ha sido|han sido|est[aá]n?"
    r"|quedó) (?:\w+mente )?(?:extinguid|sofocad|controlad|superad|reparad|resuelt)\w*",
    "not_done": r"(?<![^\W_])(?:no|nunca|sin|imposible) (?:\w+ ){0,2}$",
    "supposed_before": r"(?<![^\W_])(?:si|en caso de|antiguamente|antaño)(?!\w)[^,]*$",
    "drill": r"(?<![^\W_])(?:simulacros?|ejercicios?|simulaci[oó]n\w*)(?!\w)",
    "drill_setting": r"(?<![^\W_])(?:durante|en|tras|después de) (?:\w+ ){0,3}\w+$",
    "joined": r" *, *(?:ni )?| (?:y|o|ni|e|u) (?:de )?| ",
    "irreversible": r"muert\w*|herid\w*|desaparecid\w*|ahogad\w*|ahogó|asesinato|víctima\w*|destruid\w*|condenad\w*",
    "remedy": r"evacuad\w*|detenid\w*|arrest\w*|multa\w*|advierte\w*|queja\w*|protesta\w*",
    "degree": r"récord|mayor",
    "hazard": r"tifón|tormenta|inundaci\w*|evacuad\w*|advierte\w*",
}  # fmt: skip
RUSSIAN = {
    "absent_before": r"(?<![^\W_])(?:без|нет|не|ни|никто|никаких|никакого)"
    r"(?: (?:не|был\w*|есть|никто|из|жителей|человек|людей|привел\w*|вызвал\w*|зафиксирован\w*|случа\w+"
    r"|сообщ\w*|сведени\w+|о|об|и|новых|крупных|серьезн\w+|материальн\w*|значительн\w*|никаких|никакого|стал\w*"
    r"|причин\w*|нанес\w*|к|ни|одного|один|выявлен\w*|обнаружен\w*|какого-либо|экологическ\w*|человеческих"
    r"|больше)(?!\w)){0,7} $",
    "double": r"(?<![^\W_])не $",
    "absent_after": r"(?: (?:и|или) \w+)?(?: (?:больше|там|в провинции))? (?:нет|не было|не зафиксир\w*"
    r"|не выявл\w*|не обнаруж\w*|не произош\w*|не сообща\w*|не допу\w*|отсутству\w*)",
    "refuted_before": r"(?<![^\W_])(?:опроверг\w*|опроверж\w*|отрица\w+ (?:сообщени|слух|информаци)\w*"
    r"|ложн\w+ (?:сообщени|слух|информаци)\w*)(?!\w)[^,]*$",
    "refuting": r"(?<![^\W_])(?:опроверг\w*|ложн\w+ (?:сообщени|слух)\w*)",
    "hearsay": r"(?<![^\W_])(?:слух\w*|соцсет\w+|социальн\w+ сет\w+|фейк\w*).*$",
    "averted_before": r"(?<![^\W_])(?:избеж\w+|предотвра\w+|исключ\w+|снят\w*|снял\w*|против|сниж\w+|сократи\w+"
    r"|профилактик\w+)(?: \w{1,3})? $",
    "averted_after": r" (?:удалось (?:избежать|предотвратить)|предотвращ\w+|снят\w*)",
    "undone_before": r"(?<![^\W_])(?:потуш\w+|ликвидирова\w+|устран\w+|преодол\w+|локализова\w+)(?: (?:лесной"
    r"|крупный|последствия))? $",
    "undone_after": r"(?: (?!не )\w+){0,3}? (?:потуш\w+|ликвидирован\w*|устран\w+|локализован\w*|под контролем"
    r"|преодол\w+|завершен\w*)",
    "not_done": r"(?<![^\W_])(?:не|невозможно|пытаются|пытались) (?:\w+ ){0,2}$",
    "supposed_before": r"(?<![^\W_])(?:если|в случае|когда-то|раньше)(?!\w)[^,]*$",
    "drill": r"(?<![^\W_])(?:учени(?:я|й|ям|ями|ях)|учебн\w+|тренировк\w+|условн\w+|имитаци\w+|отработ\w+)(?!\w)",
    "drill_setting": r"(?<![^\W_])(?:во время|в ходе|на|после|при) (?:\w+ ){0,2}\w+$",
    "joined": r" *, *| (?:и|или|ни) (?:без |\w{1,3} )?| ",
    "irreversible": r"погиб\w*|смерт\w*|убит\w*|ранен\w*|пострадавш\w*|пропавш\w*|утону\w*|жертв\w*|убийств\w*"
    r"|приговор\w*",
    "remedy": r"эвакуир\w*|арест\w*|задержа\w*|предупред\w*|штраф\w*|жалоб\w*|протест\w*",
    "degree": r"рекорд\w*|крупнейш\w*",
    "hazard": r"тайфун\w*|шторм\w*|наводнени\w*|эвакуир\w*|предупред\w*",
}  # fmt: skip
