"""Lessons with the tutors' reliability, and office hours, over HTTP."""

from datetime import UTC, datetime, timedelta

from tests.realtime.guests import Guest, fresh, guests, room_with


def at(hours: float) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat()


async def booked(tutor: Guest, learner: Guest, hours: float) -> str:
    lesson = {"tutor": tutor.person, "learner": learner.person, "subject": "Fractions"}
    return (await learner.post("/sessions", **lesson, starts=at(hours), ends=at(hours + 0.5)))["session"]


async def test_a_tutor_moves_one_lesson_of_two_and_gives_the_other_and_the_rate_follows(house):
    async with guests(house, tia="tutor", ada="student") as (tia, ada):
        moved, given = await booked(tia, ada, 48), await booked(tia, ada, 0.1)
        new = {"starts": at(72), "ends": at(73), "reason": "illness"}
        await tia.post(f"/sessions/{moved}/reschedule", **new)
        await tia.post(f"/sessions/{given}/start")
        await tia.post(f"/sessions/{given}/complete")
        done = await ada.post(f"/sessions/{given}/rate", stars=5)
        scores = await tia.get(f"/tutors/{tia.person}/scores", at_least=done["position"])
        assert (scores["booked"], scores["completed"], scores["rescheduled_by_tutor"]) == (2, 1, 1)
        assert (scores["rate"], scores["rating"], scores["name"]) == (0.5, 5, "Tia")
        assert not scores["flagged"], "two lessons are no basis for a flag"
        lessons = {s["session"]: s for s in (await ada.get("/sessions"))["sessions"]}
        assert lessons[given]["state"] == "completed"
        assert datetime.fromisoformat(lessons[moved]["starts"]) == datetime.fromisoformat(new["starts"])
        tutors, page = [], await tia.get("/tutors", limit=200)
        while True:
            tutors += page["tutors"]
            if page["next"] is None:
                break
            page = await tia.get("/tutors", limit=200, after=page["next"])
        assert scores in tutors


async def test_nobody_is_booked_twice_at_a_time_and_a_cancelled_lesson_frees_its_time(house):
    async with guests(house, tia="tutor", ada="student", ben="student") as (tia, ada, ben):
        lesson = {"tutor": tia.person, "starts": at(48), "ends": at(49)}
        first = (await ada.post("/sessions", **lesson, learner=ada.person))["session"]
        other = {**lesson, "learner": ben.person}
        assert await ben.refused("POST", "/sessions", json=other) == (409, "tutor-is-busy")
        await ada.post(f"/sessions/{first}/cancel", reason="illness")
        await ben.post("/sessions", **other)


async def test_a_lesson_is_its_parties_business(house):
    async with guests(house, tia="tutor", ada="student", eve="student") as (tia, ada, eve):
        lesson = await booked(tia, ada, 48)
        refused = await eve.refused("POST", f"/sessions/{lesson}/cancel", json={})
        assert refused == (403, "not-your-session")
        who = {"person": ada.person}
        assert await eve.refused("GET", "/sessions", params=who) == (403, "only-for-yourself")
        assert await ada.refused("GET", "/tutors") == (403, "only-for-yourself")
        assert await ada.refused("GET", f"/tutors/{tia.person}/scores") == (403, "only-for-yourself")
        unknown = await tia.refused("GET", f"/tutors/{tia.person}x/scores")
        assert unknown == (404, "unknown-tutor")


async def test_a_lesson_that_is_missed_counts_against_who_missed_it(house):
    async with guests(house, tia="tutor", ada="student", root="admin") as (tia, ada, root):
        lesson = await booked(tia, ada, 48)
        early = await ada.refused("POST", f"/sessions/{lesson}/no-show", json={"missing": "tutor"})
        assert early == (409, "session-has-not-begun")
        assert await ada.refused("POST", f"/sessions/{lesson}/rate", json={"stars": 5}) == (
            409,
            "not-completed",
        )
        assert await root.refused("POST", f"/sessions/{fresh('s')}/start") == (404, "unknown-session")


