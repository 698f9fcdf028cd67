"""Where the columns, ticks and lines of a chart stand."""

from __future__ import annotations

from web.staff.supervision import charts
from web.staff.supervision.figures import Figures

WRITE = Figures("ru").count


def test_columns_stand_on_the_base_line_and_are_as_high_as_their_values() -> None:
    chart = charts.columns({"09": 50.0, "10": 100.0, "11": 0.0}, WRITE)
    base = charts.HEIGHT - charts.BOTTOM
    assert [column.y + column.height for column in chart.columns] == [base] * 3
    assert chart.columns[1].height == 2 * chart.columns[0].height
    assert chart.columns[2].height == 0
    assert [tick.written for tick in chart.ticks] == ["0", "25", "50", "75", "100"]


def test_what_was_not_measured_is_no_zero() -> None:
    chart = charts.columns({"09": None, "10": 3.0}, WRITE)
    assert (chart.columns[0].value, chart.columns[0].written) == (None, "–")
    assert not chart.is_empty
    assert charts.columns({"09": None}, WRITE).is_empty
    assert charts.columns({}, WRITE).is_empty


def test_the_line_is_on_the_scale_even_when_every_value_is_far_below() -> None:
    chart = charts.columns({"09": 2.0, "10": 55.0}, Figures("ru").seconds, line=40.0)
    assert chart.line is not None
    assert charts.TOP <= chart.line.y <= charts.HEIGHT - charts.BOTTOM
    assert [column.is_over for column in chart.columns] == [False, True]
    low = charts.columns({"09": 2.0}, Figures("ru").seconds, line=40.0)
    assert low.line is not None
    assert low.line.y < low.columns[0].y


def test_names_are_left_out_when_there_is_no_room_for_all() -> None:
    days = {f"{day:02}.11.2026": 1.0 for day in range(1, 31)}
    named = [column.is_named for column in charts.columns(days, WRITE).columns]
    assert named[0]
    assert 1 < sum(named) < len(named)
    assert all(column.is_named for column in charts.columns({f"{hour:02}": 1.0 for hour in range(24)}, WRITE).columns)


def test_counts_have_a_whole_scale() -> None:
    assert [tick.written for tick in charts.columns({"09": 3.0}, WRITE).ticks] == ["0", "1", "2", "3"]


def test_figures_are_written_as_people_here_write_them() -> None:
    figures = Figures("ru")
    assert figures.seconds(39.6) == "40\u00a0с"
    assert figures.seconds(125) == "2\u00a0мин\u00a05\u00a0с"
    assert figures.seconds(None) == "–"
    assert figures.mean(4.25) == "4,2"
    assert figures.part(1, 4) == "1\u00a0(25%)"
    assert figures.part(0, 0) == "0"
