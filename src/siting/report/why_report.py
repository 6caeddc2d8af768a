"""What a terminal says of a commune or of a site."""

from __future__ import annotations

import math
import textwrap

from siting.report.phases import quarter_words
from siting.report.rule_table import binding_rules
from siting.report.terminal import WIDTH
from siting.report.texts import Texts
from siting.report.why import CommuneStory, Gain, Ground, SiteStory

COMMUNES_SHOWN = 10


def render_commune(ground: Ground, story: CommuneStory) -> str:
    """A commune in a few lines, in the language of the run."""
    texts, whole = _texts(ground), _texts(ground).number.whole
    minutes = texts.number.short(ground.standard_s / 60)
    lines = [
        texts("why_commune", commune=_commune(ground, story.commune), persons=whole(story.persons)),
        *(
            texts("why_nearest", site=_site(ground, site), persons=whole(persons), minutes=texts.number.minutes(mean))
            for site, persons, mean in story.nearest
        ),
        texts.count("why_beyond", story.persons_beyond, standard=minutes),
        *(
            texts("why_reason", reason=texts(f"reason_{reason}"), persons=whole(persons))
            for reason, persons in story.uncoverable.items()
        ),
    ]
    if story.persons_left > 0:
        lines.append(texts("why_left", persons=whole(story.persons_left), rule=_binding_rule(ground, texts)))
        lines += [_gain(ground, "why_helpful", gain) for gain in story.helpful]
        names = ", ".join(_site(ground, site) for site in story.needed)
        lines.append(texts.count("why_needed", len(story.needed), names=names))
    lines += _waiting(ground, story.commune)
    if story.own is None:
        lines.append(texts("why_no_own"))
    else:
        lines.append(_gain(ground, "why_own" if story.own.persons_everywhere > 0 else "why_own_nobody", story.own))
    return _filled(lines)


def render_site(ground: Ground, story: SiteStory) -> str:
    """A site in a few lines, in the language of the run."""
    texts, whole = _texts(ground), _texts(ground).number.whole
    decision = ground.run.sites["decision"].iloc[story.site]
    minutes = texts.number.short(ground.standard_s / 60)
    stake = "why_lost" if story.is_open else "why_won"
    lines = [
        texts("why_site", site=_site(ground, story.site), decision=texts(f"decision_{decision}")),
        *_choice(ground, story.site),
        texts("why_within", persons=whole(story.persons_within), standard=minutes),
        texts.count(stake, story.persons_at_stake, standard=minutes),
        *(
            texts("why_stake_commune", commune=_commune(ground, row), persons=whole(persons))
            for row, persons in story.communes[:COMMUNES_SHOWN]
        ),
    ]
    more = len(story.communes) - COMMUNES_SHOWN
    if more > 0:
        lines.append(texts.count("why_more", more))
    return _filled(lines)


def _choice(ground: Ground, site: int) -> list[str]:
    """What the plan chose to do at a site and for how much, and how full that is, where the run knows."""
    texts, row = _texts(ground), ground.run.sites.iloc[site]
    lines = []
    option = str(row.get("option", ""))
    if option:
        is_existing = ground.territory.sites.is_existing[site]
        name = texts(f"option_{option}" if is_existing else f"kind_{option}")
        lines.append(texts("why_option", option=name, cost=texts.number.whole(row["option_eur"])))
    if row.get("done_by", ""):
        lines.append(texts("why_phase", until=quarter_words(str(row["done_by"]), texts)))
    if row.get("consultations_capacity", math.nan) > 0:
        given, capacity = row["consultations_given"], row["consultations_capacity"]
        blanks = {"given": texts.number.whole(given), "capacity": texts.number.whole(capacity)}
        lines.append(texts("why_filled", share=texts.number.percent(given / capacity), **blanks))
    return lines


def _waiting(ground: Ground, commune: int) -> list[str]:
    """Consultations that nobody gives to the people of a commune, where the run counts them."""
    table = ground.run.communes
    if "consultations_waiting" not in table:
        return []
    found = table.loc[table["code"] == ground.territory.communes.code[commune], "consultations_waiting"]
    return [_texts(ground)("why_waiting", n=_texts(ground).number.whole(float(found.iloc[0])))]


def _binding_rule(ground: Ground, texts: Texts) -> str:
    """The rule for which people who could be covered are not."""
    names = binding_rules(ground.run.summary.get("rules", []), texts)
    if names:
        return texts("why_rules", names=names)
    limit = ground.run.scenario.goal.most_houses
    return texts("why_number", n=texts.number.whole(limit)) if limit else texts("why_model")


def _gain(ground: Ground, key: str, gain: Gain) -> str:
    texts = _texts(ground)
    return texts(
        key,
        site=_site(ground, gain.site),
        persons=texts.number.whole(gain.persons),
        everywhere=texts.number.whole(gain.persons_everywhere),
    )


def _site(ground: Ground, site: int) -> str:
    sites = ground.territory.sites
    return f"{sites.name[site]} ({sites.id[site]})"


def _commune(ground: Ground, row: int) -> str:
    communes = ground.territory.communes
    return f"{communes.name[row]} ({communes.code[row]})"


def _filled(lines: list[str]) -> str:
    return "\n".join(textwrap.fill(line, WIDTH, subsequent_indent="    ") for line in lines)


def _texts(ground: Ground) -> Texts:
    return Texts(ground.run.scenario.language)
