"""Times as clients write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.schemas.fields import parse_time

ZONES = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
SAFE = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=ZONES)


@given(SAFE, st.booleans())
def test_a_time_with_a_zone_is_that_moment_in_utc_whatever_it_is_for(moment: datetime, end: bool) -> None:
    assert parse_time(moment.isoformat(), end_of_day=end) == moment
    assert parse_time(moment.isoformat(), end_of_day=end).tzinfo is UTC


@given(st.dates())
def test_a_date_is_the_first_or_the_last_moment_of_that_day(day: date) -> None:
    start, end = (parse_time(day.isoformat(), end_of_day=end) for end in (False, True))
    assert start.isoformat() == f"{day}T00:00:00+00:00"
    assert end.isoformat() == f"{day}T23:59:59.999999+00:00"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2025-03-17T09:30:00Z", "2025-03-17T09:30:00+00:00"),
        ("2025-03-17t09:30:00z", "2025-03-17T09:30:00+00:00"),
        ("2025-03-17 09:30:00+01:00", "2025-03-17T08:30:00+00:00"),
        ("2025-03-17T09:30:00.123456789Z", "2025-03-17T09:30:00.123456+00:00"),
    ],
)
def test_every_form_of_rfc_3339_is_understood(written: str, meant: str) -> None:
    assert parse_time(written, end_of_day=False).isoformat() == meant


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("2025-03-17T09:30:00", "needs a zone"),
        ("yesterday", "RFC 3339"),
        ("", "RFC 3339"),
        ("20250317", "RFC 3339"),
        ("2025-W12-1", "RFC 3339"),
        ("2025-03-17T09:30Z", "RFC 3339"),
        ("٢٠٢٥-٠٣-١٧", "RFC 3339"),
        ("2025-03-17\n", "RFC 3339"),
        ("2025-02-30", "day"),
        ("2025-13-01T00:00:00Z", "month"),
        ("2025-03-17T25:00:00Z", "hour"),
        ("0000-01-01", "year"),
        ("0001-01-01T00:00:00+01:00", "out of range"),
        ("9999-12-31T23:59:59-01:00", "out of range"),
    ],
)
def test_what_is_no_time_is_refused_with_the_reason(written: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_time(written, end_of_day=True)
