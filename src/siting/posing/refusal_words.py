"""The words of `siting.posing.refusals`, in French and in English: what is wrong and what would do."""

from __future__ import annotations

from dataclasses import dataclass

_TEXTS: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "too_few_houses": (
        (
            "{houses} ne peuvent pas couvrir les {persons} habitants qu'un site peut couvrir : il en faut {at_least}",
            "autoriser {enough}, ou demander le plus d'habitants avec {houses} (model: mclp) : {left_out} d'entre eux "
            "au plus resteraient au-delà",
        ),
        (
            "{houses} cannot cover the {persons} persons that some site can cover: {at_least} are needed",
            "allow {enough}, or the most people with {houses} (model: mclp): of them at most {left_out} stay out",
        ),
    ),
    "too_few_to_reach": (
        (
            "avec {houses}, les {persons} habitants qu'un site atteint en {cutoff} minutes ne peuvent pas tous en "
            "avoir une à ce temps : il en faut {at_least}",
            "autoriser {enough}, ou demander le plus d'habitants avec {houses} (model: mclp) : {left_out} d'entre eux "
            "au plus resteraient au-delà ; ou un travel.cutoff_min plus long",
        ),
        (
            "with {houses}, the {persons} persons whom some site reaches within {cutoff} minutes cannot all have one "
            "within that time: {at_least} are needed",
            "allow {enough}, or the most people with {houses} (model: mclp): of them at most {left_out} stay out; or a "
            "longer travel.cutoff_min",
        ),
    ),
    "minutes": (
        (" ; ou une norme de {minutes} minutes (goal.standard_min)", ""),
        ("; or a standard of {minutes} minutes (goal.standard_min)", ""),
    ),
    "conflict": (
        ("aucun plan ne tient ensemble : {what}, et {others}", ""),
        ("no plan keeps all of these: {what}, and {others}", ""),
    ),
    "alone": (("aucun plan n'y parvient : {what}", ""), ("no plan does this: {what}", "")),
    "with_line": (("{what} (ligne {line})", ""), ("{what} (line {line})", "")),
    "in_each": (("chacune des {n} zones", ""), ("each of the {n} zones", "")),
    "in_one": (("la zone « {name} »", ""), ("the zone '{name}'", "")),
    "study_area": (("le territoire", ""), ("the study area", "")),
    "what_houses": (("{houses} au plus", ""), ("at most {houses}", "")),
    "what_budget": (("un budget de {sum} €", ""), ("a budget of {sum} euros", "")),
    "by_phase": ((" à la fin de la phase {n}", ""), (" by the end of phase {n}", "")),
    "what_share": (("{share} des habitants couverts", ""), ("{share} of the people covered", "")),
    "what_share_each": (
        ("{share} des habitants couverts dans chacune des {n} zones", ""),
        ("{share} of the people covered in each of the {n} zones", ""),
    ),
    "what_backup": (
        ("{share} des habitants à portée de deux sites", ""),
        ("{share} of the people within reach of two sites", ""),
    ),
    "what_floor": (("au moins {houses} dans {where}", ""), ("at least {houses} in {where}", "")),
    "what_cap": (("au plus {houses} dans {where}", ""), ("at most {houses} in {where}", "")),
    "what_apart": (("la distance entre maisons nouvelles", ""), ("the distance between new houses", "")),
    "what_apart_min": (("le trajet entre maisons nouvelles", ""), ("the trip between new houses", "")),
    "what_everyone": (
        ("les {persons} habitants qu'un site peut couvrir, tous couverts", ""),
        ("all the {persons} persons covered whom some site can cover", ""),
    ),
    "what_reach": (
        ("les {persons} habitants qu'un site atteint en travel.cutoff_min, tous à ce temps d'un site ouvert", ""),
        ("all the {persons} persons whom some site reaches within travel.cutoff_min that near to an open one", ""),
    ),
    "instead_reach": (
        ("il suffirait que {persons} habitants restent au-delà (model: mclp, avec ce temps pour norme)", ""),
        ("{persons} persons beyond it would do (model: mclp, with that time for its standard)", ""),
    ),
    "houses_enough": (
        (" ; {houses} y suffiraient, sans limite de nombre ni de coût", ""),
        ("; {houses} would do, without a limit on their number or cost", ""),
    ),
    "who": (
        (" ; des sites permis ne couvrent, au plus, que : {places}", ""),
        ("; allowed sites cover at most: {places}", ""),
    ),
    "short_zones": (
        (" ; trop peu de candidats permis : {places} (study_area et candidates disent lesquels)", ""),
        ("; too few allowed candidates: {places} (study_area and candidates say which)", ""),
    ),
    "candidates": (("« {place} » en a {n}", ""), ("'{place}' has {n}", "")),
    "time": (
        (
            "aucun plan n'a été trouvé en {seconds} s, et rien ne prouve qu'il n'y en a pas",
            "laisser plus de temps",
        ),
        (
            "no plan was found in {seconds} s, and nothing proves that there is none",
            "allow more time",
        ),
    ),
    "reach": (
        ("{place} {share} ({persons} habitants hors d'atteinte)", ""),
        ("{place} {share} ({persons} persons out of reach)", ""),
    ),
    "instead_houses": (("il suffirait de {houses}", ""), ("{houses} would do", "")),
    "instead_budget": (("il suffirait de {sum} €", ""), ("{sum} euros would do", "")),
    "instead_share": (("il suffirait de demander {share}", ""), ("{share} would do", "")),
    "instead_zones": (
        ("il suffirait d'assouplir planchers et plafonds de {houses} en tout", ""),
        ("floors and caps eased by {houses} in all would do", ""),
    ),
    "instead_apart": (
        ("il suffirait de tolérer des maisons plus proches (paires : {n})", ""),
        ("nearer houses would do (pairs: {n})", ""),
    ),
    "instead_everyone": (
        ("il suffirait de laisser {persons} habitants de plus au-delà (covered_share: {share})", ""),
        ("leaving {persons} more persons out would do (covered_share: {share})", ""),
    ),
}


@dataclass(frozen=True)
class Words:
    """The texts in one language, ``"fr"`` or ``"en"``."""

    language: str

    def __call__(self, key: str, **values: str) -> tuple[str, str]:
        """(what is wrong, what would do)."""
        problem, remedy = _TEXTS[key][self.language == "en"]
        return problem.format(**values), remedy.format(**values)

    def number(self, value: float) -> str:
        text = f"{value:,.0f}"
        return text if self.language == "en" else text.replace(",", "\u202f")

    def share(self, value: float) -> str:
        """Per cent, rounded down to a hundredth: 100 % is said of everybody only."""
        text = f"{int(value * 10_000 + 1e-6) / 100:g}"
        return f"{text} %" if self.language == "en" else f"{text.replace('.', ',')} %"

    def houses(self, n: int) -> str:
        noun = ("maison", "maisons") if self.language == "fr" else ("house", "houses")
        return f"{self.number(n)} {noun[n > 1]}"

    def minutes(self, minutes: int) -> str:
        """The least standard that would do, to put after another remedy."""
        return self("minutes", minutes=str(minutes))[0]
