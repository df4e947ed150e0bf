"""People and their consents, over HTTP."""

from tests.realtime.guests import fresh, guests


async def test_somebody_becomes_known_changes_their_name_and_reads_it_back(house):
    async with guests(house, ada="student") as (ada,):
        done = await ada.post("/people", person=ada.person, name="Ada Byron")
        me = await ada.get("/people/me", at_least=done["position"])
        assert (me["person"], me["name"], me["role"]) == (ada.person, "Ada Byron", "student")
        assert me["roles"] == ["student"]


async def test_consents_are_given_and_withdrawn_one_by_one_and_repeating_that_is_harmless(house):
    async with guests(house, ada="student") as (ada,):
        await ada.put("/people/me/consents/voice")
        given = await ada.put("/people/me/consents/leaderboard")
        assert await ada.put("/people/me/consents/leaderboard") == given
        me = await ada.get("/people/me", at_least=given["position"])
        assert set(me["consents"]) == {"voice", "leaderboard"}
        gone = await ada.delete("/people/me/consents/voice")
        me = await ada.get("/people/me", at_least=gone["position"])
        assert me["consents"] == ["leaderboard"]


async def test_nobody_speaks_for_somebody_else_but_an_administrator_does(house):
    async with guests(house, ada="student", root="admin") as (ada, root):
        other = {"person": fresh("ben"), "name": "Ben"}
        assert await ada.refused("POST", "/people", json=other) == (403, "only-for-admins")
        assert (await root.post("/people", **other))["position"]


async def test_nobody_takes_a_role_that_their_token_does_not_carry(house):
    async with house.client("x") as http:
        answer = await http.post("/people", json={"person": "x", "name": "X", "role": "admin"})
        assert answer.status_code == 403


async def test_whoever_is_not_known_cannot_consent_but_is_told_who_they_are(house):
    person = fresh("stranger")
    async with house.client(person) as http:
        assert (await http.put("/people/me/consents/voice")).status_code == 404
        assert (await http.get("/people/me")).json()["name"] == person
