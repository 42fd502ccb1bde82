"""The table of cases: rows by pattern, each sent once, and what is examined announced."""

from types import SimpleNamespace

import pytest

from pytest_zstack_ticket.client.ticket_quota import NoQuota
from pytest_zstack_ticket.model.ticket_context import Context
from pytest_zstack_ticket.scenarios.case_table import CaseTable
from tests.support.builders import profile


class CountingEndpoint:
    """Counts what is sent; the result of a row is the row."""

    def __init__(self):
        self.sent = []
        self.quota = NoQuota()

    def create(self, draft):
        self.sent.append(draft.edit.partition)
        return draft

    send = create

    def may_send(self, _body):
        return True


def table(**more):
    return CaseTable(endpoint=CountingEndpoint(), context=Context(), profile=profile(), **more)


@pytest.mark.parametrize("window", [1, 4])
def test_a_row_is_sent_once_for_all_requirements(window):
    cases = table(window=window)
    for _ in range(2):
        names = [edit.partition for edit, _ in cases.results("mutations", "params.name/*")]
    assert sorted(cases.endpoint.sent) == sorted(names)
    assert "params.name/drop" in names


def test_results_come_in_the_order_of_the_rows_from_several_threads():
    cases = table(window=4)
    for (edit, result), row in zip(cases.results("variations"), cases.rows("variations"), strict=True):
        assert edit is row.edit
        assert result is row


def test_a_pattern_that_fits_no_row_is_an_error():
    with pytest.raises(LookupError, match=r"no row of mutations fits 'params\.nmae/"):
        table().rows("mutations", "params.name/drop", "params.nmae/*")


def test_brackets_in_a_pattern_are_part_of_the_path():
    rows = table().rows("mutations", "params.requests[0].apiName/*")
    assert {row.edit.path for row in rows} == {"params.requests[0].apiName"}


def test_partitions_are_announced_before_anything_is_sent():
    announced = []
    cases = table(announce=lambda partitions: announced.append((sorted(partitions), len(cases.endpoint.sent))))
    [*cases.results("mutations", "params/drop", "params/null")]
    assert announced == [(["params/drop", "params/null"], 0)]


@pytest.mark.parametrize("window", [1, 4])
def test_catalogues_are_sent_whole(window):
    cases = table(window=window)
    cases.send_catalogues("mutations")
    assert len(cases.endpoint.sent) == len(cases.rows("mutations"))


def partitions(cases, catalogue):
    return [row.edit.partition for row in cases.rows(catalogue)]


def test_drafts_come_in_an_order_that_the_seed_decides_and_malformed_requests_in_theirs():
    drawn = [partitions(table(order=seed), "mutations") for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert all(sorted(one) == sorted(partitions(table(), "mutations")) for one in drawn)
    assert partitions(table(order=1), "malformed-requests") == partitions(table(), "malformed-requests")


def test_only_sent_variations_can_be_unfinished():
    cases = table()
    assert cases.unfinished() == []
    first, second, *_ = cases.rows("variations")
    for row, reading in ((first, "unfinished"), (second, "accepted")):
        cases.endpoint.create = lambda _draft, said=reading: SimpleNamespace(reading=said)
        cases.result_of(row)
    assert cases.unfinished() == [first]