async def test_whoever_waits_longest_is_called_and_a_repeated_call_calls_nobody_twice(house):
    async with guests(house, tia="tutor", ada="student", ben="student") as (tia, ada, ben):
        room = await room_with(tia)
        door = (await tia.post("/office-hours", room=room, title="Questions"))["office_hours"]
        await ada.post(f"/office-hours/{door}/queue")
        joined = await ben.post(f"/office-hours/{door}/queue")
        seen = await ben.get(f"/office-hours/{door}", at_least=joined["position"])
        assert [(w["person"], w["name"]) for w in seen["queue"]] == [(ada.person, "Ada"), (ben.person, "Ben")]
        assert (seen["tutor"], seen["room"], seen["open"]) == (tia.person, room, True)
        call = {"call": fresh("call")}
        called = await tia.post(f"/office-hours/{door}/next", **call)
        assert called["person"] == ada.person
        await ada.post(f"/office-hours/{door}/queue")
        assert (await tia.post(f"/office-hours/{door}/next", **call))["person"] == ada.person
        seen = await ada.get(f"/office-hours/{door}", at_least=called["position"])
        assert [seen["called"], *(w["person"] for w in seen["queue"])] == [ada.person, ben.person, ada.person]
        assert (await tia.post(f"/office-hours/{door}/next"))["person"] == ben.person
        left = await ada.delete(f"/office-hours/{door}/queue")
        assert (await ada.get(f"/office-hours/{door}", at_least=left["position"]))["queue"] == []
        nobody = await tia.refused("POST", f"/office-hours/{door}/next", json={})
        assert nobody == (409, "nobody-waits")
        assert await ada.refused("POST", f"/office-hours/{door}/close") == (403, "not-your-office-hours")
        closed = await tia.post(f"/office-hours/{door}/close")
        assert not (await ada.get(f"/office-hours/{door}", at_least=closed["position"]))["open"]
        assert await ben.refused("POST", f"/office-hours/{door}/queue") == (409, "office-hours-are-closed")
        assert (await tia.post(f"/office-hours/{door}/next", **call))["person"] == ada.person


async def test_office_hours_are_held_in_a_room_that_is_open(house):
    async with guests(house, tia="tutor") as (tia,):
        nowhere = {"room": fresh("room"), "title": "Questions"}
        assert await tia.refused("POST", "/office-hours", json=nowhere) == (404, "unknown-room")
        shut = {**nowhere, "room": await room_with(tia)}
        await tia.post(f"/rooms/{shut['room']}/close")
        assert await tia.refused("POST", "/office-hours", json=shut) == (409, "room-is-closed")


async def test_lessons_are_given_by_tutors_to_people_who_are_known(house):
    async with guests(house, tia="tutor", ada="student", root="admin") as (tia, ada, root):
        time = {"starts": at(48), "ends": at(49)}
        turned_round = {**time, "tutor": ada.person, "learner": tia.person}
        assert await tia.refused("POST", "/sessions", json=turned_round) == (409, "not-a-tutor")
        with_nobody = {**time, "tutor": tia.person, "learner": fresh("nobody")}
        assert await root.refused("POST", "/sessions", json=with_nobody) == (404, "unknown-person")


async def test_what_the_staff_moves_and_calls_off_is_not_the_tutors_doing(house):
    async with guests(house, tia="tutor", ada="student", root="admin") as (tia, ada, root):
        lesson = await booked(tia, ada, 48)
        await root.post(f"/sessions/{lesson}/reschedule", starts=at(1), ends=at(2))
        done = await root.post(f"/sessions/{lesson}/cancel")
        scores = await tia.get(f"/tutors/{tia.person}/scores", at_least=done["position"])
        assert (scores["rescheduled"], scores["cancelled"]) == (1, 1)
        held = ("rescheduled_by_tutor", "rescheduled_by_learner", "cancelled_by_tutor", "short_notice")
        assert [scores[name] for name in (*held, "rate")] == [0, 0, 0, 0, 0]


async def test_a_tutor_sees_what_is_behind_a_figure_appeals_and_an_administrator_corrects_it(house):
    async with guests(house, tia="tutor", tom="tutor", ada="student", root="admin") as (tia, tom, ada, root):
        lesson = await booked(tia, ada, 12)
        moved = await tia.post(f"/sessions/{lesson}/reschedule", starts=at(72), ends=at(73), reason="illness")
        scores = await tia.get(f"/tutors/{tia.person}/scores", at_least=moved["position"])
        figure = scores["windows"]["30"]["rescheduled"]
        assert (figure["k"], figure["n"], scores["windows"]["30"]["reasons"]) == (1, 1, {"illness": 1})
        [behind] = (await tia.http.get(figure["events"])).json()["events"]
        assert (behind["position"], behind["session"]) == (moved["position"], lesson)
        assert await tom.refused("GET", figure["events"]) == (403, "only-for-yourself")
        assert await ada.refused("GET", figure["events"]) == (403, "only-for-yourself")
        appeals = f"/tutors/{tia.person}/appeals"
        words = {"session": lesson, "act": "rescheduled", "text": "I was in hospital."}
        appeal = (await tia.post(appeals, **words))["appeal"]
        decision = {"session": lesson, "upheld": True}
        own = await tia.refused("POST", f"{appeals}/{appeal}/decide", json=decision)
        assert own == (403, "only-admins-decide")
        done = await root.post(f"{appeals}/{appeal}/decide", **decision)
        scores = await tia.get(f"/tutors/{tia.person}/scores", at_least=done["position"])
        window = scores["windows"]["30"]
        assert (window["rescheduled"]["k"], window["lessons"], window["excused"]) == (0, 1, 1)
        [shown] = (await root.get(appeals))["appeals"]
        assert (shown["state"], shown["by"], shown["text"]) == ("upheld", root.person, words["text"])
        assert (await tia.http.get(figure["events"])).json()["events"][0]["excused"]
        assert [each["tutor"] for each in (await tia.get("/tutors"))["tutors"]] == [tia.person]
