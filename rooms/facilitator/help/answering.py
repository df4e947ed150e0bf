"""Three helpers for who is stuck: a Socratic hint, a picture on the board, a comparison with an expert."""

from dataclasses import dataclass

from domain.called import Call
from domain.helping import FACILITATOR, GiveHelp, HelpAsked, HelpKind
from domain.practice import ProblemAdded
from rooms.board.drawing import drawn
from rooms.facilitator.help import pictures
from rooms.facilitator.help.advice import Topic, advice, topic_of
from rooms.facilitator.help.calls import identity, on_record
from rooms.facilitator.help.ports import HelpRequest, Sources, Tutor
from rooms.facilitator.help.reading import RoomWork, lets_text_be_read, read_problems, read_work
from rooms.facilitator.history import Known
from rooms.facilitator.lines import unnamed
from rooms.facilitator.validation import Rules, fault
from rooms.facilitator.words import named


@dataclass(frozen=True, kw_only=True)
class Answering:
    """One request for help, and all that an answer may be made of."""

    org: str
    asked: HelpAsked
    work: RoomWork
    problem: ProblemAdded | None
    topic: Topic
    name: str
    rules: Rules
    tutor: Tutor | None
    told: str
    """What the person wrote, with pseudonyms for names; "" unless they and the room let a model read it."""

    @classmethod
    async def begun(cls, sources: Sources, org: str, asked: HelpAsked) -> "Answering":
        """Read what is needed. Raises `LogUnavailable`."""
        log, person = sources.log, asked.person
        work = await read_work(log, org, asked.room)
        asked = work.asked.get(asked.help, asked)  # what they wrote is closed on the bus, and open in the log
        problems = await read_problems(log, org, {asked.problem or "": None, **work.problems}.keys() - {""})
        problem = problems.get(asked.problem or "")
        known = await sources.people.people(org, list(work.people))
        told = ""
        if sources.tutor and asked.work and work.text_to_model and await lets_text_be_read(log, org, person):
            told = unnamed(asked.work, {known[each].name: work.pseudonym(each) for each in known})
        name = known.get(person, Known(person, tutor=False)).name
        prompt = problem.prompt if problem else ""
        return cls(
            org=org,
            asked=asked,
            work=work,
            problem=problem,
            topic=topic_of(prompt, work.families.get(asked.problem or "")),
            name=name,
            rules=Rules(
                addressee=work.pseudonym(person),
                name_length=len(name),
                keys=tuple(each.key for each in problems.values()),
                optional=True,
                known=prompt,
                choices=bool(problem and problem.choices),
            ),
            tutor=sources.tutor,
            told=told,
        )

    async def given(self, kind: HelpKind) -> GiveHelp:
        """One kind of help: the model's words if they may be said, else a template's."""
        text, call = await self._asked(kind)
        source = "model" if text else "template"
        text = text or advice(kind, self.topic, self._variant(kind), self.asked.work, self.rules)
        shapes = self._picture() if kind == "picture" else []
        ids = pictures.ids(self.asked.help, self.asked.room, shapes)
        fields = dict(zip(ids, map(pictures.fields, shapes), strict=True))
        return GiveHelp(
            room=self.asked.room,
            help=self.asked.help,
            kind=kind,
            text=named(text, self.rules.addressee, self.name),
            source=source,
            shapes=ids,
            drawn=drawn(FACILITATOR, self._identity(kind), fields) if shapes else None,
            call=call,
        )

    async def _asked(self, kind: HelpKind) -> tuple[str | None, Call | None]:
        """The model's words, None if there are none that may be said; and the call for the record."""
        if self.tutor is None:
            return None, None
        request = HelpRequest(
            kind=kind,
            addressee=self.rules.addressee,
            topic=self.topic,
            problem=self.problem.prompt if self.problem else "",
            work=self.told,
            before=self._before(kind),
        )
        phrased = await self.tutor.advise(request)
        wrong = None if phrased.text is None else self._wrong(phrased.text, kind)
        call = on_record(self._identity(kind), self.asked.room, phrased.call, phrased.text or "", wrong)
        return (None if wrong else phrased.text), call

    def _wrong(self, text: str, kind: HelpKind) -> str | None:
        return fault(text, self.rules) or ("repeated" if text in self._before(kind) else None)

    def _before(self, kind: HelpKind) -> tuple[str, ...]:
        """What this person was told on this problem, with the pseudonym in the name's place."""
        mine = (self.asked.person, self.asked.problem, kind)
        given = [g for g in self.work.given.values() if (g.person, g.problem, g.kind) == mine]
        return tuple(unnamed(each.text, {self.name: self.rules.addressee}) for each in given[-4:])

    def _picture(self) -> list[pictures.Drawn]:
        prompt = self.problem.prompt if self.problem else ""
        return pictures.picture(self.topic, prompt, self._variant("picture"), self.asked.spot, self.rules)

    def _variant(self, kind: HelpKind) -> int:
        return self.asked.variants[self.asked.kinds.index(kind)]

    def _identity(self, kind: HelpKind) -> str:
        return identity(self.org, self.asked.room, self.asked.help, kind)
