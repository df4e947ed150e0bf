"""The eventsourcing library's own contract, and a stock application of its, on our log."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from eventsourcing.dcb.api import DCBAppendCondition, DCBEvent, DCBQuery, DCBQueryItem
from eventsourcing.dcb.application import DCBApplication
from eventsourcing.dcb.tests import DCBRecorderTestCase
from eventsourcing.persistence import IntegrityError, OperationalError

from adapters.dcb_recorder import LyceumDCBRecorder


class Contract(DCBRecorderTestCase):
    def check_append_and_read(self, recorder: LyceumDCBRecorder) -> None:
        self._test_append_read(recorder)

    def check_subscriptions(self, recorder: LyceumDCBRecorder) -> None:
        self._test_append_subscribe(recorder)


@pytest.fixture
def recorder(postgres_url: str) -> Iterator[LyceumDCBRecorder]:
    recorder = LyceumDCBRecorder(postgres_url)
    yield recorder
    recorder.close()


def test_the_librarys_contract_for_appending_and_reading_holds(recorder):
    Contract().check_append_and_read(recorder)


def test_the_librarys_contract_for_subscriptions_holds(recorder):
    Contract().check_subscriptions(recorder)


def test_a_subscription_sees_what_another_process_appends(recorder, postgres_url):
    other = LyceumDCBRecorder(postgres_url)
    try:
        with recorder.subscribe(after=0) as subscription:
            assert other.append([DCBEvent(type="enrolled", data=b"ada", tags=[])]) == 1
            assert next(subscription).event.data == b"ada"
    finally:
        other.close()


def test_a_stock_application_of_the_library_runs_on_our_log_unchanged(postgres_url):
    env = {"PERSISTENCE_MODULE": "adapters.dcb_recorder", "POSTGRES_URL": postgres_url}
    course = f"course:{uuid4()}"
    query = DCBQuery(items=[DCBQueryItem(types=["enrolled"], tags=[course])])
    with DCBApplication(env) as application:
        enrolled = DCBEvent(type="enrolled", data=b"ada", tags=[course])
        application.recorder.append([enrolled], DCBAppendCondition(query, after=0))
        with pytest.raises(IntegrityError):
            application.recorder.append([enrolled], DCBAppendCondition(query, after=0))
        assert [found.event.data for found in application.recorder.read(query)] == [b"ada"]
        application.close()


@pytest.mark.parametrize("url", ["postgresql://nobody@/nothing?host=/nowhere", "no such words"])
def test_a_recorder_that_cannot_start_says_so(url: str):
    with pytest.raises(OperationalError):
        LyceumDCBRecorder(url)
